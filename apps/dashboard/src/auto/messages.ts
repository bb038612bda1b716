/**
 * What the worker of the front door's benchmark reports: plain data.
 */
import type { RunProgress } from '@rope/bench'
import type { AutoResult } from '@rope/bench/auto'

/** How far it has come, then what it found. */
export type AutoReport =
  | ({ readonly type: 'progress' } & RunProgress)
  | { readonly type: 'result'; readonly result: AutoResult }
