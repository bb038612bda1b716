import { expect, test } from 'vitest'
import { type Column, facts, table, visibleWidth } from '../../src/format/table.js'

const COLUMNS: readonly Column[] = [
  { title: 'name', align: 'left' },
  { title: 'size', align: 'right' },
]

test('columns are as wide as their widest cell, and lines end without blanks', () => {
  expect(
    table(COLUMNS, [
      ['query', '1'],
      ['k', '1000000'],
    ]),
  ).toBe(['name      size', 'query        1', 'k      1000000'].join('\n'))
})

test('a missing cell is empty', () => {
  expect(table(COLUMNS, [['q']])).toBe('name  size\nq')
})

test('colour codes have no width', () => {
  const red = '\u001b[31mq\u001b[39m'
  expect(visibleWidth(red)).toBe(1)
  expect(table(COLUMNS, [[red, '7']])).toBe(`name  size\n${red}        7`)
})

test('headings are painted after padding', () => {
  expect(table(COLUMNS, [['query', '1']], (text) => `<${text}>`)).toBe(
    '<name >  <size>\nquery     1',
  )
})

test('facts align their values', () => {
  expect(
    facts([
      ['a', '1'],
      ['long', ''],
    ]),
  ).toBe('  a     1\n  long')
})
