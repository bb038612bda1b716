/**
 * What a run sees of the process around it.
 */
import type { Workers } from './runs/processes.js'

/** The outside world of one run. */
export interface World {
  readonly writeOut: (text: string) => void
  readonly writeErr: (text: string) => void
  /** Whether standard output can be drawn over. */
  readonly isTerminal: boolean
  /** What trains. */
  readonly workers: Workers
  /** The app's folder, ending in a slash; `record` writes below it. */
  readonly appFolder: string
}
