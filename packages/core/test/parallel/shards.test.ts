/**
 * Shards: every token is somewhere once, ranks hold as many, and positions are those of the whole.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  SHARD_KINDS,
  type ShardKind,
  shardPositions,
  shardTokens,
} from '../../src/parallel/shards.js'
import type { Positions } from '../../src/positions.js'

const all = (kind: ShardKind, ranks: number, sequenceLengths: readonly number[]) =>
  Array.from({ length: ranks }, (_, rank) => [
    ...shardTokens({ kind, ranks, rank, sequenceLengths }),
  ])

describe('tokens of each rank', () => {
  test('by hand', () => {
    expect(all('contiguous', 2, [8])).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ])
    expect(all('zigzag', 2, [8])).toEqual([
      [0, 1, 6, 7],
      [2, 3, 4, 5],
    ])
    expect(all('striped', 2, [8])).toEqual([
      [0, 2, 4, 6],
      [1, 3, 5, 7],
    ])
    // Two packed sequences are cut one by one: 0 3 4 7, not 0 3 0 3 and not 0 1 6 7.
    expect(all('zigzag', 2, [4, 4])[0]).toEqual([0, 3, 4, 7])
  })

  test('a partition into equal parts', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SHARD_KINDS),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat(4), { maxLength: 5 }),
        (kind, ranks, blocks) => {
          const lengths = blocks.map((n) => n * 2 * ranks)
          const shards = all(kind, ranks, lengths)
          const tokens = lengths.reduce((sum, n) => sum + n, 0)
          expect(shards.map((shard) => shard.length)).toEqual(Array(ranks).fill(tokens / ranks))
          const sorted = shards.flat().sort((a, b) => a - b)
          expect(sorted).toEqual(Array.from({ length: tokens }, (_, t) => t))
        },
      ),
    )
  })

  test('zig-zag balances the causal cost exactly', () => {
    const costs = all('zigzag', 4, [64]).map((shard) => shard.reduce((sum, t) => sum + t, 0))
    expect(new Set(costs).size).toBe(1)
  })
})

describe('positions of a shard', () => {
  const pick = (positions: Positions, tokens: readonly number[], axes = 1, batch = 1) =>
    shardPositions({ positions, tokens: 8, axes, batch }, tokens).axes.map((axis) => [...axis])

  test('compose with every form of positions', () => {
    expect(pick(100, [0, 7])).toEqual([[100, 107]])
    expect(pick({ sequenceLengths: [4, 4] }, [0, 3, 4, 7])).toEqual([[0, 3, 0, 3]])
    expect(pick({ sequenceLengths: [3, 2], paddedLengths: [4, 4] }, [2, 3, 4, 7])).toEqual([
      [2, 0, 0, 0],
    ])
    expect(pick({ offsets: [10, 20] }, [1, 2], 1, 2)).toEqual([[11, 12, 21, 22]])
    expect(pick({ axes: [0, [9, 8, 7, 6, 5, 4, 3, 2]] }, [5, 6], 2)).toEqual([
      [5, 6],
      [4, 3],
    ])
  })
})

test.each<[object, RegExp]>([
  [{ kind: 'ring' }, /^kind is "ring"/],
  [{ ranks: 0 }, /^ranks is 0/],
  [{ rank: 2 }, /^rank is 2/],
  [{ sequenceLengths: [8, 6] }, /^sequenceLengths\[1\] is 6; accepted: a multiple of 4/],
  [{ sequenceLengths: [-4] }, /^sequenceLengths\[0\] is -4/],
])('refuses %j', (change, message) => {
  const options = { kind: 'zigzag', ranks: 2, rank: 0, sequenceLengths: [8], ...change } as const
  expect(() => shardTokens(options)).toThrow(message)
})
