import { InvalidArgumentError } from 'commander'
import { describe, expect, test } from 'vitest'
import { parseNames, parseNumber, parseNumbers } from '../src/options.js'

describe('parseNumber', () => {
  test.each([
    ['0', 0],
    ['-3', -3],
    ['+7', 7],
    ['.5', 0.5],
    ['2.', 2],
    ['1e6', 1e6],
    [' 12 ', 12],
    ['2147483647', 2147483647],
  ])('%j', (text, value) => {
    expect(parseNumber(text)).toBe(value)
  })

  test.each([
    '',
    ' ',
    'NaN',
    'Infinity',
    '-Infinity',
    '0x10',
    '1_000',
    '12a',
    '1,2',
    '1e999',
    '--1',
  ])('%j is refused', (text) => {
    expect(() => parseNumber(text)).toThrow(InvalidArgumentError)
  })
})

describe('parseNumbers', () => {
  test('numbers between commas', () => {
    expect(parseNumbers('0, 1.5,-2')).toEqual([0, 1.5, -2])
  })

  test.each([
    ['', 'Item 1 is ""'],
    ['1,,2', 'Item 2 is ""'],
    ['1,2,', 'Item 3 is ""'],
    ['0,NaN', 'Item 2 is "NaN"'],
  ])('%j names the bad item', (text, message) => {
    expect(() => parseNumbers(text)).toThrow(message)
  })
})

test('parseNames', () => {
  expect(parseNames('q, k')).toEqual(['q', 'k'])
  expect(() => parseNames('q,,k')).toThrow(InvalidArgumentError)
})
