/**
 * A choice of one of many, in a list that opens.
 */
import type { JSX } from 'preact'

/** A list with its label. */
export interface SelectProps {
  /** Unique on the page. */
  readonly id: string
  readonly label: string
  /** Values and their words. */
  readonly options: readonly (readonly [value: string, words: string])[]
  readonly chosen: string
  onChange(value: string): void
}

/** The list. */
export function Select({ id, label, options, chosen, onChange }: SelectProps): JSX.Element {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={chosen}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      >
        {options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </div>
  )
}
