/**
 * A group of choices that look like buttons: one of several, or any number of them.
 */
import type { JSX } from 'preact'

/** One choice. */
export interface Choice {
  readonly value: string
  readonly label: string
  readonly note?: string | undefined
  readonly disabled?: boolean | undefined
}

/** A group of choices. */
export interface ChoicesProps {
  /** The name of the group in the form. */
  readonly name: string
  readonly legend: string
  readonly kind: 'one' | 'any'
  readonly choices: readonly Choice[]
  readonly chosen: ReadonlySet<string>
  readonly disabled: boolean
  onChange(chosen: ReadonlySet<string>): void
}

/** Radio buttons or boxes, under a legend. */
export function Choices(props: ChoicesProps): JSX.Element {
  const { name, legend, kind, choices, chosen, disabled, onChange } = props
  const pick = (value: string, isOn: boolean): void => {
    const others = kind === 'one' ? [] : [...chosen].filter((one) => one !== value)
    onChange(new Set(isOn ? [...others, value] : others))
  }
  return (
    <fieldset disabled={disabled}>
      <legend>{legend}</legend>
      <div class="choices">
        {choices.map(({ value, label, note, disabled: isOff = false }) => (
          <label class="choice" key={value}>
            <input
              type={kind === 'one' ? 'radio' : 'checkbox'}
              name={name}
              value={value}
              checked={chosen.has(value)}
              disabled={isOff}
              onChange={({ currentTarget }) => pick(value, currentTarget.checked)}
            />
            <span>{label}</span>
            {note !== undefined && <small>{note}</small>}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
