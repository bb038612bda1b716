import { describe, expect, test } from 'vitest'
import { field, toCsv } from '../../src/results/csv.js'
import { SAMPLE } from './samples.js'

describe('CSV', () => {
  test('one line per entry, under names', () => {
    const lines = toCsv(SAMPLE).split('\r\n')
    expect(lines).toHaveLength(4)
    expect(lines[0]).toMatch(
      /^resultVersion,createdAt,engine,group,title,case,name,.*,GB\/s,comparisons,run$/,
    )
    const id = 'llama-3-8b/1/float32/half/bshd/in-place'
    expect(lines[2]).toBe(
      `1,2026-01-02T03:04:05.678Z,Node 20,${id},a case,${id},js,backend,ok,,40960,200,4,3.92,4.08,3.8,4.8,20,10,true,10.24,,`,
    )
    expect(lines[1]).toMatch(/^1,.*,20\.48,"\[\{""of"":""wasm"".*\]","\{""resultVersion"":1,.*\}"$/)
    expect(lines[3]).toBe('')
  })

  test.each([
    ['a, b', '"a, b"'],
    ['say "no"', '"say ""no"""'],
    ['two\nlines', '"two\nlines"'],
    ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
    ['@x', "'@x"],
    ["'@x", "''@x"],
    [-1.5, '-1.5'],
    [null, ''],
  ])('%j as a field', (value, text) => {
    expect(field(value)).toBe(text)
  })
})
