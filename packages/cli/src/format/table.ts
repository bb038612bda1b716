/**
 * Plain aligned columns, the only kind of table `rope` prints. Colours do not count as width.
 */

/** Which side a column leans to. */
export type Alignment = 'left' | 'right'

/** A column of a table: its heading and its alignment. */
export interface Column {
  readonly title: string
  readonly align: Alignment
}

const ESCAPE = String.fromCharCode(27)
const COLOR_CODES = new RegExp(`${ESCAPE}\\[[0-9;]*m`, 'g')

/** Characters of `text` that a terminal shows. */
export function visibleWidth(text: string): number {
  return text.replace(COLOR_CODES, '').length
}

/**
 * The rows under their headings, two spaces apart, each line ending without blanks.
 * `heading` paints a heading after it was padded.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  heading: (text: string) => string = (text) => text,
): string {
  const titles = columns.map((column) => column.title)
  const widths = columns.map((_, index) =>
    Math.max(...[titles, ...rows].map((row) => visibleWidth(row[index] ?? ''))),
  )
  const line = (cells: readonly string[], paint: (text: string) => string): string =>
    columns
      .map((column, index) => paint(pad(cells[index] ?? '', widths[index] ?? 0, column.align)))
      .join('  ')
      .trimEnd()
  return [line(titles, heading), ...rows.map((row) => line(row, (text) => text))].join('\n')
}

/** Names and values in two columns, indented by two spaces. */
export function facts(rows: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(0, ...rows.map(([name]) => visibleWidth(name)))
  return rows.map(([name, value]) => `  ${pad(name, width, 'left')}  ${value}`.trimEnd()).join('\n')
}

function pad(text: string, width: number, align: Alignment): string {
  const blanks = ' '.repeat(Math.max(0, width - visibleWidth(text)))
  return align === 'left' ? text + blanks : blanks + text
}
