/**
 * Which length decides the table of a call: a stated one must hold for every position, and without
 * one all sequences of a call must take the same table.
 */
import { describe, expect, test } from 'vitest'
import type { RotateTensors } from '../../src/plan/plan.js'
import type { Positions } from '../../src/positions/forms.js'
import { createRope, type Rope } from '../../src/rope/rope.js'
import type { ScheduleOptions } from '../../src/schedule/schedule.js'
import { createNaiveBackend } from '../conformance/naive-backend.js'
import { errorOf } from '../fixtures/error-of.js'

const SCHEDULES: readonly ScheduleOptions[] = [
  { type: 'dynamic', base: 100, factor: 2, maxPositionEmbeddings: 16 },
  { type: 'dynamic-yarn', base: 100, originalMaxPositionEmbeddings: 16, maxPositionEmbeddings: 16 },
  {
    type: 'longrope',
    base: 100,
    shortFactor: [1, 1],
    longFactor: [2, 8],
    originalMaxPositionEmbeddings: 16,
    factor: 4,
  },
]

const FIXED: ScheduleOptions = { type: 'default', base: 100 }

const make = (schedule: ScheduleOptions): Rope =>
  createRope(
    { headDim: 4, pairing: 'half', schedule },
    { backend: createNaiveBackend(), layout: 'bshd' },
  )

const tensor = (batch: number, tokens: number) => ({
  data: Float64Array.from({ length: batch * tokens * 4 }, (_, i) => i + 1),
  shape: [batch, tokens, 1, 4],
})

type Way = (rope: Rope, q: ReturnType<typeof tensor>, positions: Positions, length: number) => void

const WAYS: Readonly<Record<string, Way>> = {
  rotate: (rope, q, positions, length) => rope.rotate({ q, positions, length }),
  at: (rope, q, positions, length) => rope.at(positions, { length }).rotate({ q }),
  bind: (rope, q, positions, length) => rope.bind({ q }, { length }).rotate(positions as number),
  'rerope from': (rope, q, positions, length) =>
    rope.rerope(q, { positions, length }, { positions: 0 }),
  'rerope to': (rope, q, positions, length) =>
    rope.rerope(q, { positions: 0 }, { positions, length }),
}

describe.each(SCHEDULES)('$type', (schedule) => {
  const rope = make(schedule)

  test.each(Object.keys(WAYS))('%s refuses a stated length that the call exceeds', (name) => {
    const way = WAYS[name] as Way
    for (const [start, tokens] of [
      [20, 1],
      [3, 4],
      [0, 8],
    ] as const) {
      const last = start + tokens - 1
      for (const length of [0, 1, last]) {
        const q = tensor(1, tokens)
        const before = q.data.slice()
        const error = errorOf(() => way(rope, q, start, length))
        expect(error).toMatchObject({ code: 'INVALID_OPTION', field: 'length' })
        expect(String(error)).toContain(`position ${last}`)
        expect(q.data).toEqual(before)
      }
      const q = tensor(1, tokens)
      way(rope, q, start, last + 1)
      expect(q.data).not.toEqual(tensor(1, tokens).data)
    }
  })

  const MIXED: Readonly<Record<string, readonly [Positions, RotateTensors]>> = {
    offsets: [{ offsets: [3, 30] }, { q: tensor(2, 1) }],
    ids: [[0, 1, 40, 41], { q: tensor(2, 2) }],
    'packed sequences': [{ sequenceLengths: [2, 40] }, { q: tensor(1, 42) }],
    'packed sequences with offsets': [
      { sequenceLengths: [2, 2], offsets: [50, 0] },
      { q: tensor(1, 4) },
    ],
    'packed sequences with padding': [
      { sequenceLengths: [2, 20], paddedLengths: [4, 24] },
      { q: tensor(1, 28) },
    ],
  }

  test.each(Object.keys(MIXED))('%s of two tables are refused without a length', (name) => {
    const [positions, tensors] = MIXED[name] as (typeof MIXED)[string]
    const error = errorOf(() => rope.rotate({ ...tensors, positions }))
    expect(error).toMatchObject({ code: 'INVALID_POSITIONS', field: 'positions' })
    expect(String(error)).toContain('calls of their own')
    expect(errorOf(() => rope.rotate({ ...tensors, positions, length: 64 }))).toBeUndefined()
    expect(errorOf(() => make(FIXED).rotate({ ...tensors, positions }))).toBeUndefined()
  })

  test('sequences of one table, and sequences without tokens, go together', () => {
    for (const [positions, tensors] of [
      [{ offsets: [3, 5] }, { q: tensor(2, 1) }],
      [{ offsets: [40, 40] }, { q: tensor(2, 1) }],
      [{ sequenceLengths: [2, 0, 16] }, { q: tensor(1, 18) }],
      [{ sequenceLengths: [20, 0], offsets: [0, 9] }, { q: tensor(1, 20) }],
    ] as const) {
      expect(errorOf(() => rope.rotate({ ...tensors, positions }))).toBeUndefined()
    }
  })
})

test('a schedule with one table reads no length', () => {
  const q = tensor(1, 1)
  make(FIXED).rotate({ q, positions: 50, length: 3 })
  const wanted = tensor(1, 1)
  make(FIXED).rotate({ q: wanted, positions: 50 })
  expect(q.data).toEqual(wanted.data)
})
