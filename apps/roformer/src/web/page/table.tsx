/**
 * A table with a caption; the first cell of each row is its header. It scrolls by itself where the
 * page is too narrow for it, and the keyboard can reach it then.
 */
import type { ComponentChildren, JSX } from 'preact'

/** What a table shows; captions are for those who do not see where it stands. */
export interface TableProps {
  readonly caption: string
  readonly columns: readonly ComponentChildren[]
  readonly rows: readonly (readonly ComponentChildren[])[]
}

/** A table. Rows and columns keep their places, so that these are their keys. */
export function Table({ caption, columns, rows }: TableProps): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: not every browser lets the keyboard reach what only scrolls
    <section class="scroll" tabIndex={0} aria-label={`Table: ${caption}`}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col">{column}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([header, ...cells]) => (
            <tr>
              <th scope="row">{header}</th>
              {cells.map((cell) => (
                <td>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
