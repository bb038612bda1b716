/**
 * Shards: every token belongs to exactly one rank, and a shard's positions are those of its tokens.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { putShard, takeShard } from '../../src/parallel/move-tokens.js'
import { SHARDINGS, type ShardOptions, shardOf } from '../../src/parallel/shard.js'
import { shardPositions } from '../../src/parallel/shard-positions.js'

function indices(options: ShardOptions): number[] {
  return [...shardOf(options).indices]
}

function ranksOf(options: Omit<ShardOptions, 'rank'>): number[][] {
  return Array.from({ length: options.ranks }, (_, rank) => indices({ ...options, rank }))
}

describe('shardOf', () => {
  test('eight tokens on two ranks', () => {
    const of = (sharding: ShardOptions['sharding']) => ranksOf({ sharding, ranks: 2, tokens: 8 })
    expect(of('contiguous')).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ])
    expect(of('zig-zag')).toEqual([
      [0, 1, 6, 7],
      [2, 3, 4, 5],
    ])
    expect(of('striped')).toEqual([
      [0, 2, 4, 6],
      [1, 3, 5, 7],
    ])
  })

  test('packed sequences are divided one by one', () => {
    const packed = { sharding: 'zig-zag', ranks: 2, tokens: [4, 8] } as const
    expect(ranksOf(packed)).toEqual([
      [0, 3, 4, 5, 10, 11],
      [1, 2, 6, 7, 8, 9],
    ])
    expect(shardOf({ ...packed, rank: 1 }).sequenceLengths).toEqual([2, 4])
  })

  test('every token belongs to exactly one rank, and none has two more than another', () => {
    const options = fc.record({
      sharding: fc.constantFrom(...SHARDINGS),
      ranks: fc.integer({ min: 1, max: 9 }),
      tokens: fc.array(fc.nat(50), { minLength: 1, maxLength: 4 }),
    })
    fc.assert(
      fc.property(options, (given) => {
        const ranks = ranksOf(given)
        const total = given.tokens.reduce((sum, length) => sum + length, 0)
        expect(ranks.flat().sort((a, b) => a - b)).toEqual(
          Array.from({ length: total }, (_, t) => t),
        )
        if (given.tokens.length > 1) return
        const sizes = ranks.map(({ length }) => length)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(2)
      }),
    )
  })

  test('with a causal mask, zig-zag gives all ranks the same work', () => {
    const work = ranksOf({ sharding: 'zig-zag', ranks: 4, tokens: 64 }).map((tokens) =>
      tokens.reduce((sum, t) => sum + t + 1, 0),
    )
    expect(new Set(work).size).toBe(1)
  })

  test.each([
    [{ sharding: 'zigzag' }, 'sharding'],
    [{ ranks: 0 }, 'ranks'],
    [{ rank: 2 }, 'rank'],
    [{ rank: -1 }, 'rank'],
    [{ tokens: 1.5 }, 'tokens'],
    [{ tokens: [3, -1] }, 'tokens[1]'],
    [{ tokens: [2 ** 31 - 1, 1] }, 'tokens'],
  ])('refuses %j', (wrong, field) => {
    const options = { sharding: 'striped', ranks: 2, rank: 0, tokens: 4, ...wrong } as ShardOptions
    expect(() => shardOf(options)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', field }),
    )
  })
})

describe('shardPositions', () => {
  const shard = shardOf({ sharding: 'zig-zag', ranks: 2, rank: 0, tokens: 8 })

  test('of a start are not those of a shorter sequence', () => {
    expect(shardPositions(10, shard, { tokens: 8 })).toEqual(Float64Array.of(10, 11, 16, 17))
  })

  test('of batch entries, each from its own offset', () => {
    const positions = shardPositions({ offsets: [0, 100] }, shard, { tokens: 8, batch: 2 })
    expect(positions).toEqual(Float64Array.of(0, 1, 6, 7, 100, 101, 106, 107))
  })

  test('of packed sequences', () => {
    const sequences = { sequenceLengths: [4, 8] }
    const packed = shardOf({ sharding: 'striped', ranks: 2, rank: 1, tokens: [4, 8] })
    expect(shardPositions(sequences, packed, { tokens: 12 })).toEqual(
      Float64Array.of(1, 3, 1, 3, 5, 7),
    )
  })

  test('of packed sequences with padding', () => {
    const padded = { sequenceLengths: [3, 6], paddedLengths: [4, 8] }
    const packed = shardOf({ sharding: 'zig-zag', ranks: 2, rank: 0, tokens: padded.paddedLengths })
    expect(shardPositions(padded, packed, { tokens: 12 })).toEqual(
      Float64Array.of(0, 0, 0, 1, 0, 0),
    )
  })

  test('of several axes', () => {
    const axes = [[5, 5, 5, 5, 5, 5, 5, 5], [0, 0, 1, 1, 2, 2, 3, 3], 40]
    expect(shardPositions({ axes }, shard, { tokens: 8, axes: 3 })).toEqual({
      axes: [
        Float64Array.of(5, 5, 5, 5),
        Float64Array.of(0, 0, 3, 3),
        Float64Array.of(40, 41, 46, 47),
      ],
    })
  })

  test('refuses positions of another length', () => {
    expect(() => shardPositions([1, 2, 3], shard, { tokens: 8 })).toThrow(
      expect.objectContaining({ code: 'INVALID_POSITIONS' }),
    )
  })
})

describe('takeShard and putShard', () => {
  const data = Float32Array.from({ length: 2 * 8 * 3 }, (_, i) => i)
  const whole = { data, tokens: 8, width: 3 }
  const shard = shardOf({ sharding: 'contiguous', ranks: 4, rank: 3, tokens: 8 })

  test('take the tokens of every batch entry', () => {
    const rows = [6, 7, 14, 15].flatMap((token) => [3 * token, 3 * token + 1, 3 * token + 2])
    expect(takeShard(whole, shard)).toEqual(Float32Array.from(rows))
  })

  test('put them back', () => {
    const target = { ...whole, data: new Float32Array(data.length) }
    for (let rank = 0; rank < 4; rank++) {
      const one = shardOf({ sharding: 'striped', ranks: 4, rank, tokens: 8 })
      putShard(target, one, takeShard(whole, one))
    }
    expect(target.data).toEqual(data)
  })

  test('refuse what is not whole', () => {
    const odd = { ...whole, data: new Float32Array(25) }
    const wrong = expect.objectContaining({ code: 'INVALID_TENSOR' })
    expect(() => takeShard(odd, shard)).toThrow(wrong)
    expect(() => putShard(whole, shard, new Float32Array(5))).toThrow(wrong)
  })
})
