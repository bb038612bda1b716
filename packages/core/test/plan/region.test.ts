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

  test('dense layouts are injective, broadcast ones are not', () => {
    const { sizes: size, strides: step } = dense(4, 4)
    expect(isInjective(size, step)).toBe(true)
    expect(isInjective(size, { ...step, head: 0 })).toBe(false)
    expect(isInjective(size, { ...step, channel: -1 })).toBe(true)
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
