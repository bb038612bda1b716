/**
 * How far the variants of a comparison are.
 */
import type { PositionName } from '../model/options.js'

/** A loss, in nats, and the number of steps behind it. */
export type LossAt = readonly [step: number, loss: number]

/** A variant as it is now. */
export interface VariantState {
  readonly positions: PositionName
  readonly step: number
  /** Mean loss of the last training steps, in nats; undefined before the first report. */
  readonly training: number | undefined
  readonly heldOut: readonly LossAt[]
  /** The held-out loss through `@rope/auto`, and the backend that turned; at the end only. */
  readonly measured?: { readonly loss: number; readonly backend: string }
}
