/**
 * A whole run of `rope bench --auto`: is the choice of the front door right, and what does it cost?
 * It knows nothing of this machine when it begins.
 */
import type { Explanation } from '@rope/auto'
import { BACKENDS, type BackendEntry, cpuBackends } from '@rope/auto/backends'
import type { MeasureSettings } from '../harness/measure.js'
import { changedSettings, readSettings } from '../harness/read-settings.js'
import { clockResolution, performanceClock } from '../machine/clock.js'
import { describeEngine, type Machine } from '../machine/machine.js'
import type { MatrixSize } from '../matrix/matrix.js'
import { readMachine, readVersions } from '../read-result.js'
import { callable, exact, list, maybe, type Reader, tell, text, unread, word } from '../readers.js'
import type { BackendRecord } from '../result.js'
import { MODE_SETTINGS, type RunProgress, shortenFacts, shortenPaths } from '../run.js'
import { type AutoCell, autoCells, cellId, cellText } from './cell.js'
import { judgeAuto } from './judge.js'
import { measureNewPositions } from './new-position.js'
import { measureOverhead } from './overhead.js'
import {
  AUTO_RESULT_VERSION,
  type AutoResult,
  type CellRecord,
  type NewPositionRecord,
  type OverheadRecord,
} from './result.js'
import { runCell } from './run-cell.js'
import { openStage, type Stage } from './stage.js'

/** What a run needs. */
export interface AutoBenchOptions {
  readonly size: MatrixSize
  /** Whom the front door may choose from; this project's backends when absent. */
  readonly backends?: readonly BackendEntry[]
  /** Keeps the cells whose id or title has every word of this text. */
  readonly filter?: string
  readonly machine?: Machine
  /** Versions by package name. */
  readonly packages?: Readonly<Record<string, string | null>>
  /** The version of the conformance suite that came with them. */
  readonly suiteVersion?: string | undefined
  /** Changes to the settings. */
  readonly settings?: Partial<MeasureSettings>
  /** Called before each cell. */
  onProgress?(progress: RunProgress): void
  /** Called with each cell as soon as it is done. */
  onCell?(cell: CellRecord): void
}

const readOptions: Reader<AutoBenchOptions> = exact<AutoBenchOptions>({
  size: word('quick', 'full'),
  backends: maybe(list(unread())),
  filter: maybe(text),
  machine: maybe(readMachine),
  packages: maybe(readVersions),
  suiteVersion: maybe(text),
  settings: maybe(readSettings),
  onProgress: maybe(callable()),
  onCell: maybe(callable()),
})

/** There are many cells, and 2 % tell a wrong choice from a right one. */
const SETTINGS: Readonly<Record<MatrixSize, Omit<MeasureSettings, 'clock'>>> = {
  // The front door tries slow ones as well before it has chosen.
  quick: { ...MODE_SETTINGS.quick, slowestCall: MODE_SETTINGS.full.slowestCall },
  full: { ...MODE_SETTINGS.full, budget: 1000, warmUpBudget: 300, precision: 0.02 },
}

/** Differences of a few nanoseconds take more rounds. */
const OVERHEAD_SETTINGS: Readonly<Record<MatrixSize, Partial<MeasureSettings>>> = {
  quick: { budget: 500, precision: 0.01 },
  full: { budget: 3000, precision: 0.003 },
}

/**
 * Runs the front door over the matrix.
 *
 * @throws RopeError INVALID_OPTION naming the option
 * @throws RopeError UNAVAILABLE when there is no clock, or no backend at all
 *
 * @example
 * ```ts
 * const { goals } = await runAutoBench({ size: 'quick' })
 * ```
 */
export async function runAutoBench(options: AutoBenchOptions): Promise<AutoResult> {
  const read = readOptions(options, 'options')
  const { size, machine = describeEngine(), packages = {}, filter, backends = BACKENDS } = read
  const clock = read.settings?.clock ?? performanceClock()
  const settings = changedSettings({ ...SETTINGS[size], clock }, read.settings)
  const createdAt = new Date().toISOString()
  const start = clock()
  const onCpu = cpuBackends(backends)
  const stage = await openStage(onCpu)
  const cells: CellRecord[] = []
  let overhead: readonly OverheadRecord[] = []
  let newPositions: readonly NewPositionRecord[] = []
  let story: Explanation
  try {
    const chosen = keep(autoCells(size, ownersOf(stage)), filter)
    for (const [done, cell] of chosen.entries()) {
      tell(read.onProgress, 'onProgress', { done, total: chosen.length, title: cellText(cell) })
      const record = await runCell(cell, stage, settings)
      cells.push(record)
      tell(read.onCell, 'onCell', record)
    }
    if (cells.length > 0) {
      const finer = { ...settings, ...OVERHEAD_SETTINGS[size], ...read.settings }
      overhead = await measureOverhead(onCpu, finer)
      newPositions = await measureNewPositions(onCpu, finer)
    }
    story = await stage.front.explain()
  } finally {
    stage.front.dispose()
  }
  return {
    autoResultVersion: AUTO_RESULT_VERSION,
    createdAt,
    machine,
    packages,
    ...(read.suiteVersion === undefined ? {} : { suiteVersion: read.suiteVersion }),
    run: {
      mode: size,
      filter: filter ?? null,
      seconds: (clock() - start) / 1000,
      clockResolution: clockResolution(clock) * 1000,
    },
    backends: onCpu.map((entry) => recordOf(entry, stage, story)),
    cells,
    overhead,
    newPositions,
    goals: judgeAuto(cells, overhead, newPositions),
  }
}

/** Those that have memory to give out. */
function ownersOf({ backends }: Stage): readonly string[] {
  return [...backends].filter(([, { allocate }]) => allocate !== undefined).map(([name]) => name)
}

function keep(cells: readonly AutoCell[], filter = ''): readonly AutoCell[] {
  const words = filter.toLowerCase().split(/\s+/)
  return cells.filter((cell) => {
    const text = `${cellId(cell)} ${cellText(cell)}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

function recordOf(
  { name, packageName }: BackendEntry,
  { backends }: Stage,
  story: Explanation,
): BackendRecord {
  const backend = backends.get(name)
  const told = story.backends.find((member) => member.name === name)
  const reason = told?.reason ?? null
  return {
    name,
    packageName,
    available: told?.available === true,
    reason: reason === null ? null : shortenPaths(reason),
    facts: shortenFacts(told?.facts ?? {}),
    isa: backend?.capabilities.isa ?? null,
    threads: backend?.capabilities.threads ?? null,
  }
}
