/**
 * What is read, what is refused, and how a refusal names the place.
 */
import { RopeError } from '@rope/core'
import { describe, expect, test } from 'vitest'
import {
  exact,
  having,
  list,
  maybe,
  number,
  type Reader,
  record,
  tell,
  text,
} from '../src/readers.js'

interface Point {
  readonly x: number
  readonly name?: string
}

const FIELDS = { x: number, name: maybe(text) } as const

function refusal(read: () => unknown): RopeError {
  try {
    read()
  } catch (error) {
    if (RopeError.isInstance(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('records', () => {
  const readPoints: Reader<readonly Point[]> = list(record<Point>(FIELDS))

  test('are copies that hold what the readers know', () => {
    const given = [
      { x: 1, more: true },
      { x: 2, name: 'b' },
    ] as const
    expect(readPoints(given, 'points')).toEqual([{ x: 1 }, { x: 2, name: 'b' }])
  })

  test('a refusal names the place', () => {
    const { code, field, message } = refusal(() => readPoints([{ x: 1 }, { x: '2' }], 'points'))
    expect([code, field]).toEqual(['INVALID_OPTION', 'points[1].x'])
    expect(message).toBe('points[1].x is "2"; accepted: a number')
    expect(refusal(() => readPoints({}, 'points')).message).toMatch(/accepted: a list$/)
  })

  test('a field is read once', () => {
    let reads = 0
    const given = Object.defineProperty({}, 'x', { get: () => ++reads })
    expect(record<Point>(FIELDS)(given, 'point')).toEqual({ x: 1 })
  })
})

describe('options', () => {
  const readPoint: Reader<Point> = exact<Point>(FIELDS)

  test('go by their own names', () => {
    expect(refusal(() => readPoint({ x: null }, 'options')).field).toBe('x')
  })

  test('a misspelt one is not ignored', () => {
    expect(refusal(() => readPoint({ x: 1, nam: 'a' }, 'options')).message).toMatch(
      /unknown key "nam"; accepted: x, name .*'name'/,
    )
  })
})

test('an object that is used for its functions stays the same', () => {
  const library = { add: () => 1 }
  const read = having<typeof library>('add')
  expect(read(library, 'library')).toBe(library)
  expect(refusal(() => read({} as never, 'library')).message).toMatch(/an object with add\(\)$/)
})

test('what a listener throws is the cause of a refusal', () => {
  const cause = new Error('enough')
  const refused = refusal(() =>
    tell(
      () => {
        throw cause
      },
      'onGroup',
      1,
    ),
  )
  expect([refused.field, refused.cause]).toEqual(['onGroup', cause])
})
