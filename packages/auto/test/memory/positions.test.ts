/**
 * Positions of bound calls, and every other number that a loop hands over: what is no finite number
 * is refused before anything is written, never turned into one.
 */
import { describe, expect, it } from 'vitest'
import {
  errorOf,
  expectCode,
  HEAD_DIM,
  NAMES,
  ropeOf,
  type TestedRope,
  tensorOf,
} from './subjects.js'

const NO_NUMBERS: readonly (readonly [string, unknown])[] = [
  ['text', '1'],
  ['a fraction as text', '0.5'],
  ['empty text', ''],
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', undefined],
  ['a list of one', [2]],
  ['an empty list', []],
  ['a date', new Date(1)],
  ['a boxed number', Object(1)],
  ['an object', {}],
  ['an object with a value', { valueOf: () => 1 }],
  ['an object without a prototype', Object.create(null)],
  ['a symbol', Symbol('1')],
  ['a function', () => 1],
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['less than everything', Number.NEGATIVE_INFINITY],
  ['2^53', 2 ** 53],
  ['-2^53', -(2 ** 53)],
]

/** Without a length the positions decide, and any finite one will do. */
const NO_LENGTHS = NO_NUMBERS.filter(([name]) => name !== 'undefined' && name !== '2^53')

/** Schedules whose tables are fixed, depend on the length, and change the length of rows. */
const SCHEDULES = {
  default: { type: 'default', base: 10000 },
  dynamic: { type: 'dynamic', base: 10000, factor: 2, maxPositionEmbeddings: 8 },
  xpos: { type: 'xpos', base: 10000, tensor: 'q', scaleBase: 512 },
} as const

type Give = (rope: TestedRope, data: Float32Array, value: never) => unknown

/** Ways in which a bound call takes its position. */
const BOUND: Readonly<Record<string, Give>> = {
  token: (rope, data, value) => rope.bind({ q: tensorOf(data, 4) }).rotate(value),
  tokens: (rope, data, value) => rope.bind({ q: tensorOf(data, 1) }).rotate(value),
  'token, after a fraction': (rope, data, value) => {
    const bound = rope.bind({ q: tensorOf(data, 4), out: { q: tensorOf(data.slice(), 4) } })
    for (const position of [0.5, 2]) bound.rotate(position)
    bound.rotate(value)
  },
}

describe.each(NAMES)('%s', (name) => {
  describe.each(Object.keys(SCHEDULES) as (keyof typeof SCHEDULES)[])('%s', (schedule) => {
    it.each([...NO_NUMBERS, ['a bigint', 1n]] as const)('refuses %s', async (_, value) => {
      const rope = await ropeOf(name, { schedule: SCHEDULES[schedule] })
      for (const give of Object.values(BOUND)) {
        const data = new Float32Array(4 * HEAD_DIM).fill(1)
        expectCode(await errorOf(() => give(rope, data, value as never)), 'INVALID_POSITIONS')
        expect(data.every((one) => one === 1)).toBe(true)
      }
      rope.dispose()
    })
  })

  it.each(NO_NUMBERS.filter(([, value]) => !Array.isArray(value)))(
    'refuses %s as positions, as a distance and as a place in a list',
    async (_, value) => {
      const rope = await ropeOf(name)
      const data = new Float32Array(4 * HEAD_DIM).fill(1)
      const q = tensorOf(data, 1)
      const given = value as never
      const calls = [
        () => rope.rotate({ q, positions: given }),
        () => rope.rotateAsync({ q, positions: given }),
        () => rope.at(given).rotate({ q }),
        () => rope.shift(q, given),
        () => rope.rotate({ q, positions: { offsets: [given] } }),
        () => rope.at([0, 1, 2, given]).rotate({ q }),
        () => rope.at({ axes: [given] }).rotate({ q }),
        () => rope.rerope(q, { positions: given }, { positions: 1 }),
        () => rope.rerope(q, { positions: 1 }, { positions: given }),
      ]
      for (const call of calls) expectCode(await errorOf(call), 'INVALID_POSITIONS')
      expect(data.every((one) => one === 1)).toBe(true)
      rope.dispose()
    },
  )

  it.each(NO_LENGTHS)('refuses %s as a length', async (_, value) => {
    const rope = await ropeOf(name, { schedule: SCHEDULES.dynamic })
    const data = new Float32Array(4 * HEAD_DIM).fill(1)
    const q = tensorOf(data, 1)
    const length = value as never
    const calls = [
      () => rope.rotate({ q, positions: 0, length }),
      () => rope.at(0, { length }),
      () => rope.bind({ q }, { length }),
      () => rope.shift(q, 1, { length }),
      () => rope.rerope(q, { positions: 0, length }, { positions: 1 }),
    ]
    for (const call of calls) expectCode(await errorOf(call), 'INVALID_OPTION')
    expect(data.every((one) => one === 1)).toBe(true)
    rope.dispose()
  })
})
