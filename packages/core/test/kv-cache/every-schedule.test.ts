/**
 * Moving cached keys under every schedule: between random places and lengths, rerope gives what a
 * fresh rotation gives, and taking it back gives the keys.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRope } from '../../src/rope/rope.js'
import type { ScheduleOptions } from '../../src/schedule/schedule.js'
import { createNaiveBackend } from '../conformance/naive-backend.js'

const L0 = 'originalMaxPositionEmbeddings'
const SCHEDULES: readonly ScheduleOptions[] = [
  { type: 'default', base: 1e4 },
  { type: 'linear', base: 1e4, factor: 4 },
  { type: 'ntk-mixed', base: 1e4, factor: 4, mixedB: 0.625 },
  { type: 'ntk-by-parts', base: 1e4, factor: 4, [L0]: 512 },
  { type: 'dynamic', base: 1e4, factor: 4, maxPositionEmbeddings: 512 },
  { type: 'yarn', base: 1e4, factor: 4, [L0]: 512 },
  { type: 'dynamic-yarn', base: 1e4, [L0]: 512, finetuned: true },
  {
    type: 'longrope',
    base: 1e4,
    shortFactor: [1, 1, 1, 1],
    longFactor: [1, 2, 4, 8],
    [L0]: 512,
    shortMscale: 1.1,
    longMscale: 1.3,
  },
  { type: 'llama3', base: 1e4, factor: 4, [L0]: 512, lowFreqFactor: 1, highFreqFactor: 4 },
  { type: 'proportional', base: 1e4, partialRotaryFactor: 0.5 },
  { type: 'xpos', base: 1e4, tensor: 'k', scaleBase: 4096 },
  { type: 'pixel', maxFrequency: 10 },
]

/** Fractions are whole 1024ths: sums and differences of positions are then exact, as the claim is. */
const place = fc
  .record({
    positions: fc.oneof(
      fc.integer({ min: -2000, max: 2000 }),
      fc.integer({ min: 0, max: 1024 }).map((n) => n / 1024),
    ),
    // What is left of the sequence after the farthest place that a test moves the key to.
    after: fc.integer({ min: 501, max: 4096 }),
  })
  .map(({ positions, after }) => ({ positions, length: Math.max(0, Math.ceil(positions)) + after }))

describe.each(SCHEDULES)('$type', (schedule) => {
  const rope = createRope(
    { headDim: 8, pairing: 'interleaved', schedule },
    { backend: createNaiveBackend(), layout: 'bshd' },
  )
  const keys = (): Float64Array => Float64Array.of(1, -2, 3, -4, 0.5, 0.25, -0.125, 6)
  const tensor = (data: Float64Array) => ({ data, shape: [1, 1, 1, 8] })

  function expectNear(data: Float64Array, expected: Float64Array): void {
    data.forEach((value, i) =>
      expect(Math.abs(value - (expected[i] as number))).toBeLessThan(1e-12),
    )
  }

  test('rerope is a fresh rotation at the other place, and goes back', () => {
    fc.assert(
      fc.property(place, place, (from, to) => {
        const k = tensor(keys())
        rope.rotate({ k, ...from })
        const before = k.data.slice()
        rope.rerope(k, from, to)
        const fresh = tensor(keys())
        rope.rotate({ k: fresh, ...to })
        expectNear(k.data, fresh.data)
        rope.rerope(k, to, from)
        expectNear(k.data, before)
      }),
    )
  })

  test('a shift is a rerope within one table', () => {
    fc.assert(
      fc.property(place, fc.integer({ min: -500, max: 500 }), ({ positions, length }, delta) => {
        const [shifted, turned] = [tensor(keys()), tensor(keys())]
        rope.shift(shifted, delta, { length })
        rope.rerope(turned, { positions, length }, { positions: positions + delta, length })
        expectNear(shifted.data, turned.data)
      }),
    )
  })
})
