/**
 * The result of `rope bench --auto` as data: what its JSON file holds, as `schema/auto.schema.json`
 * says; a test keeps the two together. Times are in microseconds per call.
 */
import type { DType, PairingName } from '@rope/core'
import type { CallKind } from '../matrix/rotation-case.js'
import type { BenchResult, EntryRecord, GoalRecord } from '../result.js'

/** The version of the file format; a change that breaks readers raises it. */
export const AUTO_RESULT_VERSION = 2

/** One kind of call: who was chosen, and how good that was. */
export interface CellRecord {
  readonly id: string
  readonly title: string
  readonly tokens: number
  readonly dtype: DType
  readonly pairing: PairingName
  /** `foreign`, or the backend whose own memory it is. */
  readonly memory: string
  /** Null when nobody could make the call. */
  readonly chosen: string | null
  /** The backend with the smallest median; null when none has one. */
  readonly best: string | null
  /** The median of the chosen backend, called directly, over that of the best one. */
  readonly ratio: number | null
  /** The median of calls through the front door over that of the best one. */
  readonly throughFrontDoor: number | null
  /** The front door (`auto`) and every backend. */
  readonly entries: readonly EntryRecord[]
}

/** What one kind of call costs more through the front door than on the winner itself. */
export interface OverheadRecord {
  readonly call: CallKind
  readonly title: string
  /** The backend that makes the call. */
  readonly winner: string | null
  /** Microseconds of a call: the median over the rounds, and its interval of 95 %. */
  readonly microseconds: number | null
  readonly low: number | null
  readonly high: number | null
  /** Why it was not measured; null when it was. */
  readonly reason: string | null
}

/** What a call at a position that was not there before costs, beside a bound call that does the same. */
export interface NewPositionRecord {
  /** `idle` does nothing, so that checks and rows are left; `auto` is the front door on all backends. */
  readonly backend: 'idle' | 'idle, bindDecode' | 'auto'
  readonly order: 'consecutive' | 'random'
  /** Microseconds of `rope.rotate(call)`, the call object used again, and of `bound.rotate(position)`. */
  readonly rotate: number | null
  readonly bound: number | null
  /** The time of the one over that of the other, and its interval of 95 %. */
  readonly ratio: number | null
  readonly low: number | null
  readonly high: number | null
  /** Why it was not measured; null when it was. */
  readonly reason: string | null
}

/** Everything that a run has found out. */
export interface AutoResult
  extends Omit<BenchResult, 'resultVersion' | 'conformance' | 'peers' | 'groups'> {
  readonly autoResultVersion: typeof AUTO_RESULT_VERSION
  readonly cells: readonly CellRecord[]
  readonly overhead: readonly OverheadRecord[]
  readonly newPositions: readonly NewPositionRecord[]
  /** The six numbers that the front door owes. */
  readonly goals: readonly GoalRecord[]
}
