/**
 * Every form of positions, and what is refused.
 */
import { describe, expect, test } from 'vitest'
import { RopeError } from '../../src/errors.js'
import { expandPositions } from '../../src/positions/expand.js'
import { type Positions, readPositions } from '../../src/positions/forms.js'

function expand(
  positions: unknown,
  batch = 1,
  tokens = 4,
  axes = 1,
): { stride: number; rows: readonly (readonly number[])[] } {
  const table = expandPositions(readPositions(positions as Positions, axes), batch, tokens, axes)
  expect(table.rows).toBe(table.axes[0]?.length)
  return { stride: table.batchStride, rows: table.axes.map((axis) => [...axis]) }
}

describe('forms', () => {
  test.each<[string, unknown, number, number, number, readonly number[]]>([
    ['a start', 5, 2, 4, 0, [5, 6, 7, 8]],
    ['a negative start', -2, 1, 4, 0, [-2, -1, 0, 1]],
    ['a fractional start', 0.5, 1, 2, 0, [0.5, 1.5]],
    ['a bigint', 7n, 1, 2, 0, [7, 8]],
    ['shared ids', [3, 1, 4, 1], 2, 4, 0, [3, 1, 4, 1]],
    ['ids per batch entry', Int32Array.of(1, 2, 3, 4), 2, 2, 2, [1, 2, 3, 4]],
    ['BigInt64Array', BigInt64Array.of(-1n, 2n), 1, 2, 0, [-1, 2]],
    ['fractions', Float64Array.of(0.25, -1.75), 1, 2, 0, [0.25, -1.75]],
    ['offsets per batch entry', { offsets: [10, 20] }, 2, 3, 3, [10, 11, 12, 20, 21, 22]],
    ['sequence lengths', { sequenceLengths: [2, 0, 3] }, 1, 5, 0, [0, 1, 0, 1, 2]],
    [
      'sequence lengths with offsets',
      { sequenceLengths: [2, 1], offsets: [100, -4] },
      1,
      3,
      0,
      [100, 101, -4],
    ],
    [
      'cumulative lengths',
      { cumulativeLengths: Int32Array.of(0, 3, 3, 5) },
      1,
      5,
      0,
      [0, 1, 2, 0, 1],
    ],
    ['no tokens at all', [], 3, 0, 0, []],
    [
      'padded sequences: padding stands at 0',
      { sequenceLengths: [2, 1], paddedLengths: [3, 4], offsets: [5, 9] },
      1,
      7,
      0,
      [5, 6, 0, 9, 0, 0, 0],
    ],
    [
      'padded sequences by cumulative lengths',
      { cumulativeLengths: [0, 2, 3], paddedCumulativeLengths: [0, 2, 4] },
      1,
      4,
      0,
      [0, 1, 0, 0],
    ],
  ])('%s', (_name, positions, batch, tokens, stride, rows) => {
    expect(expand(positions, batch, tokens)).toEqual({ stride, rows: [rows] })
  })

  test('one array per axis', () => {
    expect(expand({ axes: [3, [9, 8]] }, 1, 2, 2)).toEqual({
      stride: 0,
      rows: [
        [3, 4],
        [9, 8],
      ],
    })
  })

  test('one axis per batch entry makes all of them so', () => {
    const { stride, rows } = expand({ axes: [{ offsets: [0, 5] }, 7] }, 2, 2, 2)
    expect({ stride, rows }).toEqual({
      stride: 2,
      rows: [
        [0, 1, 5, 6],
        [7, 8, 7, 8],
      ],
    })
  })

  test('one set serves all axes', () => {
    expect(expand(1, 1, 2, 3).rows).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ])
  })

  test('are copied when read', () => {
    const ids = Float64Array.of(1, 2)
    const sources = readPositions(ids, 1)
    ids[0] = 50
    expect([...(expandPositions(sources, 1, 2, 1).axes[0] ?? [])]).toEqual([1, 2])
  })
})

describe('refusals', () => {
  test.each<[unknown, string]>([
    [undefined, 'positions'],
    ['3', 'positions'],
    [Number.NaN, 'positions'],
    [Infinity, 'positions'],
    [2 ** 53, 'positions'],
    [2n ** 60n, 'positions'],
    [[1, 2, Number.NaN, 4], 'positions[2]'],
    [[1, 2, 3], 'positions'],
    [[1, 2, 3, '4'], 'positions[3]'],
    [{}, 'positions'],
    [{ offset: 3 }, 'positions'],
    [{ offsets: [1, 2] }, 'positions.offsets'],
    [{ sequenceLengths: [2, 1] }, 'positions'],
    [{ sequenceLengths: [2.5, 1.5] }, 'positions.sequenceLengths[0]'],
    [{ sequenceLengths: [-1, 5] }, 'positions.sequenceLengths[0]'],
    [{ sequenceLengths: [4], offsets: [0, 1] }, 'positions.offsets'],
    [{ cumulativeLengths: [1, 4] }, 'positions.cumulativeLengths'],
    [{ cumulativeLengths: [0, 5, 4] }, 'positions.cumulativeLengths[2]'],
    [{ cumulativeLengths: [0, 4], sequenceLengths: [4] }, 'positions'],
    [{ sequenceLengths: [4], paddedLengths: [3] }, 'positions.paddedLengths[0]'],
    [{ sequenceLengths: [4], paddedLengths: [4, 1] }, 'positions.paddedLengths'],
    [{ sequenceLengths: [2], paddedLengths: [3] }, 'positions'],
    [{ sequenceLengths: [4], paddedLengths: [4], paddedCumulativeLengths: [0, 4] }, 'positions'],
    [{ offsets: [4], paddedLengths: [4] }, 'positions'],
    [{ paddedLengths: [4] }, 'positions'],
    [{ axes: [1, 2] }, 'positions.axes'],
    [{ axes: 4 }, 'positions'],
    [{ axes: [1], extra: 1 }, 'positions'],
    [new DataView(new ArrayBuffer(8)), 'positions'],
  ])('%s', (positions, field) => {
    try {
      expand(positions)
    } catch (error) {
      if (!RopeError.isInstance(error)) throw error
      expect([error.code, error.field]).toEqual(['INVALID_POSITIONS', field])
      return
    }
    expect.unreachable('nothing was thrown')
  })

  test('packed sequences need a batch of one', () => {
    expect(() => expand({ sequenceLengths: [4] }, 2)).toThrow(/batch of 1/)
  })
})
