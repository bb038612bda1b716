/**
 * A result as CSV (RFC 4180), for spreadsheets: one line per entry, or one
 * for a group that has none. What no column has room for
 * stands as JSON in the last two, once: the comparisons on the first line of their group, the rest
 * of the result on the first line of all. `read-csv.ts` is the way back.
 */
import type { BenchResult } from '@rope/bench'
import type { EntryRecord, GroupRecord } from '@rope/bench/report'

/** The columns of the run, of an entry and of its time, and the two for the rest. */
const RUN = 'resultVersion createdAt engine group title'
const ENTRY = 'case name kind status reason bytes'
const TIME = 'first_us median_us low_us high_us p10_us p90_us samples batch steady GB/s'
const REST = 'comparisons run'

/** The columns, in their order. */
export const COLUMNS: readonly string[] = [RUN, ENTRY, TIME, REST].join(' ').split(' ')

/** The lines, the names of the columns first. */
export function toCsv(result: BenchResult): string {
  const { groups, ...run } = result
  const { resultVersion, createdAt, machine } = result
  const common = [resultVersion, createdAt, machine.engine]
  const lines = groups
    .flatMap(linesOf)
    .map((cells, index) => [...common, ...cells, index === 0 ? JSON.stringify(run) : null])
  return [COLUMNS, ...lines]
    .map((cells) => cells.map(field).join(','))
    .join('\r\n')
    .concat('\r\n')
}

function linesOf({
  id,
  title,
  entries,
  comparisons,
}: GroupRecord): readonly (readonly unknown[])[] {
  const some: readonly (EntryRecord | null)[] = entries.length === 0 ? [null] : entries
  return some.map((entry, index) => [
    ...[id, title],
    ...cellsOf(entry),
    index === 0 ? JSON.stringify(comparisons) : null,
  ])
}

function cellsOf(entry: EntryRecord | null): readonly unknown[] {
  const { name, kind, status, reason, bytes, time, gigabytesPerSecond } = entry ?? {}
  const { median, low, high, p10, p90, samples, batch, steady } = time ?? {}
  const times = [time?.first, median, low, high, p10, p90, samples, batch, steady]
  return [entry?.case, name, kind, status, reason, bytes, ...times, gigabytesPerSecond]
}

/**
 * What a spreadsheet would take for the beginning of a formula, and the apostrophe that keeps it
 * from being one: results may come from strangers.
 */
const FORMULA = /^[=+\-@\t\r']/

/** One field. */
export function field(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = String(value).replace(FORMULA, "'$&")
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The text that a field stands for, once its quotes are gone. */
export function textOf(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell
}
