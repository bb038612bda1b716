/**
 * MLX arguments: base and scale, or periods; and back.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { computeFrequencies, resolveConfig } from '../../../src/config/config.js'
import { fromMlx, toMlx } from '../../../src/models/mlx/periods.js'
import { arbitraryConfig } from '../../arbitrary-configs.js'

describe('to MLX', () => {
  test('base and scale', () => {
    const schedule = { type: 'linear', base: 10000, factor: 4 } as const
    const config = resolveConfig({ headDim: 64, rotaryDim: 32, pairing: 'half', schedule })
    expect(toMlx(config)).toEqual({
      ...{ dims: 32, traditional: false, base: 10000, scale: 0.25, freqs: null, mscale: 1 },
    })
  })

  test('a pair that stands still has an infinite period', () => {
    const schedule = { type: 'proportional', base: 100, partialRotaryFactor: 0.5 } as const
    const rope = toMlx(resolveConfig({ headDim: 4, pairing: 'interleaved', schedule }))
    expect(rope).toMatchObject({ traditional: true, base: null })
    expect([...(rope.freqs ?? [])]).toEqual([1, Number.POSITIVE_INFINITY])
  })
})

describe('a round trip', () => {
  test('is the identity for default and linear', () => {
    fc.assert(
      fc.property(arbitraryConfig(['default', 'linear']), (config) => {
        const again = fromMlx(toMlx(config), config.headDim)
        const { schedule } = config
        const isPlain = schedule.type === 'linear' && schedule.factor === 1
        const wanted = isPlain ? { type: 'default', base: schedule.base } : schedule
        expect(again).toEqual({ ...config, schedule: wanted })
      }),
    )
  })

  test('gives the same periods for all others', () => {
    fc.assert(
      fc.property(arbitraryConfig(['yarn', 'llama3', 'proportional', 'longrope']), (config) => {
        const rope = toMlx(config, 1e6)
        const again = fromMlx(rope, config.headDim)
        expect(toMlx(again)).toEqual(rope)
        expect(computeFrequencies(again).attentionFactor).toBe(rope.mscale)
      }),
      { numRuns: 30 },
    )
  })
})

test.each([
  [{ base: null, freqs: null }, /base and freqs/],
  [{ base: 1, freqs: new Float32Array(2) }, /base and freqs/],
  [{ base: null, freqs: new Float32Array(2) }, /freqs\[0\] is 0/],
  [{ scale: 0 }, /scale is 0/],
  [{ dims: 1e12, mscale: 2 }, /dims is 1000000000000/],
  [{ mscale: Number.NaN }, /mscale is NaN/],
])('%j is refused', (change, message) => {
  const rope = { dims: 4, traditional: false, base: 10000, scale: 1, freqs: null, mscale: 1 }
  expect(() => fromMlx({ ...rope, ...change }, 4)).toThrow(message)
})
