/**
 * The two buttons of a run: begin it, and cancel it. Disabled by attribute only, so that a button
 * that had the focus keeps it.
 */
import type { JSX } from 'preact'

/** The two buttons. */
export interface RunButtonsProps {
  readonly label: string
  readonly canStart: boolean
  readonly isRunning: boolean
  onCancel(): void
}

/** A submit button, which the form around it answers, and a cancel button. */
export function RunButtons({ label, canStart, isRunning, onCancel }: RunButtonsProps): JSX.Element {
  return (
    <div class="buttons">
      <button type="submit" aria-disabled={!canStart || isRunning}>
        {label}
      </button>
      <button type="button" aria-disabled={!isRunning} onClick={() => isRunning && onCancel()}>
        Cancel
      </button>
    </div>
  )
}
