/**
 * Forms in which masks, token ids and sizes come from elsewhere: read as what they are, or refused
 * with the way out.
 */
import { describe, expect, test } from 'vitest'
import { RopeError } from '../../../src/errors.js'
import { quantiseQ8, shiftQ8 } from '../../../src/kv-cache/q8-0.js'
import { takeShard } from '../../../src/parallel/move-tokens.js'
import { shardOf } from '../../../src/parallel/shard.js'
import { shardPositions } from '../../../src/parallel/shard-positions.js'
import { countedCoordinates } from '../../../src/presets/positions/coordinates.js'
import { dualChunkPosition } from '../../../src/presets/positions/dual-chunk.js'
import { gridPositions } from '../../../src/presets/positions/grid.js'
import { sequencePositions } from '../../../src/presets/positions/multimodal.js'
import { positionsFromMask } from '../../../src/presets/positions/padding.js'
import { type RopeIndexInput, ropeIndex } from '../../../src/presets/positions/rope-index.js'
import { reRopeMap, selfExtendMap } from '../../../src/presets/positions/two-range.js'
import { createRope } from '../../../src/rope/rope.js'
import { permutePairing } from '../../../src/weights/permute-pairing.js'
import { verifyPairing } from '../../../src/weights/verify-pairing.js'
import { createNaiveBackend } from '../../conformance/naive-backend.js'

const base = { model: 'qwen2-vl', imageToken: 7, videoToken: 8 } as const
const ids = [1, 7, 7, 7, 7, 3]
const index = (input: object): unknown => ropeIndex({ ...base, ...input } as RopeIndexInput).axes

describe('masks', () => {
  const rows = [
    [0, 0, 1, 1],
    [1, 1, 1, 1],
  ]
  const mask = (value: unknown, size?: object): number[] => [
    ...positionsFromMask(value as readonly number[], size),
  ]

  test.each<[string, unknown, object | undefined]>([
    ['flat', rows.flat(), { batch: 2 }],
    ['flat, with a BigInt for the batch', rows.flat(), { batch: 2n }],
    ['rows', rows, undefined],
    ['rows and their number', rows, { batch: 2 }],
    ['rows of BigInts', rows.map((row) => row.map(BigInt)), undefined],
    ['rows of typed arrays', rows.map((row) => BigInt64Array.from(row, BigInt)), undefined],
    ['flat and BigInt', BigInt64Array.from(rows.flat(), BigInt), { batch: 2 }],
    ['the bytes of a boolean tensor', Uint8Array.from(rows.flat()), { batch: 2 }],
  ])('%s', (_, value, size) => {
    expect(mask(value, size)).toEqual([1, 1, 0, 1, 0, 1, 2, 3])
  })

  test.each([-Infinity, -1e9, -1e4, -65504, -3.4028234663852886e38, -1, -1n, Number.NaN])(
    'an additive mask with %s is refused, and told how to become one of these',
    (low) => {
      for (const value of [[low, low, 0, 0], [0, 0, low], [[0, low]], [[0], [low]]]) {
        expect(() => mask(value, { batch: value.length })).toThrow(
          /; accepted: 1 for a token and 0 for padding.*additive mask, whose 0 is a token; give Array\.from\(mask/,
        )
      }
    },
  )

  test('what the advice says gives the mask', () => {
    const additive = [-Infinity, -Infinity, 0, 0]
    expect(
      mask(
        Array.from(additive, (x) => (x === 0 ? 1 : 0)),
        { batch: 1 },
      ),
    ).toEqual([1, 1, 0, 1])
    expect(mask(Array.from([false, true, true], Number), { batch: 1 })).toEqual([1, 0, 1])
  })

  test.each([
    [[0, 0, 0]],
    [
      [
        [0, 0],
        [0, 0],
      ],
    ],
    [new Float32Array(4)],
  ])('%j may be additive, and is refused', (value) => {
    expect(() => mask(value, { batch: value.length === 2 ? 2 : 1 })).toThrow(
      /^mask has no 1.*additive mask of tokens alone is all 0/,
    )
  })

  test('one row without tokens beside another is no riddle', () => {
    expect(
      mask([
        [0, 0],
        [1, 1],
      ]),
    ).toEqual([1, 1, 0, 1])
  })

  test.each([[[true, true]], [[false, true]], [[[false, true]]]])(
    'booleans are refused: %j',
    (value) => {
      expect(() => mask(value, { batch: 1 })).toThrow(/Array\.from\(mask, Number\)/)
    },
  )

  test.each<[unknown, object | undefined, RegExp]>([
    [['1', '1'], { batch: 1 }, /^mask\[0\] is "1"; accepted: 1 for a token and 0 for padding$/],
    [[2, 1], { batch: 1 }, /^mask\[0\] is 2/],
    [[0.5, 1], { batch: 1 }, /^mask\[0\] is 0.5/],
    ['11', { batch: 1 }, /^mask is "11"/],
    [[1, 1], undefined, /^batch is missing/],
    [[1, 1], {}, /^batch is missing/],
    [[[1, 1]], { batch: 2 }, /^batch is 2; accepted: 1, since mask has so many rows/],
    [[[1, 1], [1]], undefined, /^mask\[1\]\.length is 1; accepted: 2.*pad/],
    [[[[1, 1]]], undefined, /^mask\[0\]\[0\] is .*nest no deeper/],
    [[1], { batch: 1, paddng: 0 }, /unknown key "paddng"/],
  ])('%j with %j is refused', (value, size, message) => {
    expect(() => mask(value, size)).toThrow(message)
  })
})

describe('ropeIndex', () => {
  const wanted = index({ inputIds: ids, imageGrids: [[1, 4, 4]] })
  const two = index({ inputIds: [1, 2, 3, 4, 5, 6], batch: 2 })

  test.each<[string, object]>([
    ['BigInt ids and sizes', { inputIds: ids.map(BigInt), imageGrids: [[1n, 4n, 4n]] }],
    ['BigInt tokens', { inputIds: ids, imageToken: 7n, videoToken: 8n, imageGrids: [[1, 4, 4]] }],
    [
      'arrays of int64 tensors',
      {
        inputIds: BigInt64Array.from(ids, BigInt),
        attentionMask: new BigInt64Array(6).fill(1n),
        imageGrids: BigInt64Array.of(1n, 4n, 4n),
        batch: 1n,
        mergeSize: 2n,
        padding: 1n,
      },
    ],
    ['rows of ids', { inputIds: [ids], imageGrids: [BigInt64Array.of(1n, 4n, 4n)] }],
    [
      'null for videos there are none of',
      { inputIds: ids, imageGrids: [[1, 4, 4]], videoGrids: null },
    ],
  ])('%s', (_, input) => {
    expect(index(input)).toEqual(wanted)
  })

  test.each<[string, object]>([
    [
      'rows',
      {
        inputIds: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
    ],
    [
      'rows and their number',
      {
        inputIds: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        batch: 2,
      },
    ],
    [
      'rows of the mask alone',
      {
        inputIds: [1, 2, 3, 4, 5, 6],
        attentionMask: [
          [1, 1, 1],
          [1, 1, 1],
        ],
      },
    ],
    [
      'a flat mask',
      {
        inputIds: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        attentionMask: [1, 1, 1, 1, 1, 1],
      },
    ],
  ])('a batch of two as %s', (_, input) => {
    expect(index(input)).toEqual(two)
  })

  test.each<[object, RegExp]>([
    [{ inputIds: [[1, 2], [3]] }, /^inputIds\[1\]\.length is 1; accepted: 2/],
    [
      {
        inputIds: [
          [1, 2],
          [3, 4],
        ],
        batch: 1,
      },
      /^batch is 1; accepted: 2/,
    ],
    [
      {
        inputIds: [
          [1, 2],
          [3, 4],
        ],
        attentionMask: [[1, 1]],
      },
      /^batch is 2; accepted: 1, since attentionMask/,
    ],
    [{ inputIds: ['1', '2'] }, /^inputIds\[0\] is "1"/],
    [{ inputIds: '1 2' }, /^inputIds is "1 2"/],
    [{ inputIds: [true, false] }, /^inputIds\[0\] is true/],
    [{ inputIds: [1.5] }, /^inputIds\[0\] is 1.5/],
    [{ inputIds: ids, imageGrids: [1, 4] }, /^imageGrids\.length is 2; accepted: a multiple of 3/],
    [{ inputIds: ids, imageGrids: [[1, 4]] }, /^imageGrids\[0\] is/],
    [{ inputIds: ids, imageGrids: [['1', '4', '4']] }, /^imageGrids\[0\]\[0\] is "1"/],
    [{ inputIds: ids, imageGrids: [[true, 4, 4]] }, /^imageGrids\[0\]\[0\] is true/],
    [{ inputIds: ids, imageToken: '7' }, /^imageToken is "7"/],
    [{ inputIds: ids, imageToken: 2n ** 64n }, /^imageToken is 18446744073709551616n/],
    [{ inputIds: ids, imageToken: 8 }, /^videoToken is 8; accepted: another token/],
    [{ inputIds: ids, attention_mask: [1] }, /unknown key "attention_mask"/],
    [{ inputIds: ids, image_grid_thw: [[1, 4, 4]] }, /unknown key "image_grid_thw"/],
    [{ inputIds: ids, attentionMask: [-Infinity, 0, 0, 0, 0, 0] }, /additive/],
    [
      { inputIds: ids, attentionMask: [true, true, true, true, true, true] },
      /Array\.from\(attentionMask/,
    ],
  ])('%o is refused', (input, message) => {
    expect(() => index(input)).toThrow(message)
  })

  test('BigInts move the cursor', () => {
    const cursor = ropeIndex({ ...base, inputIds: [1, 2] })
    cursor.next(2n as never)
    cursor.rewind(1n as never)
    expect([...cursor.next(1).offsets]).toEqual([3])
  })
})

describe('whole numbers may be BigInts wherever they count tokens', () => {
  const shard = shardOf({ sharding: 'striped', ranks: 2, rank: 1, tokens: 4 })
  const q8 = quantiseQ8(Float32Array.from({ length: 64 }, (_, i) => i))
  const rope = createRope(
    { headDim: 32, pairing: 'half', schedule: { type: 'default', base: 10000 } },
    { backend: createNaiveBackend() },
  )
  const shifted = (whole: (n: number) => number): Uint8Array => {
    const data = q8.slice()
    shiftQ8(rope, { data, tokens: whole(2), heads: whole(1) }, whole(3))
    return data
  }

  test.each<[string, (whole: (n: number) => number) => unknown]>([
    ['shardOf', (n) => shardOf({ sharding: 'striped', ranks: n(2), rank: n(1), tokens: n(4) })],
    [
      'shardPositions',
      (n) => shardPositions(n(5), shard, { tokens: n(4), batch: n(2), axes: n(1) }),
    ],
    [
      'takeShard',
      (n) => takeShard({ data: Float32Array.of(1, 2, 3, 4), tokens: n(4), width: n(1) }, shard),
    ],
    ['shiftQ8', shifted],
    ['dualChunkPosition', (n) => dualChunkPosition(n(19), { chunkSize: n(10), localSize: n(2) })],
    ['countedCoordinates', (n) => countedCoordinates(n(3), n(1))],
    [
      'gridPositions',
      (n) =>
        gridPositions([countedCoordinates(2), countedCoordinates(2)], {
          merge: n(2),
          leading: n(1),
          trailing: n(1),
          repeat: n(2),
        }),
    ],
    [
      'sequencePositions',
      (n) =>
        sequencePositions(
          [
            { kind: 'text', tokens: n(2) },
            { kind: 'vision', rows: n(1), columns: n(2), frames: [0] },
          ],
          n(4),
        ),
    ],
    ['selfExtendMap', (n) => selfExtendMap({ group: n(4), window: n(8) }).distance(n(100), n(3))],
    ['reRopeMap', (n) => reRopeMap({ window: n(8) }).farQuery(n(100))],
  ])('%s', (_, call) => {
    expect(call((n) => BigInt(n) as never)).toEqual(call((n) => n))
  })
})

describe('options that nobody reads are refused', () => {
  const shard = shardOf({ sharding: 'striped', ranks: 2, rank: 1, tokens: 4 })
  const two = [countedCoordinates(2), countedCoordinates(2)]
  test.each<[string, (extra: object) => unknown]>([
    ['positionsFromMask', (extra) => positionsFromMask([1], { batch: 1, ...extra })],
    ['ropeIndex', (extra) => index({ inputIds: [1], ...extra })],
    ['gridPositions', (extra) => gridPositions(two, extra)],
    [
      'dualChunkPosition',
      (extra) => dualChunkPosition(1, { chunkSize: 4, localSize: 1, ...extra }),
    ],
    ['selfExtendMap', (extra) => selfExtendMap({ group: 4, window: 8, ...extra })],
    ['reRopeMap', (extra) => reRopeMap({ window: 8, ...extra })],
    ['sequencePositions', (extra) => sequencePositions([{ kind: 'text', tokens: 1, ...extra }])],
    [
      'shardOf',
      (extra) => shardOf({ sharding: 'striped', ranks: 1, rank: 0, tokens: 1, ...extra }),
    ],
    ['shardPositions', (extra) => shardPositions(0, shard, { tokens: 4, ...extra })],
    [
      'permutePairing',
      (extra) =>
        permutePairing(new Float32Array(2), {
          from: 'half',
          to: 'half',
          heads: 1,
          headDim: 2,
          ...extra,
        }),
    ],
    [
      'verifyPairing',
      (extra) =>
        verifyPairing(new Float32Array(24), new Float32Array(24), {
          headDim: 8,
          columns: 1,
          ...extra,
        }),
    ],
  ])('%s', (_, call) => {
    call({})
    expect(() => call({ lenght: 1 })).toThrow(/unknown key "lenght"/)
    try {
      call({ lenght: 1 })
    } catch (error) {
      expect(RopeError.isInstance(error) && error.code).toBe('INVALID_OPTION')
    }
  })
})

test('rows without tokens have no positions, and one row of a flat mask is said how', () => {
  expect(positionsFromMask([[]])).toEqual(new Float64Array(0))
  expect(positionsFromMask([[], []])).toEqual(new Float64Array(0))
  expect(() => positionsFromMask([1, 1, 0])).toThrow(/give \{ batch: 1 \} for one/)
  expect([...positionsFromMask([1, 1, 0], { batch: 1 })]).toEqual([0, 1, 1])
})
