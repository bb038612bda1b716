/**
 * A number that is chosen by sliding, with its value beside it.
 */
import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'

/** A slider over a signal. */
export interface SliderProps {
  readonly id: string
  readonly label: string
  readonly value: Signal<number>
  readonly most: number
}

/** The slider. */
export function Slider({ id, label, value, most }: SliderProps): JSX.Element {
  return (
    <div class="slider">
      <label for={id}>{label}</label>
      <output for={id}>{value.value.toLocaleString('en')}</output>
      <input
        id={id}
        type="range"
        min={0}
        max={most}
        step={1}
        value={value.value}
        onInput={({ currentTarget }) => {
          value.value = currentTarget.valueAsNumber
        }}
      />
    </div>
  )
}
