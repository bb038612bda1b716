/**
 * A table with a caption; the first cell of each row is its header. It scrolls by itself where the
 * page is too narrow for it, and the keyboard can reach it then.
 */
import type { ComponentChildren, JSX } from 'preact'

/** A row by its key. */
export interface Row {
  readonly key: string
  readonly cells: readonly ComponentChildren[]
  /** A class for the row. */
  readonly class?: string | undefined
}

/** What a table shows. */
export interface TableProps {
  readonly caption: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}

/** A table. */
export function Table({ caption, columns, rows }: TableProps): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: not every browser lets the keyboard reach what only scrolls
    <section class="scroll" tabIndex={0} aria-label={`Table: ${caption}`}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" key={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells, class: look }) => (
            <tr key={key} class={look}>
              {cells.map((cell, index) =>
                index === 0 ? (
                  <th scope="row" key={columns[index]}>
                    {cell}
                  </th>
                ) : (
                  <td key={columns[index]}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
