import { RopeError } from '@rope/core'
import { allocationBytes } from '@rope/core/backend'
import { describe, expect, test } from 'vitest'

function fieldOf(attempt: () => unknown): string | undefined {
  try {
    attempt()
  } catch (error) {
    if (RopeError.isInstance(error) && error.code === 'INVALID_OPTION') return error.field
    throw error
  }
  throw new Error('it was accepted')
}

describe('allocationBytes', () => {
  test.each([
    ['float64', 3, 24],
    ['float32', 0, 0],
    ['float16', 5, 10],
    ['bfloat16', 2 ** 40, 2 ** 41],
  ] as const)('%s x %d takes %d bytes', (dtype, length, bytes) => {
    expect(allocationBytes(dtype, length)).toBe(bytes)
  })

  const WORDS = ['float8', '', 'Float32', 'toString', '__proto__', null, undefined, 4, 5n, {}, []]

  test.each([...WORDS, Symbol('float32')])('a dtype of %s is refused', (dtype) => {
    expect(fieldOf(() => allocationBytes(dtype as never, 4))).toBe('dtype')
  })

  const LENGTHS = [-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '4', 4n, null, undefined]

  test.each([...LENGTHS, [4], {}, true, new Date(4)])('a length of %s is refused', (length) => {
    expect(fieldOf(() => allocationBytes('float32', length as never))).toBe('length')
  })
})
