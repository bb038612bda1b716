/**
 * The backend contract without a rope: plans written by hand, rows that belong to no schedule,
 * kernels run directly. What a rope would never ask for can be asked for here.
 */
import { BoundedMap } from '../../bounded-map.js'
import { show } from '../../check.js'
import type {
  Kernel,
  KernelCall,
  OperandPlan,
  Plan,
  Rotation,
  Span,
  Strides,
  View,
} from '../../contract/backend.js'
import { type PairingName, resolvePairing } from '../../contract/pairing.js'
import type { DType, Elements } from '../../numbers/dtype.js'
import type { Layout } from '../../plan/tensor.js'
import type { LogicalSizes, LogicalWindow } from '../../reference/logical-tensor.js'
import { check, type Trial, unsupported } from '../case.js'
import { judge } from '../judge/accept.js'
import { quickModel } from '../judge/quick-model.js'
import { logicalRows, type Rows } from '../judge/rows.js'
import {
  type Arena,
  checkCanaries,
  checkUnchanged,
  createArena,
  type Origin,
  type PlacedTensor,
  putTensor,
  readTensor,
  snapshot,
} from '../memory/arena.js'
import { toNumbers } from '../memory/elements.js'
import { ordinaryElements, randomRows } from '../memory/inputs.js'
import { type Placement, placeTensor, type Spacing } from '../memory/placement.js'
import { seededRandom } from '../memory/random.js'

/** Where one operand of a call lies. */
export interface OperandPlace {
  readonly inPlace: boolean
  readonly layout: Layout
  readonly spacing: Spacing
  readonly origin: Origin
  /** Out of place; layout and origin are those of the source where they are absent. */
  readonly targetLayout?: Layout
  readonly targetSpacing: Spacing
  readonly targetOrigin?: Origin
}

/** One kernel call, as data. */
export interface RawCall extends OperandPlace {
  readonly dtype: DType
  readonly pairing: PairingName
  readonly batch: number
  readonly tokens: number
  readonly headDim: number
  readonly pairs: number
  readonly windowOffset: number
  readonly direction: 1 | -1
  /** Head counts of the operands. */
  readonly heads: readonly number[]
  /** What differs for single operands, by their index. */
  readonly each?: readonly Partial<OperandPlace>[]
  /** Rows from one batch entry to the next. */
  readonly batchStride: number
  readonly seed: number
  /** Elements of the first operand, in logical order; ordinary numbers when absent. */
  readonly input?: Elements
  /** Rows; random ones when absent. */
  readonly rows?: Rows
  /** The memory of a larger table, in which the rows are two views; two whole arrays when absent. */
  readonly rowsIn?: Origin
  /** The one of the two that is a whole array all the same. */
  readonly rowAlone?: 'cos' | 'sin'
}

/** A call with ordinary numbers in ordinary places; cases say what differs. */
export const RAW_CONTROL: Omit<RawCall, 'dtype' | 'pairing' | 'seed'> = {
  batch: 1,
  tokens: 2,
  headDim: 16,
  pairs: 8,
  windowOffset: 0,
  direction: 1,
  heads: [3],
  inPlace: true,
  layout: 'bshd',
  spacing: 'dense',
  targetSpacing: 'dense',
  origin: 'local',
  batchStride: 0,
}

/** An operand in memory. */
export interface RawOperand {
  readonly source: PlacedTensor
  readonly target: PlacedTensor
  readonly input: Elements
}

/** A plan with the memory and rows it is run on. */
export interface PreparedCall {
  readonly plan: Plan
  readonly operands: readonly RawOperand[]
  readonly views: readonly View[]
  readonly rotation: Rotation
  /** The table that the rows are views of, if they are. */
  readonly table?: Arena
}

function spanOf(sizes: LogicalSizes, strides: Strides): Span {
  const { batch, tokens, heads, headDim } = sizes
  if (batch * tokens * heads * headDim === 0) return { low: 0, high: -1 }
  const reaches = [
    (batch - 1) * strides.batch,
    (tokens - 1) * strides.token,
    (heads - 1) * strides.head,
    (headDim - 1) * strides.channel,
  ]
  const sum = (wanted: (reach: number) => boolean): number =>
    reaches.filter(wanted).reduce((total, reach) => total + reach, 0)
  return { low: sum((reach) => reach < 0), high: sum((reach) => reach > 0) }
}

/** The operand of a plan for tensors in these places. */
export function operandPlan(sizes: LogicalSizes, source: Strides, target: Strides): OperandPlan {
  return Object.freeze({
    heads: sizes.heads,
    source: Object.freeze({ ...source }),
    target: Object.freeze({ ...target }),
    sourceSpan: Object.freeze(spanOf(sizes, source)),
    targetSpan: Object.freeze(spanOf(sizes, target)),
  })
}

/** The plan of a call whose operands have been placed. */
export function planOf(call: RawCall, operands: readonly OperandPlan[]): Plan {
  const { dtype, pairing, batch, tokens, headDim, pairs, windowOffset, direction } = call
  const places = placesOf(call)
  const isShared = places.some(
    ({ inPlace, origin, targetOrigin = origin }) =>
      origin === 'shared' || (!inPlace && targetOrigin === 'shared'),
  )
  return Object.freeze({
    dtype,
    batch,
    tokens,
    headDim,
    pairs,
    windowOffset,
    pairing: Object.freeze(resolvePairing(pairing, pairs)),
    direction,
    inPlace: places.every(({ inPlace }) => inPlace),
    memory: isShared ? 'shared' : 'local',
    operands: Object.freeze([...operands]),
  })
}

/** Where each operand of a call lies. */
export function placesOf(call: RawCall): readonly OperandPlace[] {
  return call.heads.map((_, index) => ({ ...call, ...call.each?.[index] }))
}

function placeOperand(trial: Trial, call: RawCall, place: OperandPlace, index: number): RawOperand {
  const { dtype, batch, tokens, headDim } = call
  const heads = call.heads[index] as number
  const sizes = { batch, tokens, heads, headDim }
  const seed = call.seed + 100 * index
  const given = index === 0 ? call.input : undefined
  const input = given ?? ordinaryElements(dtype, batch * tokens * heads * headDim, seed)
  const put = (
    placement: Placement,
    from: Origin,
    values: Elements | null,
    salt: number,
  ): PlacedTensor => {
    const arena = createArena(trial.backend, dtype, placement.length, seed + salt, from)
    return putTensor(arena, placement, values)
  }
  const { layout, spacing, origin } = place
  const source = put(placeTensor(sizes, layout, spacing), origin, input, 1)
  if (place.inPlace) return { source, target: source, input }
  const { targetLayout = layout, targetSpacing, targetOrigin = origin } = place
  const target = put(placeTensor(sizes, targetLayout, targetSpacing), targetOrigin, null, 2)
  return { source, target, input }
}

/** Elements before, between and after the rows in a larger table: an odd number. */
const ROWS_APART = 5

type RotationMemory = Pick<PreparedCall, 'rotation' | 'table'>

/** Rows in the precision of the dtype, `batchStride` rows apart for each batch entry. */
export function rotationOf({ backend }: Trial, call: RawCall): RotationMemory {
  const { dtype, batch, tokens, pairs, batchStride, rowsIn, rowAlone, seed } = call
  const rows = (batch - 1) * batchStride + tokens
  const length = Math.max(0, rows) * pairs
  const { cos, sin } = call.rows ?? randomRows(rows * pairs, seededRandom(seed + 7))
  const precision = dtype === 'float64' ? 'float64' : 'float32'
  const shape = { pairs, rows, batchStride }
  if (rowsIn === undefined) {
    const Kind = precision === 'float64' ? Float64Array : Float32Array
    return { rotation: { ...shape, cos: new Kind(cos), sin: new Kind(sin) } }
  }
  const table = createArena(backend, precision, 2 * length + ROWS_APART, seed + 8, rowsIn)
  const data = table.data as Rotation['cos']
  const views = { cos: data.subarray(0, length), sin: data.subarray(length + ROWS_APART) }
  views.cos.set(cos)
  views.sin.set(sin)
  if (rowAlone !== undefined) views[rowAlone] = views[rowAlone].slice()
  return { rotation: { ...shape, ...views }, table }
}

/** Memory that a backend allocates may be shared, without the call asking for it. */
function isShared({ source, target }: View): boolean {
  return [source, target].some(
    ({ buffer }) => Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]',
  )
}

/** The two sides of an operand that has been placed. */
type Sides = Readonly<Record<'source' | 'target', Pick<PlacedTensor, 'arena' | 'placement'>>>

/** The plan of a call on operands that have been placed, and their views. */
export function planPlaced(
  call: RawCall,
  operands: readonly Sides[],
): Pick<PreparedCall, 'plan' | 'views'> {
  const plans = operands.map(({ source, target }) =>
    operandPlan(source.placement.sizes, source.placement.strides, target.placement.strides),
  )
  const views = operands.map(({ source, target }) => ({
    source: source.arena.data,
    sourceOffset: source.placement.origin,
    target: target.arena.data,
    targetOffset: target.placement.origin,
  }))
  const memory = views.some(isShared) ? 'shared' : 'local'
  return {
    plan: Object.freeze({ ...planOf(call, plans), memory }),
    views: Object.freeze(views),
  }
}

/** Memory, plan and rows of a call. */
export function prepare(trial: Trial, call: RawCall): PreparedCall {
  const operands = placesOf(call).map((place, index) => placeOperand(trial, call, place, index))
  return { ...planPlaced(call, operands), operands, ...rotationOf(trial, call) }
}

/** What has to come out of a call, whatever memory it is made on. */
interface Expected {
  readonly rows: Rows
  /** Of each operand, in logical order. */
  readonly inputs: readonly Elements[]
  readonly models: readonly Elements[]
  readonly truths: readonly Float64Array[]
}

function expect(
  { pairing }: RawCall,
  { plan, operands, rotation }: Pick<PreparedCall, 'plan' | 'operands' | 'rotation'>,
): Expected {
  const { dtype, direction } = plan
  const rows = logicalRows(plan, rotation)
  const window = windowOf(pairing, plan)
  const inputs = operands.map(({ input }) => input)
  const turn = <Data extends Elements>(values: Data, type: DType, index: number): Data => {
    const { sizes } = (operands[index] as RawOperand).source.placement
    return quickModel(values, type, sizes, window, rows, direction)
  }
  return {
    rows,
    inputs,
    models: inputs.map((input, i) => turn(input, dtype, i)),
    truths: inputs.map((input, i) => turn(toNumbers(dtype, input), 'float64', i)),
  }
}

function windowOf(pairing: PairingName, { windowOffset, pairs }: Plan): LogicalWindow {
  return { pairing, windowOffset, rotaryDim: 2 * pairs }
}

/** Judges what a kernel left in memory. */
export function judgeCall(
  trial: Trial,
  call: RawCall,
  prepared: PreparedCall,
  { rows, inputs, models, truths }: Expected = expect(call, prepared),
): void {
  const { plan, operands } = prepared
  operands.forEach(({ source, target }, index) => {
    judge(trial, {
      name: `operand ${index}`,
      dtype: plan.dtype,
      sizes: source.placement.sizes,
      window: windowOf(call.pairing, plan),
      input: inputs[index] as Elements,
      actual: readTensor(target),
      model: models[index] as Elements,
      truth: truths[index] as Float64Array,
      rows,
      rowError: 0,
    })
    checkCanaries(target.arena)
  })
}

/** The latest expectations: variants of a call differ in memory alone, and follow one another. */
const expectations = new BoundedMap<string, Expected>(16)

const numbered = new WeakMap<object, number>()
let numbers = 0

/** A number for a value that is given as it is; 0 for none. */
function numberOf(given: object | undefined): number {
  if (given === undefined) return 0
  const number = numbered.get(given) ?? ++numbers
  numbered.set(given, number)
  return number
}

/** Of a call as it was prepared. */
function expectationOf(call: RawCall, prepared: PreparedCall): Expected {
  const { dtype, pairing, direction, batch, tokens, headDim, pairs, windowOffset } = call
  const { heads, batchStride, seed, input, rows } = call
  const key = [
    ...[dtype, pairing, direction, batch, tokens, headDim, pairs, windowOffset],
    ...[heads.length, ...heads, batchStride, seed, numberOf(input), numberOf(rows)],
  ].join()
  return expectations.recall(key, () => expect(call, prepared))
}

/** Compiles a plan that the backend claims; it must agree. Shared memory it may not claim. */
export function compileClaimed(trial: Trial, plan: Plan): Kernel {
  const support = trial.backend.supports(plan)
  if (plan.memory === 'shared' && !trial.backend.capabilities.sharedMemory) {
    check(!support.ok, () => 'supports() accepts shared memory, which is not claimed')
    unsupported('the backend does not claim shared memory')
  }
  check(
    support.ok,
    () => `supports() refuses a plan that the capabilities claim: ${JSON.stringify(support)}`,
  )
  return trial.backend.compile(plan)
}

/**
 * Runs a kernel. On a CPU it has finished when it returns, and returns nothing; the caller waits
 * for a GPU and for nobody else, so that a late kernel is found out.
 */
export function runKernel(trial: Trial, kernel: Kernel, call: KernelCall): void | Promise<void> {
  const pending: unknown = kernel.run(call)
  if (trial.backend.device === 'gpu') return pending as Promise<void>
  check(
    pending === undefined,
    () => `a CPU kernel must have finished when it returns; it returned ${show(pending)}`,
  )
}

/** Runs a call and judges it: results, canaries, untouched inputs and untouched rows. */
export async function runRaw(trial: Trial, call: RawCall): Promise<void> {
  const prepared = prepare(trial, call)
  const { plan, operands, rotation, table } = prepared
  const expected = expectationOf(call, prepared)
  const before = operands.map(({ source }) => snapshot(source.arena))
  const { cos, sin } = rotation
  const rowsBefore = [cos.slice(), sin.slice()]
  const tableBefore = table === undefined ? undefined : snapshot(table)
  const pending = runKernel(trial, compileClaimed(trial, plan), prepared)
  if (pending !== undefined) await pending
  judgeCall(trial, call, prepared, expected)
  operands.forEach(({ source, target }, index) => {
    if (source === target) return
    checkUnchanged(source.arena, before[index] as Elements, `the input of operand ${index}`)
  })
  ;[cos, sin].forEach((row, index) => {
    const same = row.every((value, i) => Object.is(value, rowsBefore[index]?.[i]))
    check(same, () => 'the kernel wrote to the rows of cos and sin')
  })
  if (table !== undefined) checkUnchanged(table, tableBefore as Elements, 'the table of the rows')
}
