/**
 * Companion maths against published values, and the spans of partial rotary models.
 */
import { describe, expect, test } from 'vitest'
import { computeFrequencies, resolveConfig } from '../../src/config/config.js'
import { type PARTIAL_ROTARY, partialRotary } from '../../src/presets/partial-rotary.js'
import {
  llama4Temperature,
  logNScale,
  ministralTemperature,
} from '../../src/presets/query-temperature.js'

describe('query temperature', () => {
  test.each([
    [0, 1],
    [8190, 1],
    [8191, 1.0693147180559945],
    [65535, 1.219722457733622],
    [1048575, 1.4859812404361672],
  ])('Llama 4 at %d', (position, expected) => {
    expect(llama4Temperature(position)).toBeCloseTo(expected, 14)
    expect(llama4Temperature(position, { attnScale: 0.1, floorScale: 8192 })).toBeCloseTo(
      expected,
      14,
    )
  })

  test.each([
    [0, 1],
    [16383, 1],
    [16384, 1.0693147180559945],
    [262143, 1.2772588722239782],
  ])('Ministral 3 at %d', (position, expected) => {
    const options = { beta: 0.1, originalMaxPositionEmbeddings: 16384 }
    expect(ministralTemperature(position, options)).toBeCloseTo(expected, 14)
  })

  test('logN is 1 up to the trained length, and 2 at its square', () => {
    expect([0, 5, 2047].map((position) => logNScale(position, 2048))).toEqual([1, 1, 1])
    expect(logNScale(2048 ** 2 - 1, 2048)).toBeCloseTo(2, 14)
  })

  test('refusals', () => {
    expect(() => llama4Temperature(-1)).toThrow(/^position is/)
    expect(() => llama4Temperature(1, { floorScale: 0 })).toThrow(/^floorScale is/)
    expect(() => ministralTemperature(1, { beta: 1, originalMaxPositionEmbeddings: 0 })).toThrow(
      /^originalMaxPositionEmbeddings is/,
    )
    expect(() => logNScale(1, 1)).toThrow(/^trainedLength is/)
  })
})

describe('partial rotary', () => {
  test.each<[keyof typeof PARTIAL_ROTARY, number, number, number]>([
    ['gpt-neox', 96, 24, 0],
    ['qwen3-next', 256, 64, 0],
    ['glm', 128, 64, 0],
    ['mimo-v2', 192, 64, 0],
    ['gptj', 256, 64, 0],
    ['deepseek-v3', 192, 64, 128],
    ['deepseek-v4', 512, 64, 448],
    ['gemma-4-full', 512, 512, 0],
    ['minimax-m3-vl', 80, 78, 0],
  ])('%s', (name, headDim, rotaryDim, windowOffset) => {
    const span = partialRotary(name, headDim)
    expect(span).toEqual({ headDim, rotaryDim, windowOffset })
    const options = { ...span, pairing: 'half', schedule: { type: 'default', base: 1e4 } } as const
    expect(computeFrequencies(resolveConfig(options)).inverseFrequencies).toHaveLength(
      rotaryDim / 2,
    )
  })

  test('the product of width and share rounds down as a float', () => {
    expect(partialRotary({ rule: 'leading', share: 0.29 }, 100).rotaryDim).toBe(28)
  })

  test('odd, empty and too wide spans are refused, and unknown names', () => {
    expect(() => partialRotary({ rule: 'leading', share: 0.25 }, 100)).toThrow(/^rotaryDim is 25/)
    expect(() => partialRotary({ rule: 'leading', share: 0.01 }, 64)).toThrow(/^rotaryDim is 0/)
    expect(() => partialRotary('gptj', 32)).toThrow(/^rotaryDim is 64/)
    expect(() => partialRotary('gpt' as 'gptj', 32)).toThrow(/'gpt-neox' or/)
  })
})
