/**
 * Large calls, judged fast: what is expected is worked out once for all variants of a call, written
 * into a copy of the memory as it was, and compared with it in one pass, which sees wrong numbers
 * and stray writes alike.
 */
import type { Rotation } from '../../contract/backend.js'
import type { DType, Elements } from '../../numbers/dtype.js'
import type { LogicalSizes } from '../../reference/logical-tensor.js'
import { fail, type Trial, unsupported } from '../case.js'
import { judge } from '../judge/accept.js'
import { quickModel } from '../judge/quick-model.js'
import { logicalRows, type Rows } from '../judge/rows.js'
import { type Arena, createArena, GUARD, noiseOfData } from '../memory/arena.js'
import { createElements, firstDifference, showElement, toNumbers } from '../memory/elements.js'
import { ordinaryElements } from '../memory/inputs.js'
import { type Placement, placeTensor } from '../memory/placement.js'
import {
  compileClaimed,
  placesOf,
  planPlaced,
  prepare,
  RAW_CONTROL,
  type RawCall,
  rotationOf,
  runKernel,
} from './raw.js'

/** A large call. `input`, `rows` and `rowsIn` are not for it. */
export interface LargeCall extends RawCall {
  readonly via: 'run' | 'async'
  /** Every entry of the batch holds the same numbers, which are worked out for one of them. */
  readonly repeated: boolean
  /** Elements before each operand: so many that it begins on a multiple of 16 bytes, or none. */
  readonly lead: number
}

/** What goes in and what has to come out, in logical order; of one batch entry where all are alike. */
interface Expectation {
  readonly rotation: Rotation
  readonly rows: Rows
  readonly inputs: readonly Elements[]
  readonly results: readonly Elements[]
}

function expect(trial: Trial, call: LargeCall): Expectation {
  const { dtype, tokens, headDim, pairs, windowOffset, pairing, direction, seed } = call
  const { rotation } = rotationOf(trial, call)
  const batch = call.repeated ? 1 : call.batch
  const rows = logicalRows({ batch, tokens }, rotation)
  const window = { pairing, windowOffset, rotaryDim: 2 * pairs }
  const sizesOf = (heads: number): LogicalSizes => ({ batch, tokens, heads, headDim })
  const inputs = call.heads.map((heads, i) =>
    ordinaryElements(dtype, batch * tokens * heads * headDim, seed + i),
  )
  const results = inputs.map((input, i) =>
    quickModel(input, dtype, sizesOf(call.heads[i] as number), window, rows, direction),
  )
  return { rotation, rows, inputs, results }
}

/** The latest expectation: the variants of a call follow one another. */
let known: readonly [string, Expectation] | undefined

function expectationOf(trial: Trial, call: LargeCall): Expectation {
  const { dtype, pairing, direction, batch, tokens, headDim, pairs, windowOffset } = call
  const { heads, batchStride, seed, repeated } = call
  const key = JSON.stringify([
    ...[dtype, pairing, direction, batch, tokens, headDim, pairs, windowOffset],
    ...[heads, batchStride, seed, repeated],
  ])
  if (known?.[0] !== key) known = [key, expect(trial, call)]
  return known[1]
}

/** Calls `visit` with where each head begins, in memory and in logical order. */
function eachHead(
  { sizes, strides, origin }: Placement,
  visit: (at: number, logical: number) => void,
): void {
  const { batch, tokens, heads, headDim } = sizes
  let logical = 0
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < tokens; t++) {
      const token = origin + b * strides.batch + t * strides.token
      for (let h = 0; h < heads; h++, logical += headDim) visit(token + h * strides.head, logical)
    }
  }
}

/** True where memory and logical order are the same. */
function isPlain({ sizes, strides }: Placement): boolean {
  const { tokens, heads, headDim } = sizes
  const { batch, token, head } = strides
  return head === headDim && token === heads * headDim && batch === tokens * heads * headDim
}

/** Writes a tensor whose channels are neighbours; fewer values than it has are repeated. */
function writeTensor(memory: Elements, placement: Placement, values: Elements): void {
  const { batch, tokens, heads, headDim } = placement.sizes
  if (isPlain(placement)) {
    const end = placement.origin + batch * tokens * heads * headDim
    for (let at = placement.origin; at < end; at += values.length) memory.set(values, at)
    return
  }
  eachHead(placement, (at, logical) => {
    const from = logical % values.length
    memory.set(values.subarray(from, from + headDim), at)
  })
}

function readTensor(memory: Elements, dtype: DType, placement: Placement): Elements {
  const { batch, tokens, heads, headDim } = placement.sizes
  const values = createElements(dtype, batch * tokens * heads * headDim)
  eachHead(placement, (at, logical) => values.set(memory.subarray(at, at + headDim), logical))
  return values
}

/** A tensor in memory; `arena.noise` becomes what the memory must hold in the end. */
interface Placed {
  readonly arena: Arena
  readonly placement: Placement
}

interface LargeOperand {
  readonly source: Placed
  readonly target: Placed
}

function place(trial: Trial, call: LargeCall, index: number): LargeOperand {
  const { dtype, batch, tokens, headDim, lead, seed } = call
  const where = placesOf(call)[index] as ReturnType<typeof placesOf>[number]
  const sizes = { batch, tokens, heads: call.heads[index] as number, headDim }
  const put = (placement: Placement, origin: RawCall['origin'], salt: number): Placed => {
    const moved = { ...placement, origin: placement.origin + lead }
    const length = placement.length + lead
    const arena = createArena(trial.backend, dtype, length, seed + salt, origin)
    return { arena, placement: moved }
  }
  const { layout, spacing, origin } = where
  const source = put(placeTensor(sizes, layout, spacing), origin, 10 * index + 1)
  if (where.inPlace) return { source, target: source }
  const { targetLayout = layout, targetSpacing, targetOrigin = origin } = where
  const target = put(placeTensor(sizes, targetLayout, targetSpacing), targetOrigin, 10 * index + 2)
  return { source, target }
}

/** Where an element of a tensor is, for messages; what is no element of it is a stray write. */
function placeOf({ arena, placement }: Placed, index: number): string {
  let found = `memory outside of it, at element ${index} of ${arena.data.length}`
  const { tokens, heads, headDim } = placement.sizes
  eachHead(placement, (at, logical) => {
    if (index < at || index >= at + headDim) return
    const row = logical / headDim
    const token = Math.floor(row / heads)
    const [b, t] = [Math.floor(token / tokens), token % tokens]
    found = `[batch ${b}, token ${t}, head ${row % heads}, channel ${index - at}]`
  })
  return found
}

/** Fails unless all of an arena is what it has to be. */
function checkArena(what: string, dtype: DType, placed: Placed): void {
  const { elements, noise } = placed.arena
  const at = firstDifference(elements, noise)
  if (at === -1) return
  const [got, wanted] = [showElement(dtype, elements, at), showElement(dtype, noise, at)]
  fail(`${what}: ${placeOf(placed, at - GUARD)} is ${got}, and must be ${wanted}`)
}

/** A GPU's own results, where they are near enough to the truth, are what has to be there. */
function acceptNear(
  trial: Trial,
  call: LargeCall,
  { rows }: Expectation,
  [input, model]: readonly [Elements, Elements],
  { arena, placement }: Placed,
): Elements {
  const { dtype, pairing, windowOffset, pairs, direction } = call
  const { sizes } = placement
  const window = { pairing, windowOffset, rotaryDim: 2 * pairs }
  const actual = readTensor(arena.data, dtype, placement)
  const whole = sizes.batch * sizes.tokens * sizes.heads * sizes.headDim
  const all = (values: Elements): Elements => {
    const repeated = createElements(dtype, whole)
    for (let at = 0; at < whole; at += values.length) repeated.set(values, at)
    return repeated
  }
  const turns = (side: Float64Array): Float64Array => {
    const repeated = new Float64Array(sizes.batch * sizes.tokens * pairs)
    for (let at = 0; at < repeated.length; at += side.length) repeated.set(side, at)
    return repeated
  }
  const exact = { cos: turns(rows.cos), sin: turns(rows.sin) }
  const given = all(input)
  judge(trial, {
    name: 'an operand',
    dtype,
    sizes,
    window,
    input: given,
    actual,
    model: all(model),
    truth: quickModel(toNumbers(dtype, given), 'float64', sizes, window, exact, direction),
    rows: exact,
    rowError: 0,
  })
  return actual
}

function start(
  trial: Trial,
  call: LargeCall,
  operands: readonly LargeOperand[],
  rotation: Rotation,
): void | Promise<void> {
  const { plan, views } = planPlaced(call, operands)
  const kernel = compileClaimed(trial, plan)
  if (call.via === 'run') return runKernel(trial, kernel, { views, rotation })
  if (kernel.runAsync === undefined) return unsupported('the kernel has no runAsync')
  return kernel.runAsync({ views, rotation })
}

/** Nothing is worked out for a backend that has no such memory, or no such call. */
function checkClaimed(trial: Trial, call: LargeCall): void {
  const { allocate } = trial.backend
  const { pairing, dtype } = call
  const origins = placesOf(call).flatMap(({ origin, targetOrigin }) => [origin, targetOrigin])
  if (allocate === undefined && origins.includes('allocated'))
    unsupported('the backend has no allocate')
  if (origins.includes('shared') && !trial.backend.capabilities.sharedMemory)
    unsupported('the backend does not claim shared memory')
  if (call.via === 'run') return
  const small = prepare(trial, { ...RAW_CONTROL, pairing, dtype, seed: 1 })
  const { runAsync } = compileClaimed(trial, small.plan)
  if (runAsync === undefined) unsupported('the kernels have no runAsync')
}

/** Runs a large call and judges all of its memory. */
export async function runLarge(trial: Trial, call: LargeCall): Promise<void> {
  checkClaimed(trial, call)
  const expectation = expectationOf(trial, call)
  const { rotation, inputs, results } = expectation
  const operands = call.heads.map((_, index) => place(trial, call, index))
  operands.forEach(({ source: { arena, placement } }, i) => {
    writeTensor(arena.data, placement, inputs[i] as Elements)
    writeTensor(noiseOfData(arena), placement, inputs[i] as Elements)
  })
  const pending = start(trial, call, operands, rotation)
  if (pending !== undefined) await pending
  operands.forEach(({ source, target }, i) => {
    const input = inputs[i] as Elements
    const model = results[i] as Elements
    const isNear = trial.backend.device === 'gpu'
    const values = isNear ? acceptNear(trial, call, expectation, [input, model], target) : model
    writeTensor(noiseOfData(target.arena), target.placement, values)
    checkArena(`operand ${i}`, call.dtype, target)
    if (target !== source) checkArena(`the input of operand ${i}`, call.dtype, source)
  })
}
