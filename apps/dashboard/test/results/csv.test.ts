import { describe, expect, test } from 'vitest'
import { field, toCsv } from '../../src/results/csv.js'
import { SAMPLE } from './samples.js'

describe('CSV', () => {
  test('one line per entry, under names', () => {
    const lines = toCsv(SAMPLE).split('\r\n')
    expect(lines).toHaveLength(4)
    expect(lines[0]).toMatch(/^resultVersion,createdAt,engine,case,name,.*,GB\/s$/)
    expect(lines[1]).toBe(
      '1,2026-01-02T03:04:05.678Z,Node 20,llama-3-8b/1/float32/half/bshd/in-place,wasm,backend,ok,,40960,2,1.96,2.04,1.9,2.4,20,true,20.48',
    )
    expect(lines[3]).toBe('')
  })

  test.each([
    ['a, b', '"a, b"'],
    ['say "no"', '"say ""no"""'],
    ['two\nlines', '"two\nlines"'],
    ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
    ['@x', "'@x"],
    [-1.5, '-1.5'],
    [null, ''],
  ])('%j as a field', (value, text) => {
    expect(field(value)).toBe(text)
  })
})
