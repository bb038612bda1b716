/**
 * Forms in which masks and token ids come from elsewhere: read as what they are, or refused.
 */
import { describe, expect, test } from 'vitest'
import { positionsFromMask } from '../../../src/presets/positions/padding.js'
import { type RopeIndexInput, ropeIndex } from '../../../src/presets/positions/rope-index.js'

const base = { model: 'qwen2-vl', imageToken: 7, videoToken: 8 } as const
const ids = [1, 7, 7, 7, 7, 3]
const index = (input: object): unknown => ropeIndex({ ...base, ...input } as RopeIndexInput).axes

describe('masks', () => {
  const mask = (value: unknown, batch = 1): number[] => [
    ...positionsFromMask(value as readonly number[], { batch }),
  ]

  test('0 and 1, false and true, 0n and 1n are the same', () => {
    expect(mask([0, 1, 1])).toEqual([1, 0, 1])
    expect(mask([false, true, true])).toEqual([1, 0, 1])
    expect(mask(BigInt64Array.of(0n, 1n, 1n))).toEqual([1, 0, 1])
  })

  test.each([
    [
      'nested rows',
      [
        [0, 1],
        [1, 1],
      ],
    ],
    ['an additive mask', [-Infinity, 0]],
    ['texts', ['1', '1']],
  ])('%s are refused', (_, value) => {
    expect(() => mask(value)).toThrow(/mask\[0\] is/)
  })
})

describe('ropeIndex', () => {
  test('bigint ids, sizes and tokens are as good as numbers', () => {
    const wanted = index({ inputIds: ids, imageGrids: [[1, 4, 4]] })
    const inputIds = BigInt64Array.from(ids, BigInt)
    expect(index({ inputIds, imageGrids: [[1n, 4n, 4n]] })).toEqual(wanted)
    expect(index({ inputIds, imageToken: 7n, imageGrids: [[1, 4, 4]] })).toEqual(wanted)
  })

  test('nested rows of ids are refused', () => {
    expect(() =>
      index({
        inputIds: [
          [1, 2],
          [3, 4],
        ],
        batch: 2,
      }),
    ).toThrow(/inputIds\[0\] is/)
  })
})
