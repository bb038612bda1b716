/**
 * ONNX caches: both orders of inputs, and configs that come back from the tables.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sectionAxes } from '../../../src/config/axes.js'
import { type RopeConfig, resolveConfig } from '../../../src/config/config.js'
import { fromOnnx, onnxInputs, toOnnx } from '../../../src/models/onnx/caches.js'
import { arbitraryConfig } from '../../arbitrary-configs.js'

const through = (config: RopeConfig, length: number): RopeConfig => {
  const { headDim, rotaryDim, pairing } = config
  return fromOnnx({ ...toOnnx(config, { length }), headDim, rotaryDim, pairing })
}

const SMALL = resolveConfig({
  headDim: 8,
  pairing: 'interleaved',
  rotaryDim: 4,
  schedule: { type: 'default', base: 10000 },
})

test('rows are cos and sin of position times frequency, times the attention factor', () => {
  const { cosCache, sinCache, shape, attributes } = toOnnx(SMALL, { length: 3 })
  expect(shape).toEqual([3, 2])
  expect(attributes).toEqual({ interleaved: 1, rotary_embedding_dim: 4 })
  const angles = [0, 0, 1, 0.01, 2, 0.02]
  expect([...cosCache]).toEqual(angles.map((angle) => Math.fround(Math.cos(angle))))
  expect([...sinCache]).toEqual(angles.map((angle) => Math.fround(Math.sin(angle))))
  const factor = { type: 'custom', inverseFrequencies: [1, 0.5], attentionFactor: 2 } as const
  expect(toOnnx(resolveConfig({ ...SMALL, schedule: factor }), { length: 1 }).cosCache[0]).toBe(2)
})

test('the two operators want their inputs in different orders', () => {
  const inputs = { input: 'x', position_ids: 'p', cos_cache: 'c', sin_cache: 's' }
  expect(onnxInputs('com.microsoft', inputs).join('')).toBe('xpcs')
  expect(onnxInputs('ai.onnx', inputs).join('')).toBe('xcsp')
  expect(() => onnxInputs('onnx' as 'ai.onnx', inputs)).toThrow(/domain is "onnx"/)
})

describe('a round trip', () => {
  test.each(['default', 'linear'])('%s is the identity', (type) => {
    fc.assert(
      fc.property(arbitraryConfig([type]), (config) => {
        const again = through(config, 512)
        if (config.schedule.type === 'linear' && config.schedule.factor === 1) {
          expect(again.schedule.type).toBe('default')
        } else expect(again).toEqual(config)
      }),
      { numRuns: 12 },
    )
  })

  test.each(['yarn', 'llama3', 'longrope', 'proportional'])('%s gives the same tables', (type) => {
    fc.assert(
      fc.property(arbitraryConfig([type]), (config) => {
        const [a, b] = [
          toOnnx(config, { length: 300 }),
          toOnnx(through(config, 300), { length: 300 }),
        ]
        // Two roundings of values below 2: one unit in the last place, 2^-23.
        a.cosCache.forEach((cos, i) => {
          expect(Math.abs(cos - (b.cosCache[i] ?? 0))).toBeLessThanOrEqual(2 ** -22)
          expect(Math.abs((a.sinCache[i] ?? 0) - (b.sinCache[i] ?? 0))).toBeLessThanOrEqual(
            2 ** -22,
          )
        })
      }),
      { numRuns: 6 },
    )
  })

  test('LongRoPE has a cache for short sequences and one for long ones', () => {
    const schedule = {
      ...({ type: 'longrope', base: 10000, originalMaxPositionEmbeddings: 64 } as const),
      ...{ shortFactor: [1, 1], longFactor: [2, 2] },
    }
    const config = resolveConfig({ ...SMALL, schedule })
    const cosOf = (options: Parameters<typeof toOnnx>[1]): number =>
      toOnnx(config, options).cosCache[2] ?? 0
    expect(cosOf({ length: 128 })).toBe(Math.fround(Math.cos(0.5)))
    expect(cosOf({ length: 64 })).toBe(Math.fround(Math.cos(1)))
    expect(cosOf({ length: 128, sequenceLength: 64 })).toBe(Math.fround(Math.cos(1)))
  })
})

test('what the operator cannot do, and tables that are no rotations, are refused', () => {
  const windowed = resolveConfig({ ...SMALL, windowOffset: 2 })
  expect(() => toOnnx(windowed, { length: 4 })).toThrow(/windowOffset is 2/)
  const axes = sectionAxes([1, 1])
  expect(() => toOnnx(resolveConfig({ ...SMALL, axes }), { length: 4 })).toThrow(/axes/)
  const xpos = resolveConfig({ ...SMALL, schedule: { type: 'xpos', base: 10000, tensor: 'q' } })
  expect(() => toOnnx(xpos, { length: 4 })).toThrow(/more than a rotation/)
  const { cosCache, sinCache } = toOnnx(SMALL, { length: 16 })
  const caches = { headDim: 8, rotaryDim: 4, pairing: 'half' } as const
  expect(() => fromOnnx({ ...caches, cosCache, sinCache: sinCache.slice(2) })).toThrow(
    /cosCache.length/,
  )
  const damaged = cosCache.slice()
  damaged[9] = 0.25
  expect(() => fromOnnx({ ...caches, cosCache: damaged, sinCache })).toThrow(/row 4, pair 1/)
})
