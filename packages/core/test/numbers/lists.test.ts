/**
 * The reader of lists, over every place that reads one: each form that numbers come in gives the same
 * result as a plain list, and whatever is no number is refused by the name of its place.
 */
import { describe, expect, test } from 'vitest'
import { sectionAxes } from '../../src/config/axes.js'
import { RopeError } from '../../src/errors.js'
import { readRows, toNumber, wholeNumbers } from '../../src/numbers/lists.js'
import { shardOf } from '../../src/parallel/shard.js'
import { shardPositions } from '../../src/parallel/shard-positions.js'
import { readPositions } from '../../src/positions/forms.js'
import { musicFlamingoPositions } from '../../src/presets/audio.js'
import { denseRope } from '../../src/presets/dense.js'
import { augmentCoordinates } from '../../src/presets/positions/coordinates.js'
import { gridPositions } from '../../src/presets/positions/grid.js'
import { sequencePositions } from '../../src/presets/positions/multimodal.js'
import { positionsFromMask } from '../../src/presets/positions/padding.js'
import { ropeIndex } from '../../src/presets/positions/rope-index.js'
import { mapPositions } from '../../src/presets/positions/two-range.js'
import { axialRope } from '../../src/presets/video.js'
import { verifyPairing } from '../../src/weights/verify-pairing.js'

/** A place that reads a list of numbers. */
interface Place {
  readonly name: string
  /** The list as errors name it. */
  readonly field: string
  /** Whole numbers that it accepts. */
  readonly numbers: readonly number[]
  readonly call: (list: never) => unknown
  /** True where a list of lists means something. */
  readonly takesRows?: true
}

const vision = { model: 'qwen2-vl', imageToken: 7, videoToken: 8 } as const
const prompt = [1, 7, 7, 7, 7, 3]
const shard = shardOf({ sharding: 'striped', ranks: 2, rank: 1, tokens: 4 })
const weights = Float64Array.from({ length: 48 }, (_, i) => 1 + (i % 5))

const PLACES: readonly Place[] = [
  {
    name: 'positionsFromMask',
    field: 'mask',
    numbers: [0, 1, 1, 1],
    call: (mask) => positionsFromMask(mask, { batch: 1 }),
    takesRows: true,
  },
  {
    name: 'ropeIndex of ids',
    field: 'inputIds',
    numbers: [4, 5, 6],
    call: (inputIds) => ropeIndex({ ...vision, inputIds }).axes,
    takesRows: true,
  },
  {
    name: 'ropeIndex of a mask',
    field: 'attentionMask',
    numbers: [0, 1, 1],
    call: (attentionMask) => ropeIndex({ ...vision, inputIds: [4, 5, 6], attentionMask }).axes,
    takesRows: true,
  },
  {
    name: 'ropeIndex of a flat list of grids',
    field: 'imageGrids',
    numbers: [1, 4, 4],
    call: (imageGrids) => ropeIndex({ ...vision, inputIds: prompt, imageGrids }).axes,
    takesRows: true,
  },
  {
    name: 'ropeIndex of one grid',
    field: 'imageGrids[0]',
    numbers: [1, 4, 4],
    call: (grid) => ropeIndex({ ...vision, inputIds: prompt, imageGrids: [grid] }).axes,
  },
  {
    name: 'ropeIndex of one grid of a video',
    field: 'videoGrids[0]',
    numbers: [1, 4, 4],
    call: (grid) => ropeIndex({ ...vision, inputIds: [8, 8, 8, 8], videoGrids: [grid] }).axes,
  },
  {
    name: 'ropeIndex of seconds',
    field: 'secondsPerGrid',
    numbers: [2],
    call: (secondsPerGrid) =>
      ropeIndex({
        ...vision,
        model: 'qwen2.5-vl',
        inputIds: [8, 8],
        videoGrids: [[2, 2, 2]],
        secondsPerGrid,
      }).axes,
  },
  {
    name: 'gridPositions',
    field: 'coordinates[0]',
    numbers: [3, 5],
    call: (rows) => gridPositions([rows, Float64Array.of(1)]).axes,
  },
  {
    name: 'augmentCoordinates',
    field: 'coordinates[0]',
    numbers: [3, 5],
    call: (axis) => augmentCoordinates([axis], { shift: 1 }, () => 0.75),
  },
  {
    name: 'sequencePositions',
    field: 'segments[0].frames',
    numbers: [0, 2],
    call: (frames) => sequencePositions([{ kind: 'vision', rows: 1, columns: 2, frames }]),
  },
  {
    name: 'mapPositions',
    field: 'positions',
    numbers: [1, 2, 3],
    call: (positions) => mapPositions(positions, (position) => 2 * position),
  },
  {
    name: 'musicFlamingoPositions',
    field: 'seconds',
    numbers: [1, 2],
    call: (seconds) => musicFlamingoPositions(seconds, 1, 1200),
  },
  {
    name: 'shardOf',
    field: 'tokens',
    numbers: [4, 8],
    call: (tokens) => shardOf({ sharding: 'zig-zag', ranks: 2, rank: 1, tokens }),
  },
  {
    name: 'shardPositions',
    field: 'positions',
    numbers: [4, 5, 9, 7],
    call: (positions) => shardPositions(positions, shard, { tokens: 4 }),
  },
  ...(['offsets', 'sequenceLengths', 'cumulativeLengths'] as const).map(
    (key): Place => ({
      name: `readPositions of ${key}`,
      field: `positions.${key}`,
      numbers: [0, 3, 7],
      call: (list) => readPositions({ [key]: list } as never, 1),
    }),
  ),
  {
    name: 'readPositions of ids',
    field: 'positions',
    numbers: [0, 3, 7],
    call: (ids) => readPositions(ids, 1),
  },
  {
    name: 'readPositions of the ids of an axis',
    field: 'positions.axes[1]',
    numbers: [0, 3, 7],
    call: (ids) => readPositions({ axes: [0, ids] }, 2),
  },
  {
    name: 'verifyPairing',
    field: 'wq',
    numbers: Array.from({ length: 24 }, (_, i) => 1 + (i % 7)),
    call: (wq) => verifyPairing(wq, weights, { headDim: 8, columns: 1 }),
    takesRows: true,
  },
  {
    name: 'sectionAxes',
    field: 'sections',
    numbers: [16, 24, 24],
    call: (sections) => sectionAxes(sections),
  },
  {
    name: 'axialRope',
    field: 'widths',
    numbers: [16, 24],
    call: (widths) => axialRope(widths),
  },
  {
    name: 'denseRope',
    field: 'weights[0]',
    numbers: [1, 2],
    call: (row) => denseRope([row], { headDim: 4 }),
  },
]

/** The forms in which the same whole numbers come. */
const FORMS: Readonly<Record<string, (numbers: readonly number[]) => unknown>> = {
  'a list of BigInts': (numbers) => numbers.map(BigInt),
  'a mixed list': (numbers) => numbers.map((n, i) => (i % 2 === 0 ? n : BigInt(n))),
  BigInt64Array: (numbers) => BigInt64Array.from(numbers, BigInt),
  BigUint64Array: (numbers) => BigUint64Array.from(numbers, BigInt),
  Int32Array: (numbers) => Int32Array.from(numbers),
  Uint8Array: (numbers) => Uint8Array.from(numbers),
  Float32Array: (numbers) => Float32Array.from(numbers),
  Float64Array: (numbers) => Float64Array.from(numbers),
  'a frozen list': (numbers) => Object.freeze([...numbers]),
}

/** What takes the place of the last number, and is none. */
const NO_NUMBERS: Readonly<Record<string, unknown>> = {
  'a text': '1',
  'an empty text': '',
  true: true,
  false: false,
  null: null,
  undefined,
  NaN: Number.NaN,
  Infinity,
  '-Infinity': -Infinity,
  'a BigInt that no double holds': 2n ** 63n - 1n,
  'an object': { valueOf: () => 1 },
  'a date': new Date(1),
  'a boxed number': Object(1),
  'a function': () => 1,
  'a symbol': Symbol('1'),
  'a list': [1],
  'an empty list': [],
  'a typed array': Float32Array.of(1),
}

/** What is no list at all. */
const NO_LISTS: Readonly<Record<string, unknown>> = {
  'a text': '123',
  'an object': { 0: 1, length: 1 },
  true: true,
  'a set': new Set([1]),
  'a buffer': new ArrayBuffer(8),
  'a DataView': new DataView(new ArrayBuffer(8)),
  'a tensor': { data: BigInt64Array.of(1n, 1n), dims: [1, 2], type: 'int64' },
  'a promise': Promise.resolve([1, 1]),
}

function failureOf(call: () => unknown): RopeError {
  try {
    call()
  } catch (error) {
    if (RopeError.isInstance(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe.each(PLACES)('$name', ({ field, numbers, call, takesRows }) => {
  test.each(Object.entries(FORMS))('reads %s as it reads a list', (_, form) => {
    // Weights are not whole numbers of a tensor: their typed arrays are floats.
    const value = form(numbers)
    const isArray = ArrayBuffer.isView(value) && !/^Float/.test(value.constructor.name)
    if (field === 'wq' && isArray) expect(() => call(value as never)).toThrow(/^wq is an? /)
    else expect(call(value as never)).toEqual(call(numbers as never))
  })

  test.each(Object.entries(NO_NUMBERS))('refuses %s in a list, by its place', (_, value) => {
    const last = numbers.length - 1
    const list = [...numbers.slice(0, last), value]
    // Where one number is enough, a list in its place is a row, which is read as one.
    if (takesRows && last === 0 && Array.isArray(value)) return
    const error = failureOf(() => call(list as never))
    const place = last === 0 && takesRows ? field : `${field}[${last}]`
    expect(error.field?.startsWith(place), error.message).toBe(true)
    expect(error.message).toContain('; accepted: ')
  })

  test('refuses a hole', () => {
    const list = Array<number>(numbers.length)
    expect(failureOf(() => call(list as never)).field).toBe(`${field}[0]`)
  })

  test.each(Object.entries(NO_LISTS))('refuses %s instead of a list', (_, value) => {
    // A shard's tokens, and positions, may be one number or a record.
    const error = failureOf(() => call(value as never))
    expect(error.field?.startsWith(field.replace(/\[\d\]$/, '')), error.message).toBe(true)
  })

  test('says of a tensor what to give instead', () => {
    const tensor = { data: BigInt64Array.from(numbers, BigInt), dims: [1, numbers.length] }
    expect(failureOf(() => call(tensor as never)).message).toContain('.data or ')
  })

  test('refuses rows where they mean nothing, and those that differ in length', () => {
    const rows = [numbers, numbers.slice(1)]
    const error = failureOf(() => call(rows as never))
    expect(error.field, error.message).toMatch(takesRows ? /\[1\]|\.length$/ : /\[0\]/)
    if (!takesRows) expect(error.message).toContain('.flat()')
  })

  test('refuses rows of rows', () => {
    expect(failureOf(() => call([[numbers]] as never)).message).toContain('nest no deeper')
  })
})

describe('rows', () => {
  const rules = {
    field: 'ids',
    code: 'INVALID_POSITIONS',
    accepted: 'ids',
    elements: wholeNumbers(0, 100),
  } as const

  test.each<[string, unknown]>([
    [
      'lists',
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      'lists of BigInts',
      [
        [1n, 2n, 3n],
        [4n, 5n, 6n],
      ],
    ],
    ['typed arrays', [BigInt64Array.of(1n, 2n, 3n), Int32Array.of(4, 5, 6)]],
  ])('of %s are read one after the other', (_, value) => {
    const { values, rows } = readRows(value, rules)
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6])
    expect(rows).toBe(2)
  })

  test('a flat list has none, and empty rows are rows', () => {
    expect(readRows([1, 2], rules).rows).toBeUndefined()
    expect(readRows([], rules).rows).toBeUndefined()
    expect(readRows([[], []], rules)).toEqual({ values: new Float64Array(0), rows: 2 })
  })

  test.each<[unknown, string]>([
    [[[1, 2], [3]], 'ids[1].length'],
    [[[1], [2, 3]], 'ids[1].length'],
    [[[1, 2], 3], 'ids[1]'],
    [[1, [2, 3]], 'ids[1]'],
    [
      [
        [1, 2],
        [3, 'x'],
      ],
      'ids[1][1]',
    ],
    [[[1, 2], null], 'ids[1]'],
    [[[1, 2], '34'], 'ids[1]'],
  ])('%j is refused', (value, field) => {
    expect(failureOf(() => readRows(value, rules)).field).toBe(field)
  })

  test('more elements than may be made are refused before memory is taken', () => {
    const row = new Uint8Array(2 ** 13)
    const error = failureOf(() => readRows(Array(2 ** 12).fill(row), rules))
    expect(error.field).toBe('ids.length')
  })
})

test('a BigInt is a number where a double holds it', () => {
  expect(toNumber(5n)).toBe(5)
  expect(toNumber(BigInt(Number.MAX_SAFE_INTEGER))).toBe(Number.MAX_SAFE_INTEGER)
  expect(toNumber(BigInt(Number.MAX_SAFE_INTEGER) + 1n)).toBeUndefined()
  expect(toNumber('5')).toBeUndefined()
})
