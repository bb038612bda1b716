/**
 * Finds and makes elements, with their types checked when the page starts and not when it is used.
 */

/** The element with this id, which must be of this class. */
export function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`the page has no ${kind.name} with the id ${id}`)
}

/** A new element with text or children. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  made.append(...children)
  return made
}

/** One cell: its text, and the name of its looks where it has some. */
export type Cell = string | { readonly text: string; readonly look: string }

/** A table; the first cell of each row is its header. */
export function makeTable(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): HTMLTableElement {
  const head = columns.map((column) => {
    const cell = make('th', column)
    cell.scope = 'col'
    return cell
  })
  const body = rows.map((row) =>
    make('tr', ...row.map((cell, index) => makeCell(cell, index === 0))),
  )
  return make('table', make('thead', make('tr', ...head)), make('tbody', ...body))
}

function makeCell(cell: Cell, isHeader: boolean): HTMLTableCellElement {
  const made = make(isHeader ? 'th' : 'td', typeof cell === 'string' ? cell : cell.text)
  if (isHeader) made.scope = 'row'
  if (typeof cell !== 'string') made.className = cell.look
  return made
}

/** Sets a text where it has changed, so that a live region speaks no twice. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text
}

/** Shows a text, or hides the element when there is none. */
export function showText(target: HTMLElement, text: string | null): void {
  setText(target, text ?? '')
  target.hidden = text === null
}
