/**
 * A result out of the CSV that `csv.ts` makes of one. Every line is checked as it is read, so that
 * what is wrong is named with its line.
 */
import type { BenchResult } from '@rope/bench'
import type { GroupRecord } from '@rope/bench/report'
import Papa from 'papaparse'
import * as v from 'valibot'
import { COLUMNS, textOf } from './csv.js'
import { type ReadResult, readResult } from './read-result.js'
import { comparison, entry, list } from './schema.js'

/** A line by its columns, and where it stands. */
interface Line {
  /** From 1, as editors count. */
  readonly number: number
  readonly cells: Readonly<Record<string, string>>
}

/** What is wrong, on which line. */
class LineProblem extends Error {
  constructor(number: number, problem: string) {
    super(`line ${number}: ${problem}`)
  }
}

/** Reads what was exported; never throws. */
export function readCsv(text: string): ReadResult {
  try {
    const lines = linesOf(text.replace(/^\uFEFF/, ''))
    const run = runOf(lines)
    for (const line of lines) checkSameRun(line, run)
    return readResult({ ...run, groups: groupsOf(lines) })
  } catch (error) {
    if (error instanceof LineProblem) return { result: null, problem: error.message }
    throw error
  }
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = []
  let [number, from] = [1, 0]
  Papa.parse<readonly string[]>(text, {
    delimiter: ',',
    step({ data, errors, meta }) {
      const [problem] = errors
      if (problem !== undefined) throw new LineProblem(number, problem.message)
      if (number === 1) checkColumns(data)
      // A file ends with an empty line.
      else if (data.length > 1 || data[0] !== '')
        lines.push({ number, cells: cellsOf(number, data) })
      // A field in quotes may have lines of its own.
      number += text.slice(from, meta.cursor).split('\n').length - 1
      from = meta.cursor
    },
  })
  if (lines.length === 0) throw new LineProblem(1, 'no entry follows it')
  return lines
}

function checkColumns(names: readonly string[]): void {
  const wrong = COLUMNS.findIndex((name, index) => names[index] !== name)
  if (wrong === -1 && names.length === COLUMNS.length) return
  const place = wrong === -1 ? COLUMNS.length : wrong
  const [got, wanted] = [names[place], COLUMNS[place]].map((name) => JSON.stringify(name ?? null))
  throw new LineProblem(1, `column ${place + 1} is ${got}, and in an export of this page ${wanted}`)
}

function cellsOf(number: number, data: readonly string[]): Line['cells'] {
  if (data.length !== COLUMNS.length) {
    throw new LineProblem(number, `it has ${data.length} fields of ${COLUMNS.length}`)
  }
  const cells = COLUMNS.map((column, index) => [column, textOf(data[index] ?? '')])
  return Object.fromEntries(cells)
}

/** The result without its groups; whoever sorted the lines may have moved it from the first one. */
function runOf(lines: readonly Line[]): Omit<BenchResult, 'groups'> {
  const [line, other] = lines.filter(({ cells }) => cells.run !== '')
  if (line === undefined)
    throw new LineProblem(lines[0]?.number ?? 1, 'it does not describe the run')
  if (other !== undefined) throw new LineProblem(other.number, 'it describes the run once more')
  const run = jsonOf(line, 'run')
  if (typeof run !== 'object' || run === null) throw new LineProblem(line.number, 'run: no object')
  const { result, problem } = readResult({ ...run, groups: [] })
  if (result === null) throw new LineProblem(line.number, `run: ${problem}`)
  return result
}

function checkSameRun({ number, cells }: Line, run: Omit<BenchResult, 'groups'>): void {
  const { resultVersion, createdAt, machine } = run
  const wanted = { resultVersion: String(resultVersion), createdAt, engine: machine.engine }
  for (const column of ['resultVersion', 'createdAt', 'engine'] as const) {
    if (cells[column] === wanted[column]) continue
    const [got, should] = [cells[column] ?? '', wanted[column]].map((one) => JSON.stringify(one))
    throw new LineProblem(number, `${column} is ${got}, and of this run ${should}`)
  }
}

function groupsOf(lines: readonly Line[]): readonly GroupRecord[] {
  const groups = new Map<string, Line[]>()
  for (const line of lines) {
    const id = line.cells.group ?? ''
    const own = groups.get(id)
    if (own === undefined) groups.set(id, [line])
    else own.push(line)
  }
  return [...groups].map(([id, own]) => {
    return {
      id,
      title: own[0]?.cells.title ?? '',
      entries: own.filter(hasEntry).map((line) => checked(line, entry, entryOf(line.cells))),
      comparisons: own
        .filter(({ cells }) => cells.comparisons !== '')
        .flatMap((line) => checked(line, list(comparison), jsonOf(line, 'comparisons'))),
    }
  })
}

/** A group without entries has a line all the same. */
function hasEntry({ cells }: Line): boolean {
  const { case: id, name, kind, status, bytes } = cells
  return [id, name, kind, status, bytes].some((cell) => cell !== '')
}

/** As it stands there; whether it is an entry is checked next. */
function entryOf(cells: Line['cells']): unknown {
  const { name, kind, status, reason } = cells
  const time = {
    median: numberOf(cells.median_us),
    low: numberOf(cells.low_us),
    high: numberOf(cells.high_us),
    p10: numberOf(cells.p10_us),
    p90: numberOf(cells.p90_us),
    samples: numberOf(cells.samples),
    batch: numberOf(cells.batch),
    steady: truthOf(cells.steady),
  }
  const isTimed = Object.values(time).some((value) => value !== null)
  const first = numberOf(cells.first_us)
  return {
    ...{ name, kind, status, case: cells.case },
    reason: reason === '' ? null : reason,
    bytes: numberOf(cells.bytes),
    time: isTimed || first !== null ? { ...time, ...(first !== null && { first }) } : null,
    gigabytesPerSecond: numberOf(cells['GB/s']),
  }
}

function numberOf(cell = ''): number | string | null {
  if (cell === '') return null
  const value = Number(cell)
  return Number.isNaN(value) ? cell : value
}

function truthOf(cell = ''): boolean | string | null {
  if (cell === '') return null
  return cell === 'true' || (cell === 'false' ? false : cell)
}

function jsonOf({ number, cells }: Line, column: 'run' | 'comparisons'): unknown {
  try {
    return JSON.parse(cells[column] ?? '')
  } catch {
    throw new LineProblem(number, `${column} is not JSON`)
  }
}

function checked<Checked>(
  { number }: Line,
  schema: v.GenericSchema<Checked>,
  value: unknown,
): Checked {
  const found = v.safeParse(schema, value)
  if (found.success) return found.output
  const [issue] = found.issues
  const place = v.getDotPath(issue)
  throw new LineProblem(number, `${place === null ? '' : `${place}: `}${issue.message}`)
}
