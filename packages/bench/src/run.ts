/**
 * A whole run: find out who is there, choose the groups, run them one after the other, judge the
 * goals. The same function in Node, in a page and in a worker; what only a system can tell
 * (machine, versions, sizes of files) is handed in.
 */
import {
  absenceText,
  type BackendEntry,
  type DetectedBackend,
  detectBackends,
} from '@rope/auto/backends'
import { RopeError } from '@rope/core'
import type { Backend, Probe } from '@rope/core/backend'
import { type GoalGroup, measuredGroup } from './goals/goal.js'
import { GOAL_GROUPS } from './goals/goals.js'
import { judge, type PackageSize } from './goals/judge.js'
import type { MeasureSettings } from './harness/measure.js'
import { changedSettings, readSettings } from './harness/read-settings.js'
import { limitsOf } from './limits/hooks.js'
import { type Clock, clockResolution, performanceClock } from './machine/clock.js'
import { describeEngine, type Machine } from './machine/machine.js'
import type { Group } from './matrix/group.js'
import { type BackendTraits, caseGroups, matrixGroups } from './matrix/matrix.js'
import { type RotationCase, readCase } from './matrix/rotation-case.js'
import { messageOf } from './messages.js'
import type { Peer, PeerEntry } from './peers/peer.js'
import { PLAIN_LOOP_PEER } from './peers/plain-loop.js'
import { readPeer, readPeerEntry } from './peers/read-peer.js'
import { readMachine, readVersions } from './read-result.js'
import { callable, exact, list, maybe, type Reader, tell, text, unread, word } from './readers.js'
import {
  type BackendRecord,
  type BenchResult,
  type GoalRecord,
  type GroupRecord,
  type PeerRecord,
  RESULT_VERSION,
} from './result.js'
import { runGroup } from './run-group.js'

/** What to measure: a first look, everything, or what the goals need. */
export type Mode = 'quick' | 'full' | 'goals'

/** How far a run has come. */
export interface RunProgress {
  readonly done: number
  readonly total: number
  /** The group that runs now. */
  readonly title: string
}

/** What a run needs. */
export interface BenchOptions {
  readonly mode: Mode
  /** The backends to measure, best first. */
  readonly backends: readonly BackendEntry[]
  /** Peers to measure beside the plain loop, which always takes part. */
  readonly peers?: readonly PeerEntry[]
  /** These cases instead of the mode's own; not with `goals`, which are about cases of their own. */
  readonly cases?: readonly RotationCase[]
  /** Keeps the groups whose id or title has every word of this text. */
  readonly filter?: string
  readonly machine?: Machine
  /** Versions by package name. */
  readonly packages?: Readonly<Record<string, string | null>>
  /** The version of the conformance suite that came with them. */
  readonly suiteVersion?: string | undefined
  /** Changes to the settings that go with the mode. */
  readonly settings?: Partial<MeasureSettings>
  readonly packageSize?: PackageSize
  /** Called before each group. */
  onProgress?(progress: RunProgress): void
  /** Called with each group as soon as it is done. */
  onGroup?(group: GroupRecord): void
}

const readOptions: Reader<BenchOptions> = exact<BenchOptions>({
  mode: word('quick', 'full', 'goals'),
  backends: list(unread()),
  peers: maybe(list(readPeerEntry)),
  cases: maybe(list(readCase)),
  filter: maybe(text),
  machine: maybe(readMachine),
  packages: maybe(readVersions),
  suiteVersion: maybe(text),
  settings: maybe(readSettings),
  packageSize: maybe(callable()),
  onProgress: maybe(callable()),
  onGroup: maybe(callable()),
})

/** How long and how exactly each mode measures; times in milliseconds. */
export const MODE_SETTINGS: Readonly<Record<Mode, Omit<MeasureSettings, 'clock'>>> = {
  quick: {
    sampleLength: 0.5,
    slowestCall: 250,
    budget: 700,
    warmUpBudget: 150,
    minimumRounds: 6,
    maximumRounds: 200,
    precision: 0.02,
  },
  full: {
    sampleLength: 1,
    slowestCall: 3000,
    budget: 2500,
    warmUpBudget: 500,
    minimumRounds: 10,
    maximumRounds: 400,
    precision: 0.01,
  },
  goals: {
    sampleLength: 1,
    slowestCall: 3000,
    budget: 1500,
    warmUpBudget: 500,
    minimumRounds: 10,
    maximumRounds: 400,
    precision: 0.01,
  },
}

/**
 * Runs a benchmark.
 *
 * @throws RopeError UNAVAILABLE when there is no clock
 * @throws RopeError INVALID_OPTION naming the option, and for cases together with the mode `goals`
 *
 * @example
 * ```ts
 * const result = await runBench({ mode: 'quick', backends: cpuBackends(BACKENDS) })
 * console.log(renderReport([result]))
 * ```
 */
export async function runBench(options: BenchOptions): Promise<BenchResult> {
  const read = readOptions(options, 'options')
  const { mode, machine = describeEngine(), packages = {}, filter, cases } = read
  checkCases(read)
  const clock = read.settings?.clock ?? performanceClock()
  const settings = changedSettings({ ...MODE_SETTINGS[mode], clock }, read.settings)
  const createdAt = new Date().toISOString()
  const start = settings.clock()
  const statuses = await detectBackends(read.backends)
  const { peers, records } = await loadPeers(read.peers ?? [])
  const { present, backends, traits } = await lookAt(statuses)
  const participants = { backends: present, peers }
  const groups: GroupRecord[] = []
  const goals: GoalRecord[] = []
  const chosen = keep(planned(mode, traits, peers, cases), filter)
  for (const [done, { group, goalGroup }] of chosen.entries()) {
    tell(read.onProgress, 'onProgress', { done, total: chosen.length, title: group.title })
    const record = await runGroup(group, participants, settings)
    groups.push(record)
    for (const goal of goalGroup?.goals ?? []) {
      goals.push(await judge(goal, record, read.packageSize ?? unknownSize))
    }
    tell(read.onGroup, 'onGroup', record)
  }
  return {
    resultVersion: RESULT_VERSION,
    createdAt,
    machine,
    packages,
    ...(read.suiteVersion === undefined ? {} : { suiteVersion: read.suiteVersion }),
    run: {
      mode,
      filter: filter ?? null,
      seconds: (settings.clock() - start) / 1000,
      clockResolution: resolutionIn(settings.clock),
    },
    backends,
    peers: records,
    groups,
    goals,
  }
}

function checkCases({ mode, cases }: BenchOptions): void {
  if (mode !== 'goals' || cases === undefined) return
  throw new RopeError(
    'INVALID_OPTION',
    'cases cannot be chosen in the mode goals, whose goals have their own; use quick or full',
    { field: 'cases' },
  )
}

/** The groups of a mode by the words that choose them. */
export function planGroups(
  mode: Mode,
  backends: readonly BackendTraits[],
  peers: readonly Peer[],
  filter?: string,
): readonly Group[] {
  return keep(planned(mode, backends, peers), filter).map(({ group }) => group)
}

interface Planned {
  readonly group: Group
  readonly goalGroup: GoalGroup | null
}

function planned(
  mode: Mode,
  backends: readonly BackendTraits[],
  peers: readonly Peer[],
  cases?: readonly RotationCase[],
): readonly Planned[] {
  if (mode !== 'goals') {
    const groups =
      cases === undefined
        ? matrixGroups(mode, backends, peers)
        : caseGroups(cases, mode, backends, peers)
    return groups.map((group) => ({ group, goalGroup: null }))
  }
  return GOAL_GROUPS.map((goalGroup) => ({ group: measuredGroup(goalGroup), goalGroup }))
}

function keep(groups: readonly Planned[], filter: string | undefined): readonly Planned[] {
  const words = (filter ?? '').toLowerCase().split(/\s+/)
  return groups.filter(({ group }) => {
    const text = `${group.id} ${group.title}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

interface LoadedPeers {
  readonly peers: readonly Peer[]
  readonly records: readonly PeerRecord[]
}

async function loadPeers(entries: readonly PeerEntry[]): Promise<LoadedPeers> {
  const peers: Peer[] = [PLAIN_LOOP_PEER]
  const missing: PeerRecord[] = []
  for (const { name, load } of entries) {
    try {
      peers.push(readPeer(await load(), 'peer'))
    } catch (error) {
      const reason = messageOf(error)
      missing.push({ name, version: null, available: false, reason, method: null })
    }
  }
  const present = peers.map(({ name, version, method }) => ({
    name,
    version,
    available: true,
    reason: null,
    method,
  }))
  return { peers, records: [...present, ...missing] }
}

interface Looked {
  /** Those that were found; what cannot be made is not available. */
  readonly present: readonly DetectedBackend[]
  readonly backends: readonly BackendRecord[]
  readonly traits: readonly BackendTraits[]
}

/** Makes each backend once, to see what it can be asked for. */
async function lookAt(found: readonly DetectedBackend[]): Promise<Looked> {
  const present: DetectedBackend[] = []
  const backends: BackendRecord[] = []
  const traits: BackendTraits[] = []
  for (const one of found) {
    const { status, seen } = await made(one)
    const { isa = null, threads = null } = seen?.capabilities ?? {}
    present.push(status)
    backends.push({ ...recordOf(status), isa, threads })
    if (seen === null) continue
    traits.push(traitsOf(one.name, seen, limitsOf(seen) !== null))
    seen.dispose()
  }
  return { present, backends, traits }
}

async function made(
  found: DetectedBackend,
): Promise<{ readonly status: DetectedBackend; readonly seen: Backend | null }> {
  if (!found.available) return { status: found, seen: null }
  try {
    return { status: found, seen: await found.create({ threads: 'all' }) }
  } catch (error) {
    const { name, packageName, facts } = found
    const reason = `it could not be created: ${messageOf(error)}`
    return { status: { name, packageName, facts, available: false, reason, fix: null }, seen: null }
  }
}

/** A result is made to be shown to others, who need not know where things lie on this disk. */
function recordOf(found: DetectedBackend): Omit<BackendRecord, 'isa' | 'threads'> {
  const { name, packageName, available } = found
  const reason = found.available ? null : shortenPaths(absenceText(found))
  return { name, packageName, available, reason, facts: shortenFacts(found.facts) }
}

/** Facts with every path shortened. */
export function shortenFacts(facts: Probe['facts']): Probe['facts'] {
  const short = Object.entries(facts).map(([key, value]) => [
    key,
    typeof value === 'string' ? shortenPaths(value) : value,
  ])
  return Object.fromEntries(short) as Probe['facts']
}

/** `/some/where/rope.node` as `rope.node`. */
export function shortenPaths(text: string): string {
  return text.replace(
    /(^|[\s("'])(?:[A-Za-z]:)?(?:[\\/][^\\/\s"'()]+)+[\\/]([^\\/\s"'()]+)/g,
    '$1$2',
  )
}

function traitsOf(name: string, backend: Backend, limits: boolean): BackendTraits {
  const { allocate, capabilities } = backend
  return { name, allocates: allocate !== undefined, threads: capabilities.threads > 0, limits }
}

/** The clock's smallest step in microseconds. */
function resolutionIn(clock: Clock): number {
  return clockResolution(clock) * 1000
}

async function unknownSize(): Promise<readonly number[]> {
  return []
}
