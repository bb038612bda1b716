/** CSV that was exported comes back whole; what was done to it is named with its line. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { COLUMNS, field, textOf, toCsv } from '../../src/results/csv.js'
import { readCsv } from '../../src/results/read-csv.js'
import { readResultFile } from '../../src/results/read-file.js'
import { readResult } from '../../src/results/read-result.js'
import { entryOf, resultOf, SAMPLE } from './samples.js'

const RESULTS = new URL('../../../../packages/bench/results/', import.meta.url)

describe('CSV that was exported', () => {
  test.each(['full.json', 'goals.json'])('%s comes back as it was', (name) => {
    const { result } = readResult(JSON.parse(readFileSync(new URL(name, RESULTS), 'utf8')))
    if (result === null) throw new Error('no result')
    expect(readCsv(toCsv(result))).toEqual({ result, problem: null })
  })

  test('so does every text, and an entry without a time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const reason = `=1 ${text}`
        const failed = { ...entryOf('js', 1), status: 'fail', reason } as const
        const result = resultOf([{ ...failed, time: null, gigabytesPerSecond: null }])
        expect(readCsv(toCsv(result)).result).toEqual(result)
        expect(
          textOf(
            field(text)
              .replace(/^"(.*)"$/s, '$1')
              .replaceAll('""', '"'),
          ),
        ).toBe(text)
      }),
      { numRuns: 200 },
    )
  })

  test('a file is taken for CSV by its name, or by how it begins', async () => {
    const read = (name: string): ReturnType<typeof readResultFile> =>
      readResultFile(new File([toCsv(SAMPLE)], name))
    expect((await read('run.csv')).result).toEqual(SAMPLE)
    expect((await read('run.txt')).result).toEqual(SAMPLE)
    expect((await readResultFile(new File(['a,b'], 'x.CSV'))).problem).toMatch(/^x\.CSV: line 1: /)
  })

  test('lines may be sorted, end as elsewhere, and begin with a mark', () => {
    const [head = '', ...lines] = toCsv(SAMPLE).trimEnd().split('\r\n')
    const { result, problem } = readCsv(`\uFEFF${[head, ...lines.reverse()].join('\n')}`)
    expect(problem).toBeNull()
    expect(result?.groups[0]?.entries.map(({ name }) => name)).toEqual(['js', 'wasm'])
    expect(result?.groups[0]?.comparisons).toEqual(SAMPLE.groups[0]?.comparisons)
  })
})

const CSV = toCsv(SAMPLE)

/** The CSV with one field changed. */
function changed(line: number, column: string, text: string): string {
  const lines = CSV.split('\r\n')
  const at = COLUMNS.indexOf(column)
  const cells = (lines[line - 1] ?? '').split(',')
  cells[at] = text
  lines[line - 1] = cells.join(',')
  return lines.join('\r\n')
}

describe('CSV that was tampered with is refused with its line', () => {
  test.each([
    ['a number', changed(3, 'median_us', 'fast'), /^line 3: time\.median: .*number.*"fast"/],
    ['a time of nothing', changed(3, 'median_us', '0'), /^line 3: time\.median: /],
    ['no time', changed(3, 'median_us', ''), /^line 3: time\.median: /],
    ['a first call', changed(3, 'first_us', '-1'), /^line 3: time\.first: /],
    ['a status', changed(2, 'status', 'good'), /^line 2: status: /],
    ['a truth', changed(3, 'steady', 'yes'), /^line 3: time\.steady: /],
    ['a batch', changed(2, 'batch', '1.5'), /^line 2: time\.batch: /],
    ['a rate without its time', changed(3, 'GB/s', ''), /^line 3: an entry has a time/],
    ['another run', changed(3, 'createdAt', '2027'), /^line 3: createdAt is "2027", and of this/],
    ['an engine', changed(2, 'engine', 'Node 99'), /^line 2: engine is "Node 99"/],
    ['a column', CSV.replace('median_us', 'mean_us'), /^line 1: column 13 is "mean_us", .*"median/],
    ['a field', CSV.replace(',10.24,', ',10.24,,'), /^line 3: it has 24 fields of 23/],
    ['a quote', CSV.replace('a case', '"a "case'), /^line 2: /],
    ['the run', CSV.replace('""seconds""', '""sekunden""'), /^line 2: run: .*run\.se/],
    ['JSON', CSV.replace('{""of""', '{""of'), /^line 2: comparisons is not JSON/],
    ['an outcome', CSV.replace('""faster""', '""won""'), /^line 2: 0\.outcome: /],
    ['the first line', CSV.replace(/\r\n.*\r\n/, '\r\n'), /^line 2: it does not desc/],
    ['everything', COLUMNS.join(','), /^line 1: no entry follows it/],
    ['nothing there', '', /^line 1: /],
  ])('%s', (_, text, problem) => {
    const read = readCsv(text)
    expect(read.result).toBeNull()
    expect(read.problem).toMatch(problem)
  })

  test('lines within a field are counted', () => {
    const reason = 'one\ntwo\nthree'
    const failed = { ...entryOf('wasm', 1), status: 'fail', reason } as const
    const text = toCsv(
      resultOf([{ ...failed, time: null, gigabytesPerSecond: null }, entryOf('js', 4)]),
    )
    expect(readCsv(text.replace(',js,backend', ',js,front')).problem).toMatch(/^line 5: kind: /)
  })
})
