/**
 * Regions against brute force: what is called disjoint or injective really is.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Strides } from '../../src/contract/backend.js'
import {
  isDisjoint,
  isInjective,
  isSameRegion,
  type Region,
  regionOf,
  type Sizes,
  spanOf,
} from '../../src/plan/region.js'

const memory = new Float32Array(4096)
const small = fc.integer({ min: 0, max: 4 })
const sizes: fc.Arbitrary<Sizes> = fc.record({
  batch: small,
  token: small,
  head: small,
  channel: small,
})
const stride = fc.integer({ min: -20, max: 20 })
const strides: fc.Arbitrary<Strides> = fc.record({
  batch: stride,
  token: stride,
  head: stride,
  channel: stride,
})
const region: fc.Arbitrary<Region> = fc
  .record({ origin: fc.integer({ min: 0, max: 60 }), sizes, strides })
  .map((parts) => regionOf(memory, 1000 + parts.origin, parts.sizes, parts.strides))

function touched({ origin, sizes: size, strides: step }: Region): readonly number[] {
  const found: number[] = []
  for (let b = 0; b < size.batch; b++)
    for (let t = 0; t < size.token; t++)
      for (let h = 0; h < size.head; h++)
        for (let d = 0; d < size.channel; d++) {
          found.push(origin + b * step.batch + t * step.token + h * step.head + d * step.channel)
        }
  return found
}

describe('against brute force', () => {
  test('spanOf is exact', () => {
    fc.assert(
      fc.property(region, (one) => {
        const all = touched(one)
        const { low, high } = spanOf(one.sizes, one.strides)
        if (all.length === 0) return high < low
        return Math.min(...all) === one.origin + low && Math.max(...all) === one.origin + high
      }),
    )
  })

  test('injective regions touch no element twice', () => {
    fc.assert(
      fc.property(region, (one) => {
        const all = touched(one)
        return !isInjective(one.sizes, one.strides) || new Set(all).size === all.length
      }),
    )
  })

  test('disjoint regions share no element', () => {
    fc.assert(
      fc.property(region, region, (one, other) => {
        if (!isDisjoint(one, other)) return true
        const all = new Set(touched(one))
        return touched(other).every((element) => !all.has(element))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('what must be recognised', () => {
  const dense = (heads: number, total: number): { sizes: Sizes; strides: Strides } => ({
    sizes: { batch: 2, token: 5, head: heads, channel: 8 },
    strides: { batch: 5 * total * 8, token: total * 8, head: 8, channel: 1 },
  })

  test('q and k packed in one buffer are disjoint, token-major', () => {
    const q = dense(4, 8)
    const k = dense(2, 8)
    const at = (part: typeof q, offset: number): Region =>
      regionOf(memory, offset, part.sizes, part.strides)
    expect(isDisjoint(at(q, 0), at(k, 32))).toBe(true)
    expect(isDisjoint(at(k, 32), at(q, 0))).toBe(true)
    expect(isDisjoint(at(q, 0), at(k, 31))).toBe(false)
    expect(isDisjoint(at(q, 0), at(k, 50))).toBe(false)
  })

  test('and head-major', () => {
    const part = (heads: number, offset: number): Region =>
      regionOf(
        memory,
        offset,
        { batch: 2, token: 5, head: heads, channel: 8 },
        { batch: 240, token: 8, head: 40, channel: 1 },
      )
    expect(isDisjoint(part(4, 0), part(2, 160))).toBe(true)
    expect(isDisjoint(part(4, 0), part(2, 120))).toBe(false)
  })

  test('parts of the rows of one buffer, exactly when they do not meet', () => {
    const part = fc.record({
      at: fc.nat(12),
      width: fc.integer({ min: 1, max: 12 }),
      first: fc.nat(3),
      rows: fc.integer({ min: 1, max: 4 }),
      isReversed: fc.boolean(),
    })
    const seen = { disjoint: 0, meeting: 0 }
    fc.assert(
      fc.property(part, part, fc.nat(4), (a, b, gap) => {
        const row = Math.max(a.at + a.width, b.at + b.width) + gap
        const place = ({ at, width, first, rows, isReversed }: typeof a): Region =>
          regionOf(
            memory,
            64 + at + (first + (isReversed ? rows - 1 : 0)) * row,
            { batch: 1, token: rows, head: 1, channel: width },
            { batch: 0, token: isReversed ? -row : row, head: 0, channel: 1 },
          )
        const [one, other] = [place(a), place(b)]
        const all = new Set(touched(one))
        const apart = touched(other).every((element) => !all.has(element))
        seen[apart ? 'disjoint' : 'meeting']++
        expect([isDisjoint(one, other), isDisjoint(other, one)]).toEqual([apart, apart])
      }),
      { numRuns: 3000 },
    )
    expect(Math.min(seen.disjoint, seen.meeting)).toBeGreaterThan(300)
  })

  test('nothing meets a tensor without elements', () => {
    const { sizes: size, strides: step } = dense(4, 4)
    const full = regionOf(memory, 100, size, step)
    for (const axis of ['batch', 'token', 'head', 'channel'] as const) {
      const empty = regionOf(memory, 120, { ...size, [axis]: 0 }, step)
      expect([isDisjoint(full, empty), isDisjoint(empty, full)]).toEqual([true, true])
      expect(isInjective({ ...size, [axis]: 0 }, { batch: 0, token: 0, head: 0, channel: 0 })).toBe(
        true,
      )
    }
  })

  test('the same elements, in the same order: in place', () => {
    const { sizes: size, strides: step } = dense(4, 4)
    const own = regionOf(memory, 200, size, step)
    const same = (other: Region): boolean => isSameRegion(own, other) && isSameRegion(other, own)
    expect(same(regionOf(memory, 200, { ...size }, { ...step }))).toBe(true)
    expect(same(regionOf(memory, 201, size, step))).toBe(false)
    expect(same(regionOf(new Float32Array(4096), 200, size, step))).toBe(false)
    for (const axis of ['batch', 'token', 'head', 'channel'] as const) {
      expect(same(regionOf(memory, 200, size, { ...step, [axis]: -step[axis] }))).toBe(false)
      expect(same(regionOf(memory, 200, size, { ...step, [axis]: step[axis] + 1 }))).toBe(false)
      expect(same(regionOf(memory, 200, { ...size, [axis]: size[axis] - 1 }, step))).toBe(false)
      const [thin, other] = [
        { ...size, [axis]: 1 },
        { ...step, [axis]: 7 },
      ]
      const one = regionOf(memory, 200, thin, step)
      expect(isSameRegion(one, regionOf(memory, 200, thin, other))).toBe(true)
    }
  })

  test('dense layouts are injective, broadcast ones are not', () => {
    const { sizes: size, strides: step } = dense(4, 4)
    expect(isInjective(size, step)).toBe(true)
    expect(isInjective(size, { ...step, head: 0 })).toBe(false)
    expect(isInjective(size, { ...step, channel: -1 })).toBe(true)
  })

  test('the stride of an axis with one entry does not matter', () => {
    const { sizes: size, strides: step } = dense(4, 4)
    for (const axis of ['batch', 'token', 'head', 'channel'] as const) {
      for (const stride of [0, 1, -3, 8]) {
        const [thin, own] = [
          { ...size, [axis]: 1 },
          { ...step, [axis]: stride },
        ]
        expect(isInjective(thin, own)).toBe(true)
        const [one, other] = [0, 800].map((at) => regionOf(memory, at, thin, own))
        expect(isDisjoint(one as Region, other as Region)).toBe(true)
      }
    }
  })

  test('views of one buffer through different arrays are compared by bytes', () => {
    const { sizes: size, strides: step } = dense(4, 4)
    const shifted = memory.subarray(16)
    expect(isSameRegion(regionOf(memory, 16, size, step), regionOf(shifted, 0, size, step))).toBe(
      true,
    )
    expect(
      isDisjoint(regionOf(memory, 0, size, step), regionOf(new Float32Array(400), 0, size, step)),
    ).toBe(true)
  })
})
