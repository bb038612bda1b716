/**
 * A kernel again: whatever changes from call to call - memory and where it comes from, offsets,
 * rows and how far apart they are for batch entries - counts anew each time.
 */
import type { Kernel, Plan } from '../../contract/backend.js'
import type { PairingName } from '../../contract/pairing.js'
import type { DType } from '../../numbers/dtype.js'
import { needDType } from '../calls/numbers.js'
import {
  compileClaimed,
  judgeCall,
  type PreparedCall,
  prepare,
  RAW_CONTROL,
  type RawCall,
  type RawOperand,
  runKernel,
} from '../calls/raw.js'
import { type ConformanceCase, defineCase, type Trial } from '../case.js'
import { createArena, type Origin, putTensor } from '../memory/arena.js'
import { randomRows } from '../memory/inputs.js'
import type { Spacing } from '../memory/placement.js'
import { seededRandom, seedOf } from '../memory/random.js'
import { KINDS } from '../values/values.js'

/** Two operands, channels on both sides of the window, several batch entries. */
const CONTROL = {
  ...RAW_CONTROL,
  batch: 2,
  tokens: 3,
  heads: [2, 1],
  windowOffset: 3,
  headDim: 21,
  pairs: 8,
} as const

/** What one call differs in from the control. */
type Turn = Partial<RawCall>

function crossed(turns: readonly Turn[], others: readonly Turn[]): readonly Turn[] {
  return turns.flatMap((turn) => others.map((other) => ({ ...turn, ...other })))
}

function twice(turns: readonly Turn[]): readonly Turn[] {
  return [...turns, ...turns]
}

const OUT: Turn = { inPlace: false }
const TARGETS: readonly Turn[] = [{ inPlace: true }, OUT]
const STARTS: readonly Spacing[] = ['dense', 'offset']
const ORIGINS: readonly Origin[] = ['local', 'allocated', 'shared']

/** The calls of each case, in turn; calls of one plan are made by one kernel. */
const TURNS: Readonly<Record<string, readonly Turn[]>> = {
  // All ways to begin at the start of an array or elsewhere, on new arrays each time.
  offsets: [
    ...STARTS.map((spacing) => ({ spacing })),
    ...crossed(
      STARTS.map((spacing) => ({ ...OUT, spacing })),
      STARTS.map((targetSpacing) => ({ targetSpacing })),
    ),
  ],
  // Rows shared by all batch entries, one after the other, with gaps, overlapping.
  'batch-strides': crossed(
    TARGETS,
    [0, 3, 5, 0, 3, 1].map((batchStride) => ({ batchStride })),
  ),
  // Each is a kernel, and all of them run twice.
  windows: twice(
    [
      { windowOffset: 0, pairs: 8 },
      { windowOffset: 5, pairs: 8 },
      { windowOffset: 2, pairs: 8 },
      { windowOffset: 3, pairs: 9 },
      { windowOffset: 3, pairs: 2 },
      { windowOffset: 19, pairs: 1 },
    ].map((window, i) => ({ ...window, inPlace: i % 2 === 1 })),
  ),
  origins: twice(
    crossed(
      ORIGINS.map((origin) => ({ origin })),
      TARGETS,
    ),
  ),
  // q here and k there; then from here to there and back.
  'mixed-origins': twice([
    { each: [{ origin: 'local' }, { origin: 'allocated' }] },
    { each: [{ origin: 'allocated' }, { origin: 'local' }] },
    { ...OUT, origin: 'local', each: [{ targetOrigin: 'allocated' }] },
    { ...OUT, origin: 'allocated', each: [{ targetOrigin: 'local' }] },
    { ...OUT, origin: 'allocated', each: [{}, { origin: 'local' }] },
    { origin: 'allocated' },
  ]),
  // Rows in arrays of their own, and within larger tables.
  'row-places': crossed(
    [
      { origin: 'local', batchStride: 3 },
      { origin: 'allocated', batchStride: 4 },
    ],
    [{}, { rowsIn: 'local' }, { rowsIn: 'allocated' }, {}],
  ),
}

function originsOf({ origin, each = [], rowsIn }: Turn): readonly (Origin | undefined)[] {
  return [origin, rowsIn, ...each.flatMap((place) => [place.origin, place.targetOrigin])]
}

/** False where there is no such memory; what is claimed of it has cases of its own. */
function isPossible({ backend }: Trial, dtype: DType, turn: Turn): boolean {
  const origins = originsOf(turn)
  const { sharedMemory, dtypes } = backend.capabilities
  if (origins.includes('shared') && !(sharedMemory && 'SharedArrayBuffer' in globalThis)) {
    return false
  }
  if (turn.rowsIn === 'allocated' && !dtypes.includes(dtype === 'float64' ? dtype : 'float32')) {
    return false
  }
  return backend.allocate !== undefined || !origins.includes('allocated')
}

/** A kernel for each plan, compiled when it is first met. */
function keptKernels(trial: Trial): (plan: Plan) => Kernel {
  const kernels = new Map<string, Kernel>()
  return (plan) => {
    const key = JSON.stringify(plan)
    const kernel = kernels.get(key) ?? compileClaimed(trial, plan)
    kernels.set(key, kernel)
    return kernel
  }
}

async function runTurns(trial: Trial, control: RawCall, turns: readonly Turn[]): Promise<void> {
  const kernelOf = keptKernels(trial)
  for (const [i, turn] of turns.entries()) {
    if (!isPossible(trial, control.dtype, turn)) continue
    const call: RawCall = { ...control, ...turn, seed: control.seed + i }
    const prepared = prepare(trial, call)
    await runKernel(trial, kernelOf(prepared.plan), prepared)
    judgeCall(trial, call, prepared)
  }
}

/** The same arrays and the same objects with other rows in them: a decode loop. */
async function refilled(trial: Trial, control: RawCall): Promise<void> {
  const call: RawCall = { ...control, ...OUT }
  const prepared = prepare(trial, call)
  const kernel = compileClaimed(trial, prepared.plan)
  const { cos, sin } = prepared.rotation
  for (let i = 0; i < 3; i++) {
    const rows = randomRows(cos.length, seededRandom(call.seed + 50 + i))
    cos.set(rows.cos)
    sin.set(rows.sin)
    await runKernel(trial, kernel, prepared)
    judgeCall(trial, call, prepared)
  }
}

/** Out of place within one array, and from one array to another, by one kernel. */
async function oneArray(trial: Trial, control: RawCall): Promise<void> {
  const call: RawCall = { ...control, ...OUT, heads: [2] }
  const kernelOf = keptKernels(trial)
  for (const origin of ORIGINS) {
    if (!isPossible(trial, call.dtype, { origin })) continue
    const apart = prepare(trial, { ...call, origin })
    for (const prepared of [joined(trial, call, apart, origin), apart]) {
      await runKernel(trial, kernelOf(prepared.plan), prepared)
      judgeCall(trial, call, prepared)
    }
  }
}

/** The same call with its target behind its source, in one array. */
function joined(trial: Trial, call: RawCall, apart: PreparedCall, origin: Origin): PreparedCall {
  const { placement } = (apart.operands[0] as RawOperand).source
  const { length } = placement
  const arena = createArena(trial.backend, call.dtype, 2 * length, call.seed + 9, origin)
  const { input } = apart.operands[0] as RawOperand
  const source = putTensor(arena, placement, input)
  const target = putTensor(arena, placement, null, length)
  const { data } = arena
  const view = { source: data, sourceOffset: 0, target: data, targetOffset: length }
  return { ...apart, operands: [{ source, target, input }], views: [view] }
}

function reuseCase(
  name: string,
  pairing: PairingName,
  dtype: DType,
  run: (trial: Trial, control: RawCall) => Promise<void>,
): ConformanceCase {
  const id = `reuse/${name}/${pairing}/${dtype}`
  return defineCase('contract', id, async (trial) => {
    needDType(trial, dtype)
    await run(trial, { ...CONTROL, pairing, dtype, seed: seedOf(id) })
  })
}

/** Kernels that are used again and again, with something else each time. */
export function reuseCases(): readonly ConformanceCase[] {
  return KINDS.flatMap(([pairing, dtype]) => [
    ...Object.entries(TURNS).map(([name, turns]) =>
      reuseCase(name, pairing, dtype, (trial, control) => runTurns(trial, control, turns)),
    ),
    reuseCase('refilled-rows', pairing, dtype, refilled),
    reuseCase('one-array', pairing, dtype, oneArray),
  ])
}
