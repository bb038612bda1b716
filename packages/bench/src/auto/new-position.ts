/**
 * What a new position costs: calls with the next position each time, and with a random one, beside
 * a bound call that does the same. On a backend that does nothing only the checks and the row of
 * cos and sin are left; through the front door it is what a caller waits for.
 */
import { createRope as createAutoRope } from '@rope/auto'
import type { BackendEntry } from '@rope/auto/backends'
import { type BoundRope, createRope, type Rope, type RotateInput } from '@rope/core'
import type { Backend, SyncKernel } from '@rope/core/backend'
import type { Opened } from '../contenders/opened.js'
import type { MeasureSettings } from '../harness/measure.js'
import type { BackendSpec, Group } from '../matrix/group.js'
import { shapeConfig } from '../matrix/model-shape.js'
import type { CallKind } from '../matrix/rotation-case.js'
import { createRandom } from '../random.js'
import type { GroupRecord } from '../result.js'
import { runSession } from '../run-group.js'
import { oneHead, oneToken, oneTokenSpec, SETTLING } from './one-head.js'
import type { NewPositionRecord } from './result.js'

/** A row of 64 pairs, and little to rotate by it. */
const SHAPE = oneHead(128)

/** Positions, a power of two; they come again after as many calls. */
const COUNT = 2 ** 16

/** Random positions lie below this: a model's context. */
const CONTEXT = 2 ** 17

const ORDERS = ['consecutive', 'random'] as const

type Order = (typeof ORDERS)[number]

/** Where calls go, and how to make a rope that goes there. */
interface Place {
  readonly name: NewPositionRecord['backend']
  open(): Promise<Rope>
}

/** Measures both orders in every place. */
export async function measureNewPositions(
  entries: readonly BackendEntry[],
  settings: MeasureSettings,
): Promise<readonly NewPositionRecord[]> {
  const config = shapeConfig(SHAPE, 'half')
  const places: readonly Place[] = [
    { name: 'idle', open: async () => createRope(config, { backend: idleBackend(false) }) },
    {
      name: 'idle, bindDecode',
      open: async () => createRope(config, { backend: idleBackend(true) }),
    },
    { name: 'auto', open: () => createAutoRope(config, { backends: entries }) },
  ]
  const records: NewPositionRecord[] = []
  for (const place of places) {
    for (const order of ORDERS) records.push(await measurePlace(place, order, settings))
  }
  return records
}

async function measurePlace(
  { name, open }: Place,
  order: Order,
  settings: MeasureSettings,
): Promise<NewPositionRecord> {
  const rope = await open()
  const positions = positionsOf(order)
  const session = {
    open: async (spec: unknown) => contender(rope, (spec as BackendSpec).variant.call, positions),
    close: async () => rope.dispose(),
  }
  const record = await runSession(groupOf(name, order), session, settings)
  return { backend: name, order, ...timesOf(record) }
}

function groupOf(name: string, order: Order): Group {
  const spec = (call: CallKind): BackendSpec => oneTokenSpec(SHAPE, name, call)
  return {
    id: `new-position/${name}/${order}`,
    title: `${order} positions, ${name}`,
    contenders: { rotate: spec('rotate'), bound: spec('bound') },
    comparisons: [{ of: 'bound', over: 'rotate', purpose: 'goal' }],
  }
}

function timesOf({
  entries,
  comparisons,
}: GroupRecord): Omit<NewPositionRecord, 'backend' | 'order'> {
  const timeOf = (name: string): number | null =>
    entries.find((entry) => entry.name === name)?.time?.median ?? null
  const [found] = comparisons
  const reason = entries.find((entry) => entry.reason !== null)?.reason ?? null
  return {
    rotate: timeOf('rotate'),
    bound: timeOf('bound'),
    ratio: found?.ratio ?? null,
    low: found?.low ?? null,
    high: found?.high ?? null,
    reason: found === undefined ? (reason ?? 'it was not timed') : null,
  }
}

/** Calls at positions; the call object is used again, as a decode loop does. */
function contender(rope: Rope, kind: CallKind, positions: readonly number[]): Opened {
  const tensors = oneToken(SHAPE)
  const at = kind === 'bound' ? boundCall(rope.bind(tensors)) : rotateCall(rope, tensors)
  let next = 0
  return {
    run: (count) => {
      for (let i = 0; i < count; i++) {
        at(positions[next] as number)
        next = (next + 1) % COUNT
      }
    },
    // Values are checked by the cells; here the front door makes its choice.
    check() {
      for (const position of positions.slice(0, SETTLING)) at(position)
      return null
    },
  }
}

function boundCall(bound: BoundRope): (position: number) => void {
  return (position) => bound.rotate(position)
}

function rotateCall(
  rope: Rope,
  tensors: Omit<RotateInput, 'positions'>,
): (position: number) => void {
  const call = { ...tensors, positions: 0 }
  return (position) => {
    call.positions = position
    rope.rotate(call)
  }
}

function positionsOf(order: Order): readonly number[] {
  const random = createRandom(1)
  return Array.from({ length: COUNT }, (_, index) =>
    order === 'consecutive' ? index : Math.floor(random() * CONTEXT),
  )
}

/** A backend whose kernels do nothing, with the short way for decode steps or without it. */
function idleBackend(decodes: boolean): Backend {
  const nothing = (): void => {}
  const kernel: SyncKernel = { run: nothing, bind: () => nothing }
  return {
    specVersion: 1,
    name: 'idle',
    device: 'cpu',
    capabilities: {
      dtypes: ['float32'],
      threads: 0,
      isa: null,
      maxElements: Number.POSITIVE_INFINITY,
      sharedMemory: true,
    },
    supports: () => ({ ok: true }),
    compile: () => (decodes ? { ...kernel, bindDecode: () => nothing } : kernel),
    dispose: nothing,
  }
}
