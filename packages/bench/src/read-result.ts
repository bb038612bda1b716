/**
 * Readers of results and of their parts, which may come from a file: every field that the format has,
 * by its kind. What more a result of a later version has is not looked at.
 */
import type { CacheRecord, Machine } from './machine/machine.js'
import {
  byName,
  flag,
  list,
  maybe,
  number,
  one,
  orNull,
  type Reader,
  type Readers,
  record,
  text,
  word,
} from './readers.js'
import {
  type BackendRecord,
  type BenchResult,
  type ComparisonRecord,
  type ConformanceRecord,
  type EntryRecord,
  type GoalRecord,
  type GroupRecord,
  type PeerRecord,
  RESULT_VERSION,
  type RunRecord,
  type TimeRecord,
} from './result.js'

/** Text, or null. */
export const optionalText: Reader<string | null> = orNull(text)
/** A number, or null. */
export const optionalNumber: Reader<number | null> = orNull(number)

/** A time. */
export const readTime: Reader<TimeRecord> = record<TimeRecord>({
  ...{ median: number, low: number, high: number, p10: number, p90: number },
  ...{ samples: number, batch: number, steady: flag, first: maybe(number) },
})

/** A contender of a group. */
export const readEntry: Reader<EntryRecord> = record<EntryRecord>({
  name: text,
  kind: word('backend', 'limit', 'peer'),
  status: word('ok', 'fail', 'unavailable'),
  reason: optionalText,
  case: text,
  bytes: number,
  time: orNull(readTime),
  gigabytesPerSecond: optionalNumber,
})

const readComparison = record<ComparisonRecord>({
  ...{ of: text, over: text, purpose: word('limit', 'baseline', 'goal') },
  ...{ ratio: number, low: number, high: number, rounds: number },
  outcome: word('faster', 'slower', 'no difference detected'),
  verdict: text,
})

/** What a group has shown. */
export const readGroup: Reader<GroupRecord> = record<GroupRecord>({
  ...{ id: text, title: text },
  entries: list(readEntry),
  comparisons: list(readComparison),
})

/** A goal. */
export const readGoal: Reader<GoalRecord> = record<GoalRecord>({
  ...{ id: text, what: text, wanted: text },
  ...{ measured: optionalNumber, low: optionalNumber, high: optionalNumber },
  unit: word('x', 'us', 'bytes', '%'),
  outcome: word('met', 'not met', 'not measured'),
  reason: optionalText,
})

/** A machine. */
export const readMachine: Reader<Machine> = record<Machine>({
  ...{ os: text, architecture: optionalText, cpu: optionalText, cores: optionalNumber },
  features: list(text),
  caches: list(
    record<CacheRecord>({
      level: number,
      kind: word('data', 'instruction', 'unified'),
      bytes: number,
      sharedBy: optionalNumber,
    }),
  ),
  ...{ memory: optionalNumber, virtual: orNull(flag), engine: text },
  ...{ float16Array: flag, sharedArrayBuffer: flag },
})

/** Versions by package name. */
export const readVersions: Reader<BenchResult['packages']> = byName(optionalText)

type Fact = BackendRecord['facts'][string]

const readFact = one<Fact>(
  'a text, a number, true, false or null',
  (value) => value === null || ['string', 'number', 'boolean'].includes(typeof value),
)

const readBackend = record<BackendRecord>({
  ...{ name: text, packageName: text, available: flag, reason: optionalText },
  ...{ facts: byName(readFact), isa: optionalText, threads: optionalNumber },
})

const readPeer = record<PeerRecord>({
  ...{ name: text, version: optionalText, available: flag },
  ...{ reason: optionalText, method: optionalText },
})

const readConformance = record<ConformanceRecord>({
  ...{ backend: text, suiteVersion: text, part: text },
  ...{ passed: number, failed: number, unsupported: number },
})

const readRun = record<RunRecord>({
  mode: word('quick', 'full', 'goals'),
  ...{ filter: optionalText, seconds: number, clockResolution: number },
})

/** The version that this package reads. */
export function version<Version extends number>(own: Version): Reader<Version> {
  return one(String(own), (value) => value === own)
}

type Common = Pick<
  BenchResult,
  'createdAt' | 'machine' | 'packages' | 'suiteVersion' | 'run' | 'backends' | 'goals'
>

/** What both kinds of results have. */
export const COMMON: Readers<Common> = {
  ...{ createdAt: text, machine: readMachine, packages: readVersions },
  ...{ suiteVersion: maybe(text), run: readRun },
  ...{ backends: list(readBackend), goals: list(readGoal) },
}

/** The result of a run. */
export const readResult: Reader<BenchResult> = record<BenchResult>({
  resultVersion: version(RESULT_VERSION),
  ...COMMON,
  conformance: maybe(list(readConformance)),
  peers: list(readPeer),
  groups: list(readGroup),
})
