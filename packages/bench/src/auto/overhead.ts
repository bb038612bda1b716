/**
 * What the front door itself costs: the same short call through `createRope` of @rope/auto and
 * through core's on the winner, in turns. Memory of its own has been given out by whoever has any,
 * so that the front door has to ask whose memory a call works on.
 */
import { type AutoRope, createRope as createAutoRope } from '@rope/auto'
import type { BackendEntry } from '@rope/auto/backends'
import { createRope } from '@rope/core'
import type { Backend } from '@rope/core/backend'
import { openRope } from '../contenders/backend-call.js'
import { createGroupMemory } from '../contenders/memory.js'
import type { Session } from '../contenders/open.js'
import type { MeasureSettings } from '../harness/measure.js'
import type { BackendSpec, Group } from '../matrix/group.js'
import { shapeConfig } from '../matrix/model-shape.js'
import type { CallKind } from '../matrix/rotation-case.js'
import type { GroupRecord } from '../result.js'
import { runSession } from '../run-group.js'
import { oneHead, oneToken, oneTokenSpec, SETTLING } from './one-head.js'
import type { OverheadRecord } from './result.js'
import { watched } from './stage.js'

const SMALL = oneHead(64)

const KINDS: readonly (readonly [call: CallKind, title: string])[] = [
  ['bound', 'bound.rotate(position)'],
  ['step', 'step.rotate({ q, k })'],
  ['rotate', 'rope.rotate({ q, k, positions })'],
]

const DIRECT = 'the winner itself'
const THROUGH = 'through the front door'

/** Measures what each kind of call costs more. */
export async function measureOverhead(
  entries: readonly BackendEntry[],
  settings: MeasureSettings,
): Promise<readonly OverheadRecord[]> {
  const records: OverheadRecord[] = []
  for (const [call, title] of KINDS) {
    records.push(await measureKind(call, title, entries, settings))
  }
  return records
}

/** A front door of its own for each kind, so that all kinds start alike. */
async function measureKind(
  call: CallKind,
  title: string,
  entries: readonly BackendEntry[],
  settings: MeasureSettings,
): Promise<OverheadRecord> {
  const { entries: watching, made } = watched(entries)
  const config = shapeConfig(SMALL, 'half')
  const auto = await createAutoRope(config, { backends: watching })
  try {
    for (const backend of made.values()) backend.allocate?.('float32', 1)
    const winner = settle(auto)
    const group = groupOf(call)
    const record = await runSession(group, sessionOf(auto, winner), settings)
    return { call, title, winner: winner.name, ...difference(record) }
  } finally {
    auto.dispose()
  }
}

/** Makes calls like those to come until the choice is made. */
function settle(auto: AutoRope): Backend {
  const tensors = oneToken(SMALL)
  for (let position = 0; position < SETTLING; position++) {
    auto.rotate({ ...tensors, positions: position })
  }
  return auto.backend
}

function groupOf(call: CallKind): Group {
  const spec = (name: string): BackendSpec => oneTokenSpec(SMALL, name, call)
  return {
    id: `overhead/${call}`,
    title: `overhead of ${call}`,
    contenders: { [THROUGH]: spec(THROUGH), [DIRECT]: spec(DIRECT) },
    comparisons: [{ of: THROUGH, over: DIRECT, purpose: 'goal' }],
  }
}

function sessionOf(auto: AutoRope, winner: Backend): Session {
  const memory = createGroupMemory()
  const direct = createRope(auto.config, { backend: winner })
  return {
    async open(spec) {
      const rope = spec.name === THROUGH ? auto : direct
      return openRope(spec as BackendSpec, rope, null, memory)
    },
    async close() {
      direct.dispose()
    },
  }
}

/** From the ratio of the rounds to microseconds: time = direct / ratio of the speeds. */
function difference({
  entries,
  comparisons,
}: GroupRecord): Pick<OverheadRecord, 'microseconds' | 'low' | 'high' | 'reason'> {
  const [found] = comparisons
  const direct = entries.find(({ name }) => name === DIRECT)?.time?.median
  if (found === undefined || direct === undefined) {
    const reason = entries.find((entry) => entry.reason !== null)?.reason ?? 'it was not timed'
    return { microseconds: null, low: null, high: null, reason }
  }
  const longer = (ratio: number): number => direct * (1 / ratio - 1)
  return {
    microseconds: longer(found.ratio),
    low: longer(found.high),
    high: longer(found.low),
    reason: null,
  }
}
