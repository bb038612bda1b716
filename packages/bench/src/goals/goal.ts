/**
 * Goals as data: what has to be reached, in which group it is measured, and how the number is
 * formed. A goal is judged by the median; its interval is printed beside it.
 */
import type { ContenderSpec, Group } from '../matrix/group.js'

/** How the number of a goal is formed from the contenders of its group. */
export type GoalCheck =
  /** The speed of one as a multiple of the speed of another. */
  | { readonly kind: 'speed'; readonly of: string; readonly over: string; readonly atLeast: number }
  /** The time of one as a multiple of the time of another. */
  | { readonly kind: 'time'; readonly of: string; readonly over: string; readonly atMost: number }
  /** The time of one call in microseconds. */
  | { readonly kind: 'microseconds'; readonly of: string; readonly atMost: number }
  /** Bytes of one of a package's inlined modules as it travels: base64, then gzip; 0 is the smallest. */
  | {
      readonly kind: 'size'
      readonly packageName: string
      readonly module: number
      readonly atMost: number
    }

/** One goal. */
export interface Goal {
  readonly id: string
  /** What is compared with what. */
  readonly what: string
  /** What is wanted, in words. */
  readonly wanted: string
  readonly check: GoalCheck
}

/** Goals whose contenders run together. */
export interface GoalGroup {
  readonly id: string
  readonly title: string
  readonly contenders: Readonly<Record<string, ContenderSpec>>
  readonly goals: readonly Goal[]
}

/** The group that the harness runs for its goals. */
export function measuredGroup({ id, title, contenders, goals }: GoalGroup): Group {
  const comparisons = goals.flatMap(({ check }) =>
    check.kind === 'speed' || check.kind === 'time'
      ? [{ of: check.of, over: check.over, purpose: 'goal' as const }]
      : [],
  )
  return { id, title, contenders, comparisons }
}
