/**
 * A group of a result as a table: who, how long, how that compares.
 */
import type { GroupRecord } from '@rope/bench/report'
import { contenderRows } from '@rope/bench/report'
import type { JSX } from 'preact'
import { Table } from '../parts/table.js'

const COLUMNS = [
  'Who',
  'Time per call',
  '10th to 90th percentile',
  'Rate',
  'Of the limit',
  'Verdict',
]

/** What the table shows. */
export interface GroupTableProps {
  readonly group: GroupRecord
  readonly caption: string
  /** Said above the table, where another clock than the CPU's was used. */
  readonly clock?: string | null
}

/** The table of a group. */
export function GroupTable({ group, caption, clock = null }: GroupTableProps): JSX.Element {
  const rows = contenderRows(group).map((row) => ({
    key: row.name,
    cells: [row.name, row.time, row.spread, row.rate, row.ofLimit, row.verdict],
    class: row.status === 'ok' ? undefined : row.status,
  }))
  const full = clock === null ? caption : `${caption}. ${clock}`
  return (
    <div>
      {clock !== null && <h3>{clock}</h3>}
      <Table caption={full} columns={COLUMNS} rows={rows} />
    </div>
  )
}
