/**
 * Two results next to each other: what stands in the way of comparing them, and a verdict for every
 * time that both have.
 */
import type { BenchResult, EntryRecord, TimeRecord } from '@rope/bench'
import { compareTimes } from '@rope/bench/report'

/** One time that both results have, or one of them alone. */
export interface DiffRow {
  readonly key: string
  readonly case: string
  readonly name: string
  readonly before: TimeRecord | null
  readonly after: TimeRecord | null
  readonly outcome: 'faster' | 'slower' | 'no difference detected' | 'not compared'
  /** The outcome with its numbers, or why there is none. */
  readonly verdict: string
}

/** What two results say about each other. */
export interface Diff {
  /** Why their times should not be compared, or with care; empty when nothing is in the way. */
  readonly warnings: readonly string[]
  readonly rows: readonly DiffRow[]
}

/** Compares a result with an earlier one, the baseline. */
export function diffResults(before: BenchResult, after: BenchResult): Diff {
  const old = entriesOf(before)
  const now = entriesOf(after)
  const keys = [...new Set([...old.keys(), ...now.keys()])]
  return {
    warnings: warningsOf(before, after),
    rows: keys.map((key) => rowOf(key, old.get(key), now.get(key))),
  }
}

function entriesOf({ groups }: BenchResult): ReadonlyMap<string, EntryRecord> {
  return new Map(
    groups.flatMap(({ id, entries }) => entries.map((entry) => [`${id} ${entry.name}`, entry])),
  )
}

function rowOf(
  key: string,
  before: EntryRecord | undefined,
  after: EntryRecord | undefined,
): DiffRow {
  const some = after ?? before
  const common = {
    key,
    case: some?.case ?? '',
    name: some?.name ?? '',
    before: before?.time ?? null,
    after: after?.time ?? null,
  }
  if (common.before !== null && common.after !== null) {
    const { outcome, verdict } = compareTimes(common.after, common.before)
    return { ...common, outcome, verdict }
  }
  const verdict =
    before === undefined || after === undefined
      ? `only in the ${before === undefined ? 'later' : 'earlier'} run`
      : (after.reason ?? before.reason ?? 'no time')
  return { ...common, outcome: 'not compared', verdict }
}

function warningsOf(before: BenchResult, after: BenchResult): readonly string[] {
  const differs = (what: string, one: unknown, other: unknown): readonly string[] =>
    one === other ? [] : [`different ${what}: ${show(one)}, then ${show(other)}`]
  const [old, now] = [before.machine, after.machine]
  const names = [...new Set([...Object.keys(before.packages), ...Object.keys(after.packages)])]
  return [
    ...differs('engine', old.engine, now.engine),
    ...differs('system', old.os, now.os),
    ...differs('processor', old.cpu, now.cpu),
    ...differs('number of cores', old.cores, now.cores),
    ...differs('mode', before.run.mode, after.run.mode),
    ...names
      .filter((name) => name in before.packages && name in after.packages)
      .flatMap((name) => differs(name, before.packages[name], after.packages[name])),
  ]
}

function show(value: unknown): string {
  return value === null || value === undefined ? 'not said' : String(value)
}
