/**
 * The result of a run as data: what the JSON file holds. `schema/result.schema.json` says the same
 * as a JSON Schema; a test keeps the two together. Times are in microseconds per call.
 */
import type { Machine } from './machine/machine.js'
import type { GroupComparison } from './matrix/group.js'
import type { Outcome } from './statistics/verdict.js'

/** The version of the file format; a change that breaks readers raises it. */
export const RESULT_VERSION = 1

/** The time of one call, in microseconds. */
export interface TimeRecord {
  readonly median: number
  /** The interval of 95 % of the median. */
  readonly low: number
  readonly high: number
  readonly p10: number
  readonly p90: number
  readonly samples: number
  /** Calls in one sample. */
  readonly batch: number
  /** False when the times were still moving when the warm-up ended. */
  readonly steady: boolean
  /** The very first call, cold: one measurement. Absent where it was not timed. */
  readonly first?: number
}

/** One contender of one group. */
export interface EntryRecord {
  readonly name: string
  readonly kind: 'backend' | 'limit' | 'peer'
  /**
   * `ok`, even if only ratios are reported; `fail`: the result was wrong, so it was not timed;
   * `unavailable`: it took no part.
   */
  readonly status: 'ok' | 'fail' | 'unavailable'
  /** Why there is no time; null when there is one. */
  readonly reason: string | null
  /** The case it ran, as an id. */
  readonly case: string
  /** Bytes read plus bytes written by one call, tables not counted. */
  readonly bytes: number
  readonly time: TimeRecord | null
  /** Bytes per second in units of 10^9; null when there is no time. */
  readonly gigabytesPerSecond: number | null
}

/** A ratio of speeds that was measured within a group. */
export interface ComparisonRecord {
  readonly of: string
  readonly over: string
  readonly purpose: GroupComparison['purpose']
  /** The speed of `of` as a multiple of the speed of `over`; `low` and `high` are its interval of 95 %. */
  readonly ratio: number
  readonly low: number
  readonly high: number
  readonly rounds: number
  readonly outcome: Outcome
  /** The same in words. */
  readonly verdict: string
}

/** What a group has shown. */
export interface GroupRecord {
  readonly id: string
  readonly title: string
  readonly entries: readonly EntryRecord[]
  readonly comparisons: readonly ComparisonRecord[]
}

/** A goal and what became of it. */
export interface GoalRecord {
  readonly id: string
  /** What is compared with what. */
  readonly what: string
  /** What is wanted, such as `at least 0.95 of its rate`. */
  readonly wanted: string
  /** The measured number, in the unit of `wanted`; null when it was not measured. */
  readonly measured: number | null
  readonly low: number | null
  readonly high: number | null
  readonly unit: 'x' | 'us' | 'bytes' | '%'
  readonly outcome: 'met' | 'not met' | 'not measured'
  /** Why it was not measured; null when it was. */
  readonly reason: string | null
}

/** A backend that was asked for. */
export interface BackendRecord {
  readonly name: string
  readonly packageName: string
  readonly available: boolean
  readonly reason: string | null
  readonly facts: Readonly<Record<string, string | number | boolean | null>>
  /** The instruction set of its kernels; null where that is meaningless or it is not available. */
  readonly isa: string | null
  /** Threads beside the calling one; null when it is not available. */
  readonly threads: number | null
}

/** A peer that was asked for. */
export interface PeerRecord {
  readonly name: string
  readonly version: string | null
  readonly available: boolean
  readonly reason: string | null
  /** What was timed; null when it is not available. */
  readonly method: string | null
}

/** What the conformance suite found about a backend, on the machine of the run. */
export interface ConformanceRecord {
  readonly backend: string
  readonly suiteVersion: string
  /** The part of the suite that ran; `all` for the whole. */
  readonly part: string
  readonly passed: number
  /** More than 0 for a backend whose results are wrong. */
  readonly failed: number
  /** Cases that it refused, as its capabilities say. */
  readonly unsupported: number
}

/** How the run was made. */
export interface RunRecord {
  readonly mode: 'quick' | 'full' | 'goals'
  readonly filter: string | null
  /** Seconds from start to end. */
  readonly seconds: number
  /** The clock's smallest step in microseconds. */
  readonly clockResolution: number
}

/** Everything a run has found out. */
export interface BenchResult {
  readonly resultVersion: typeof RESULT_VERSION
  /** When the run began, as an ISO 8601 date and time. */
  readonly createdAt: string
  readonly machine: Machine
  /** Versions of the packages that took part; null for one that is not installed. */
  readonly packages: Readonly<Record<string, string | null>>
  /** The version of the conformance suite that came with them; absent where nobody said. */
  readonly suiteVersion?: string
  /** What that suite found, where it ran beside the benchmark. */
  readonly conformance?: readonly ConformanceRecord[]
  readonly run: RunRecord
  readonly backends: readonly BackendRecord[]
  readonly peers: readonly PeerRecord[]
  readonly groups: readonly GroupRecord[]
  readonly goals: readonly GoalRecord[]
}
