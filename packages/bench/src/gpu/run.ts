/**
 * A whole run on a GPU: every case next to the copy kernel and the peer, checked before it is timed.
 * The same function in Node and in a page. On an adapter in software, whose times say nothing about
 * any GPU, the ratio to the copy kernel is all that is reported, and no goal is judged by it.
 */
import type { Probe } from '@rope/core/backend'
import { createWebGpuBackend, type GpuHandle } from '@rope/webgpu'
import { judge } from '../goals/judge.js'
import type { MeasureSettings } from '../harness/measure.js'
import { changedSettings, readSettings } from '../harness/read-settings.js'
import { performanceClock } from '../machine/clock.js'
import { describeEngine } from '../machine/machine.js'
import { type RotationCase, readCase } from '../matrix/rotation-case.js'
import {
  callable,
  exact,
  list,
  maybe,
  type Reader,
  tell,
  text,
  unread,
  whole,
  word,
} from '../readers.js'
import {
  type BenchResult,
  type GoalRecord,
  type GroupRecord,
  type PeerRecord,
  RESULT_VERSION,
} from '../result.js'
import type { RunProgress } from '../run.js'
import { runSession } from '../run-group.js'
import { type Counted, countDispatches, judgeDispatches } from './dispatches.js'
import { BACKEND, type GpuBenchSize, gpuCases, gpuGoals, gpuGroup, PEER } from './groups.js'
import { readLoadedPeer } from './read-loaded-peer.js'
import type { Stage } from './rotation-call.js'
import { createGpuSession, type LoadedPeer } from './session.js'
import { gpuStopwatch, type Stopwatch, wallStopwatch } from './stopwatch.js'

/** What a run needs. */
export interface GpuBenchOptions {
  readonly size: GpuBenchSize
  /** The cases to measure; those of the size when absent. */
  readonly cases?: readonly RotationCase[]
  /** Where devices come from; as for createWebGpuBackend when absent. */
  readonly gpu?: GpuHandle | undefined
  /** onnxruntime-web, or why it takes no part. */
  readonly peer: LoadedPeer
  /** Keeps the cases whose id or title has every word of this text. */
  readonly filter?: string | undefined
  /** Changes to the settings. */
  readonly settings?: Partial<MeasureSettings>
  /** Bytes that calls go through in turn; well beyond the caches of GPUs when absent. */
  readonly footprint?: number
  /** Called before each group. */
  onProgress?(progress: RunProgress): void
  /** Called with each group as soon as it is done. */
  onGroup?(group: GroupRecord): void
}

/** More bytes than a GPU has. */
const MOST_BYTES = 2 ** 40

const readOptions: Reader<GpuBenchOptions> = exact<GpuBenchOptions>({
  size: word('quick', 'full'),
  cases: maybe(list(readCase)),
  gpu: unread(),
  peer: readLoadedPeer,
  filter: maybe(text),
  settings: maybe(readSettings),
  footprint: maybe(whole(1, MOST_BYTES)),
  onProgress: maybe(callable()),
  onGroup: maybe(callable()),
})

/** The largest last-level cache of a GPU today is 256 MiB. */
const GPU_FOOTPRINT = 2 ** 29
const SOFTWARE_FOOTPRINT = 2 ** 27

/** Times in milliseconds. A sample is many dispatches, and a hundred steps of the clock at least. */
const SETTINGS: Readonly<Record<GpuBenchSize, Omit<MeasureSettings, 'clock' | 'patience'>>> = {
  quick: {
    sampleLength: 2,
    slowestCall: 10_000,
    budget: 500,
    warmUpBudget: 200,
    minimumRounds: 8,
    maximumRounds: 200,
    precision: 0.02,
  },
  full: {
    sampleLength: 5,
    slowestCall: 10_000,
    budget: 2000,
    warmUpBudget: 500,
    minimumRounds: 10,
    maximumRounds: 400,
    precision: 0.01,
  },
}

/** Milliseconds that a contender may take by the wall, whatever the GPU's clock says of them. */
const PATIENCE: Readonly<Record<GpuBenchSize, number>> = { quick: 8_000, full: 60_000 }

interface Task {
  readonly rotation: RotationCase
  readonly stopwatch: Stopwatch
}

/**
 * Runs the benchmark of the WebGPU backend.
 *
 * @throws RopeError INVALID_OPTION naming the option
 * @throws RopeError UNAVAILABLE when there is no GPU here; the message says what to do
 */
export async function runGpuBench(options: GpuBenchOptions): Promise<BenchResult> {
  const read = readOptions(options, 'options')
  const { size, gpu, peer, filter, cases = gpuCases(size) } = read
  const common = changedSettings(SETTINGS[size], read.settings)
  const wall = performanceClock()
  const createdAt = new Date().toISOString()
  const started = wall()
  const backend = await createWebGpuBackend(gpu === undefined ? {} : { gpu })
  try {
    const device = backend.gpuDevice
    const isSoftware = backend.facts.isSoftware === true
    const footprint = read.footprint ?? (isSoftware ? SOFTWARE_FOOTPRINT : GPU_FOOTPRINT)
    const stopwatches = await stopwatchesOf(backend.gpuDevice, isSoftware)
    const stageFor = (stopwatch: Stopwatch): Stage => ({ backend, device, stopwatch, footprint })
    const counts = await countDispatches(stageFor(wallStopwatch(device)), peer)
    const tasks = tasksOf(cases, stopwatches, filter)
    const groups: GroupRecord[] = []
    const goals: GoalRecord[] = [judgeDispatches(counts)]
    for (const [done, { rotation, stopwatch }] of tasks.entries()) {
      const withPeer = !isSoftware && rotation.dtype === 'float32'
      const group = gpuGroup(rotation, stopwatch.kind, withPeer)
      tell(read.onProgress, 'onProgress', { done, total: tasks.length, title: group.title })
      const session = createGpuSession(stageFor(stopwatch), peer)
      const { clock, step } = stopwatch
      const patience = { clock: wall, limit: PATIENCE[size] }
      const settings: MeasureSettings = { clock, clockStep: step, patience, ...common }
      const measured = await runSession(group, session, settings)
      const record = isSoftware ? ratiosOnly(measured) : measured
      groups.push(record)
      tell(read.onGroup, 'onGroup', record)
      if (stopwatch !== stopwatches[0]) continue
      for (const goal of gpuGoals(rotation)) {
        const judged = await judge(goal, record, async () => [])
        goals.push(isSoftware ? notJudged(judged, backend.facts) : judged)
      }
    }
    for (const stopwatch of stopwatches) stopwatch.dispose()
    return {
      resultVersion: RESULT_VERSION,
      createdAt,
      machine: describeEngine(),
      packages: {},
      run: {
        mode: size,
        filter: filter ?? null,
        seconds: (wall() - started) / 1000,
        clockResolution: (stopwatches[0]?.step ?? 0.005) * 1000,
      },
      backends: [backendRecord(backend.facts)],
      peers: [peerRecord(peer, counts.peer)],
      groups,
      goals,
    }
  } finally {
    backend.dispose()
  }
}

/** The clocks to measure by, the one that judges first. In software one is enough. */
async function stopwatchesOf(
  device: Stage['device'],
  isSoftware: boolean,
): Promise<readonly Stopwatch[]> {
  const gpu = await gpuStopwatch(device)
  const wall = wallStopwatch(device)
  if (gpu === null) return [wall]
  return isSoftware ? [gpu] : [gpu, wall]
}

function tasksOf(
  cases: readonly RotationCase[],
  stopwatches: readonly Stopwatch[],
  filter: string | undefined,
): readonly Task[] {
  const words = (filter ?? '').toLowerCase().split(/\s+/)
  return cases
    .flatMap((rotation) => stopwatches.map((stopwatch) => ({ rotation, stopwatch })))
    .filter(({ rotation, stopwatch }) => {
      const { id, title } = gpuGroup(rotation, stopwatch.kind, false)
      const text = `${id} ${title}`.toLowerCase()
      return words.every((word) => text.includes(word))
    })
}

/** A group without its times. */
function ratiosOnly(group: GroupRecord): GroupRecord {
  const reason = 'an adapter in software: only the ratio is reported'
  return {
    ...group,
    entries: group.entries.map((entry) =>
      entry.status === 'ok' ? { ...entry, reason, time: null, gigabytesPerSecond: null } : entry,
    ),
  }
}

function notJudged(goal: GoalRecord, { architecture, description }: Probe['facts']): GoalRecord {
  const name = String(description || architecture || 'software')
  const reason = `${name} is an adapter in software; run the same command where there is a GPU`
  return { ...goal, measured: null, low: null, high: null, outcome: 'not measured', reason }
}

function backendRecord(facts: Probe['facts']): BenchResult['backends'][number] {
  const common = { available: true, reason: null, isa: null, threads: 0 } as const
  return { name: BACKEND, packageName: '@rope/webgpu', facts, ...common }
}

function peerRecord({ ort, reason }: LoadedPeer, counted: Counted): PeerRecord {
  if (ort === null) return { name: PEER, version: null, available: false, reason, method: null }
  const version = `onnxruntime-web ${ort.env.versions.web ?? ''}`.trim()
  if (counted.count === null) {
    return { name: PEER, version, available: false, reason: counted.reason, method: null }
  }
  const method =
    'one session.run of two RotaryEmbedding nodes on tensors in GPU buffers, WebGPU execution provider'
  return { name: PEER, version, available: true, reason: null, method }
}
