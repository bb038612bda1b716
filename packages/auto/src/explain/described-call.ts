/**
 * A call by its sizes, and the config that it is made with. Types only.
 */
import type { RopeConfig } from '@rope/core'
import type { CallDescription } from '../call.js'

/** What is to be explained. */
export interface DescribedCall {
  readonly config: RopeConfig
  readonly call: CallDescription
}
