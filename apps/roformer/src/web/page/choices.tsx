/**
 * A choice of one of several, as buttons under a legend.
 */
import type { JSX } from 'preact'

/** One choice. */
export interface Choice<Value extends string> {
  readonly value: Value
  readonly label: string
  readonly note: string
  readonly disabled?: boolean
}

/** A group of choices. */
export interface ChoicesProps<Value extends string> {
  /** The name of the group in the form. */
  readonly name: string
  readonly legend: string
  readonly choices: readonly Choice<Value>[]
  readonly chosen: Value
  readonly disabled: boolean
  onChange(chosen: Value): void
}

/** Radio buttons. */
export function Choices<Value extends string>(props: ChoicesProps<Value>): JSX.Element {
  const { name, legend, choices, chosen, disabled, onChange } = props
  return (
    <fieldset disabled={disabled}>
      <legend>{legend}</legend>
      <div class={`choices of-${choices.length}`}>
        {choices.map(({ value, label, note, disabled: isOff = false }) => (
          <label class="choice" key={value}>
            <input
              type="radio"
              name={name}
              value={value}
              checked={value === chosen}
              disabled={isOff}
              onChange={() => onChange(value)}
            />
            <span>{label}</span>
            <small>{note}</small>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
