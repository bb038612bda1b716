import { describe, expect, test } from 'vitest'
import { bytes, count, oneLine, quoted, significant } from '../../src/format/text.js'

describe('oneLine', () => {
  test.each([
    ['plain, äöü and 漢字', 'plain, äöü and 漢字'],
    ['two\nlines\tand a tab', 'two\\nlines\\tand a tab'],
    ['\u001b[2Jclear', '\\u001b[2Jclear'],
    ['a\u2028b\u202ec\u009bd', 'a\\u2028b\\u202ec\\u009bd'],
  ])('%j', (text, expected) => {
    expect(oneLine(text)).toBe(expected)
  })

  test('cuts what is too long', () => {
    const line = oneLine('x'.repeat(100_000))
    expect(line.length).toBeLessThan(1300)
    expect(line).toMatch(/x\.\.\. \(cut\)$/)
  })
})

test('quoted', () => {
  expect(quoted('a\nb')).toBe('"a\\nb"')
})

test('count', () => {
  expect([0, 1, 2].map((amount) => count(amount, 'pair'))).toEqual(['0 pairs', '1 pair', '2 pairs'])
})

test('bytes', () => {
  expect([0, 1023, 1024, 1536, 16 * 2 ** 30].map(bytes)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.5 KiB',
    '16.0 GiB',
  ])
})

test('significant', () => {
  expect(significant(1, 6)).toBe('1')
  expect(significant(0.1, 6)).toBe('0.1')
  expect(significant(6.283185307179586, 4)).toBe('6.283')
  expect(significant(1.1547819846894582e-4, 6)).toBe('0.000115478')
  expect(significant(54410.138, 4)).toBe('54410')
})
