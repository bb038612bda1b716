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
  /** The truth of an operand, in double, worked out when it is first asked for. */
  readonly truthOf: (index: number) => Float64Array
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
  const truths = new Map<number, Float64Array>()
  function truthOf(index: number): Float64Array {
    const numbers = (): Float64Array => toNumbers(dtype, inputs[index] as Elements)
    const sizes = sizesOf(call.heads[index] as number)
    const truth =
      truths.get(index) ?? quickModel(numbers(), 'float64', sizes, window, rows, direction)
    truths.set(index, truth)
    return truth
  }
  return { rotation, rows, inputs, results, truthOf }
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
  if (batch > 1 && placement.strides.batch === 0) {
    writeTensor(memory, { ...placement, sizes: { ...placement.sizes, batch: 1 } }, values)
    return
  }
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

/** One entry that is read for every entry of the batch: what lies in memory once. */
function repeatedOver(batch: number, one: Placement): Placement {
  return { ...one, sizes: { ...one.sizes, batch }, strides: { ...one.strides, batch: 0 } }
}

function place(trial: Trial, call: LargeCall, index: number): LargeOperand {
  const { dtype, batch, tokens, headDim, lead, seed } = call
  const where = placesOf(call)[index] as ReturnType<typeof placesOf>[number]
  const sizes = { batch, tokens, heads: call.heads[index] as number, headDim }
  const put = (placement: Placement, origin: RawCall['origin'], salt: number): Placed => {
    const moved = { ...placement, origin: placement.origin + lead }
    const length = placement.length + lead
    const arena = createArena(trial.backend, dtype, length, seed + salt, origin, GUARD)
    return { arena, placement: moved }
  }
  const { layout, spacing, origin } = where
  const isOne = call.repeated && !where.inPlace
  const whole = placeTensor(isOne ? { ...sizes, batch: 1 } : sizes, layout, spacing)
  const source = put(isOne ? repeatedOver(batch, whole) : whole, origin, 10 * index + 1)
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
  fail(`${what}: ${placeOf(placed, at - placed.arena.lead)} is ${got}, and must be ${wanted}`)
}

/** A GPU's own results, where they are near enough to the truth, are what has to be there. */
function acceptNear(
  trial: Trial,
  call: LargeCall,
  { rows, inputs, results, truthOf }: Expectation,
  index: number,
  { arena, placement }: Placed,
): Elements {
  const { dtype, pairing, windowOffset, pairs, repeated } = call
  const input = inputs[index] as Elements
  const actual = readTensor(arena.data, dtype, placement)
  const batch = repeated ? 1 : placement.sizes.batch
  for (let at = 0; at < actual.length; at += input.length) {
    judge(trial, {
      name: repeated
        ? `operand ${index}, its batch entry ${at / input.length},`
        : `operand ${index}`,
      dtype,
      sizes: { ...placement.sizes, batch },
      window: { pairing, windowOffset, rotaryDim: 2 * pairs },
      input,
      actual: actual.subarray(at, at + input.length),
      model: results[index] as Elements,
      truth: truthOf(index),
      rows,
      rowError: 0,
    })
  }
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
    const isNear = trial.backend.device === 'gpu'
    const model = results[i] as Elements
    const values = isNear ? acceptNear(trial, call, expectation, i, target) : model
    writeTensor(noiseOfData(target.arena), target.placement, values)
    checkArena(`operand ${i}`, call.dtype, target)
    if (target !== source) checkArena(`the input of operand ${i}`, call.dtype, source)
  })
}
