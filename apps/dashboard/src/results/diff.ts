/**
 * Two results next to each other: in what they differ beside the code, and a verdict for every time
 * that both have. Where the runs differ, no verdict says `faster` or `slower`: it names the ratio,
 * and what else it may come from.
 */
import type { BenchResult } from '@rope/bench'
import type { EntryRecord, TimeRecord } from '@rope/bench/report'
import { compareTimes } from '@rope/bench/report'
import { changedLibraries, type Difference, differencesOf } from './differences.js'

/** One time that both results have, or one of them alone. */
export interface DiffRow {
  readonly key: string
  readonly case: string
  readonly name: string
  /** False for an entry that one of the runs has not. */
  readonly isInBoth: boolean
  readonly before: TimeRecord | null
  readonly after: TimeRecord | null
  /** `flagged` where the runs differ in more than the code. */
  readonly outcome: 'faster' | 'slower' | 'no difference detected' | 'flagged' | 'not compared'
  /** The outcome with its numbers and its flags, or why there is none. */
  readonly verdict: string
}

/** What two results say about each other. */
export interface Diff {
  /** In what the runs differ beside the code; empty when a verdict is about the code alone. */
  readonly differences: readonly Difference[]
  /** The libraries whose versions differ: what is compared. */
  readonly libraries: readonly string[]
  readonly rows: readonly DiffRow[]
}

/** Compares a result with an earlier one, the baseline. */
export function diffResults(before: BenchResult, after: BenchResult): Diff {
  const old = entriesOf(before)
  const now = entriesOf(after)
  const keys = [...new Set([...old.keys(), ...now.keys()])]
  const differences = differencesOf(before, after)
  const flags = [...new Set(differences.map(({ flag }) => flag))]
  return {
    differences,
    libraries: changedLibraries(before, after),
    rows: keys.map((key) => rowOf(key, old.get(key), now.get(key), flags)),
  }
}

/** An entry, and whether its backend failed the suite where it was measured. */
interface Measured {
  readonly entry: EntryRecord
  readonly isWrong: boolean
}

function entriesOf({ groups, conformance = [] }: BenchResult): ReadonlyMap<string, Measured> {
  const wrong = conformance.filter(({ failed }) => failed > 0).map(({ backend }) => backend)
  // A variant of a backend is named after it: `wasm, resident`.
  const isWrong = ({ kind, name }: EntryRecord): boolean =>
    kind === 'backend' && wrong.includes(name.split(',')[0] ?? '')
  return new Map(
    groups.flatMap(({ id, entries }) =>
      entries.map((entry) => [`${id} ${entry.name}`, { entry, isWrong: isWrong(entry) }]),
    ),
  )
}

function rowOf(
  key: string,
  before: Measured | undefined,
  after: Measured | undefined,
  flags: readonly string[],
): DiffRow {
  const some = (after ?? before)?.entry
  const common = {
    key,
    case: some?.case ?? '',
    name: some?.name ?? '',
    isInBoth: before !== undefined && after !== undefined,
    before: before?.entry.time ?? null,
    after: after?.entry.time ?? null,
  }
  const refusal = refusalOf(before, after)
  if (refusal !== null || common.before === null || common.after === null) {
    return { ...common, outcome: 'not compared', verdict: refusal ?? 'no time' }
  }
  return { ...common, ...verdictOf(common.after, common.before, flags) }
}

/** Why two entries cannot be compared at all; null when they can. */
function refusalOf(before: Measured | undefined, after: Measured | undefined): string | null {
  if (before === undefined) return 'only in the later run'
  if (after === undefined) return 'only in the earlier run'
  if (before.isWrong) return 'it failed the conformance suite in the earlier run'
  if (after.isWrong) return 'it failed the conformance suite in the later run'
  const [old, now] = [before.entry, after.entry]
  if (old.case !== now.case) return `not the same call: ${old.case}, then ${now.case}`
  if (old.bytes !== now.bytes) return `not the same call: ${old.bytes} bytes, then ${now.bytes}`
  return now.reason ?? old.reason
}

function verdictOf(
  after: TimeRecord,
  before: TimeRecord,
  flags: readonly string[],
): Pick<DiffRow, 'outcome' | 'verdict'> {
  const { ratio, outcome, verdict } = compareTimes(after, before)
  if (flags.length === 0) return { outcome, verdict }
  const [value, low, high] = [ratio.value, ratio.low, ratio.high].map((one) => one.toPrecision(2))
  const found =
    outcome === 'no difference detected' ? outcome : `${value}x the speed [${low}, ${high}]`
  return { outcome: 'flagged', verdict: `${found}, other ${flags.join(', ')}` }
}
