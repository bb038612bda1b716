/**
 * One cell: calls through the front door and on every backend behind it, on the same memory, in
 * turns, each checked against the oracle first.
 */
import { createRope } from '@rope/core'
import { openRope } from '../contenders/backend-call.js'
import { createGroupMemory } from '../contenders/memory.js'
import type { Session } from '../contenders/open.js'
import type { Opened } from '../contenders/opened.js'
import type { MeasureSettings } from '../harness/measure.js'
import type { BackendSpec, Group } from '../matrix/group.js'
import { shapeConfig } from '../matrix/model-shape.js'
import { usualCall } from '../matrix/rotation-case.js'
import type { EntryRecord } from '../result.js'
import { runSession } from '../run-group.js'
import { type AutoCell, cellId, cellText } from './cell.js'
import type { CellRecord } from './result.js'
import type { Stage } from './stage.js'

/** What calls through the front door are called. */
const FRONT_DOOR = 'auto'

/** Runs a cell. Never rejects for what a backend does. */
export async function runCell(
  cell: AutoCell,
  stage: Stage,
  settings: MeasureSettings,
): Promise<CellRecord> {
  const group = groupOf(cell, [...stage.backends.keys()])
  const { entries } = await runSession(group, sessionOf(cell, stage), settings)
  const { tokens, dtype, pairing } = cell.case
  const { id, title } = group
  const chosen = await chosenName(stage, entries)
  const best = bestOf(entries)
  return {
    ...{ id, title, tokens, dtype, pairing },
    memory: cell.memory,
    chosen,
    best: best?.name ?? null,
    ratio: ratioOf(medianOf(entries, chosen), best),
    throughFrontDoor: ratioOf(medianOf(entries, FRONT_DOOR), best),
    entries,
  }
}

/** The front door and all backends; how exactly each compares with the front door ends the run. */
function groupOf(cell: AutoCell, names: readonly string[]): Group {
  const { case: rotation, memory } = cell
  const variant = {
    memory: memory === 'foreign' ? 'foreign' : 'resident',
    threads: 'all',
    call: usualCall(rotation),
  } as const
  const spec = (name: string): BackendSpec => ({ kind: 'backend', name, case: rotation, variant })
  return {
    id: cellId(cell),
    title: cellText(cell),
    contenders: Object.fromEntries([FRONT_DOOR, ...names].map((name) => [name, spec(name)])),
    comparisons: names.map((name) => ({ of: FRONT_DOOR, over: name, purpose: 'baseline' })),
  }
}

/** Everybody on the same memory; the backends stay when the session is closed. */
function sessionOf({ memory }: AutoCell, { front, backends }: Stage): Session {
  const arrays = createGroupMemory()
  const owner = backends.get(memory) ?? null
  const opened: Opened[] = []
  return {
    async open(spec) {
      const backend = spec.name === FRONT_DOOR ? front : backends.get(spec.name)
      if (spec.kind !== 'backend' || backend === undefined) {
        throw new TypeError(`${spec.name} is no backend of this stage`)
      }
      const rope = createRope(shapeConfig(spec.case.shape, spec.case.pairing), { backend })
      const contender = openRope(spec, rope, owner, arrays)
      opened.push(contender)
      return contender
    },
    async close() {
      for (const contender of opened.splice(0)) await contender.close?.()
    },
  }
}

/** Who made the last call through the front door; null when there was none. */
async function chosenName(
  { front }: Stage,
  entries: readonly EntryRecord[],
): Promise<string | null> {
  const isThere = entries.some(({ name, status }) => name === FRONT_DOOR && status === 'ok')
  return isThere ? (await front.explain()).chosen : null
}

function medianOf(entries: readonly EntryRecord[], name: string | null): number | null {
  return entries.find((entry) => entry.name === name)?.time?.median ?? null
}

interface Best {
  readonly name: string
  readonly median: number
}

function bestOf(entries: readonly EntryRecord[]): Best | null {
  const timed = entries.flatMap(({ name, time }) =>
    name === FRONT_DOOR || time === null ? [] : [{ name, median: time.median }],
  )
  return timed.reduce<Best | null>(
    (best, one) => (best === null || one.median < best.median ? one : best),
    null,
  )
}

function ratioOf(median: number | null, best: Best | null): number | null {
  return median === null || best === null ? null : median / best.median
}
