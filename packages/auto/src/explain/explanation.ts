/**
 * An explanation as data: plain values that can be stored, sent to another thread and printed. Types only.
 */
import type { Plan, Probe } from '@rope/core/backend'

/** What is told of one backend. Times are microseconds of a call. */
export interface BackendExplanation {
  readonly name: string
  /** Null for a backend that was handed over as a value. */
  readonly packageName: string | null
  readonly device: 'cpu' | 'gpu'
  /** Null when nobody has looked. */
  readonly available: boolean | null
  /** Why it is not available, or was not looked at; null when it is. */
  readonly reason: string | null
  readonly facts: Probe['facts']
  readonly selfTest: 'passed' | 'failed' | 'not run'
  /** What the self-test found wrong; null when nothing. */
  readonly evidence: string | null
  /** Whether it can make this call; null when that is not known. */
  readonly supports: boolean | null
  /** Microseconds of real calls of this kind, mostly early ones; null when none of them was timed. */
  readonly measured: number | null
  readonly chosen: boolean
  /** A sentence: why it was chosen, or why not. */
  readonly why: string
}

/** What is told of a call. */
export interface CallExplanation {
  readonly batch: number
  readonly tokens: number
  readonly heads: readonly number[]
  readonly headDim: number
  readonly rotaryDim: number
  readonly dtype: Plan['dtype']
  readonly inPlace: boolean
  /** `foreign` typed arrays, buffers on the `gpu`, or the backend whose own memory it is. */
  readonly memory: 'foreign' | 'gpu' | (string & {})
  /** Bytes read and written. */
  readonly bytes: number
}

/** A choice explained. */
export interface Explanation {
  /** The call that is explained; null when none was described and none has been made. */
  readonly call: CallExplanation | null
  /** The name of the chosen backend; null when there is no call, or nobody can make it. */
  readonly chosen: string | null
  /** Everybody, the best for this call first. */
  readonly backends: readonly BackendExplanation[]
  /** All of it as a table of words. */
  readonly text: string
}
