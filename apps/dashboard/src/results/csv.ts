/**
 * A result as CSV (RFC 4180): one line per entry, for spreadsheets.
 */
import type { BenchResult, EntryRecord } from '@rope/bench'

const COLUMNS = [
  ...['resultVersion', 'createdAt', 'engine', 'case', 'name', 'kind', 'status', 'reason', 'bytes'],
  ...['median us', 'low us', 'high us', 'p10 us', 'p90 us', 'samples', 'steady', 'GB/s'],
]

/** The lines, the names of the columns first. */
export function toCsv(result: BenchResult): string {
  const { resultVersion, createdAt, machine, groups } = result
  const common = [resultVersion, createdAt, machine.engine]
  const lines = groups.flatMap(({ entries }) =>
    entries.map((entry) => [...common, ...cellsOf(entry)]),
  )
  return [COLUMNS, ...lines]
    .map((cells) => cells.map(field).join(','))
    .join('\r\n')
    .concat('\r\n')
}

function cellsOf(entry: EntryRecord): readonly unknown[] {
  const { name, kind, status, reason, bytes, time, gigabytesPerSecond } = entry
  const { median, low, high, p10, p90, samples, steady } = time ?? {}
  const times = [median, low, high, p10, p90, samples, steady]
  return [entry.case, name, kind, status, reason, bytes, ...times, gigabytesPerSecond]
}

/**
 * One field. A text that a spreadsheet would take for a formula is kept from being one by an
 * apostrophe: results may come from strangers.
 */
export function field(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = String(value).replace(/^[=+\-@\t\r]/, "'$&")
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
