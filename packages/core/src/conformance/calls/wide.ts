/**
 * Calls that are large and cost little: heads are wide, and a narrow window of them turns. They
 * reach whatever a backend does with large calls only (threads, slices of time), while hardly any
 * of their memory is ever touched. Always float32, in place, one operand.
 */
import type { Backend, Plan, Rotation, View } from '../../contract/backend.js'
import type { Elements } from '../../numbers/dtype.js'
import type { LogicalSizes, LogicalWindow } from '../../reference/logical-tensor.js'
import { check, type Trial } from '../case.js'
import { quickModel } from '../judge/quick-model.js'
import { acquire, type Origin } from '../memory/arena.js'
import { bitsOf } from '../memory/elements.js'
import { randomRows } from '../memory/inputs.js'
import { seededRandom } from '../memory/random.js'
import { operandPlan, planOf, RAW_CONTROL } from './raw.js'

/** The sizes of a wide call; the window begins at the first channel. */
export interface WideShape {
  readonly tokens: number
  readonly heads: number
  readonly headDim: number
  readonly pairs: number
}

/**
 * A call that a CPU backend with so many threads finds too large to make at once: some make all that
 * takes a millisecond, 4 MB for each thread, without giving way. A GPU is given a small one.
 */
export function largeShape({ device, capabilities }: Backend): WideShape {
  if (device === 'gpu') return { tokens: 64, heads: 2, headDim: 64, pairs: 8 }
  const tokens = 96 * Math.min(capabilities.threads + 2, 18) + 5
  return { tokens, heads: 1, headDim: 16400, pairs: 8 }
}

/** A plan on memory of its own. */
export interface WideCall {
  readonly plan: Plan
  readonly views: readonly View[]
  readonly data: Elements
  /** The tensor that the windows make up together, dense. */
  readonly sizes: LogicalSizes
  readonly window: LogicalWindow
}

/** A plan and zeros to run it on. */
export function wideCall(trial: Trial, shape: WideShape, origin: Origin): WideCall {
  const { tokens, heads, headDim, pairs } = shape
  const data = acquire(trial.backend, 'float32', tokens * heads * headDim, origin)
  const strides = { batch: 0, token: heads * headDim, head: headDim, channel: 1 }
  const operand = operandPlan({ batch: 1, tokens, heads, headDim }, strides, strides)
  const call = { ...RAW_CONTROL, ...shape, dtype: 'float32', pairing: 'half', seed: 0 } as const
  const plan = { ...planOf({ ...call, heads: [heads], origin }, [operand]) }
  return {
    plan,
    views: [{ source: data, sourceOffset: 0, target: data, targetOffset: 0 }],
    data,
    sizes: { batch: 1, tokens, heads, headDim: 2 * pairs },
    window: { pairing: 'half', windowOffset: 0, rotaryDim: 2 * pairs },
  }
}

/** Rows of its own for every token. */
export function wideRows({ plan }: WideCall, seed: number): Rotation {
  const { cos, sin } = randomRows(plan.tokens * plan.pairs, seededRandom(seed))
  return {
    pairs: plan.pairs,
    rows: plan.tokens,
    batchStride: 0,
    cos: new Float32Array(cos),
    sin: new Float32Array(sin),
  }
}

/** Writes the windows. */
export function writeWindows({ plan, data, sizes }: WideCall, values: Float32Array): void {
  const width = sizes.headDim
  for (let head = 0; head < sizes.tokens * sizes.heads; head++) {
    data.set(values.subarray(head * width, (head + 1) * width), head * plan.headDim)
  }
}

/** What the windows hold. */
function readWindows({ plan, data, sizes }: WideCall): Float32Array {
  const width = sizes.headDim
  const values = new Float32Array(sizes.tokens * sizes.heads * width)
  for (let head = 0; head < sizes.tokens * sizes.heads; head++) {
    const at = head * plan.headDim
    values.set(data.subarray(at, at + width), head * width)
  }
  return values
}

/** What the windows must hold after a call. */
export function turned(
  { sizes, window }: WideCall,
  values: Float32Array,
  rows: Rotation,
): Float32Array {
  return quickModel(values, 'float32', sizes, window, rows, 1)
}

/** Fails unless the windows hold these numbers, bit for bit. */
export function checkWindows(call: WideCall, expected: Float32Array, what: string): void {
  const actual = bitsOf(readWindows(call))
  const wanted = bitsOf(expected)
  const at = actual.findIndex((bits: number | bigint, i: number) => bits !== wanted[i])
  if (at === -1) return
  const { headDim, heads } = call.sizes
  check(false, () => {
    const head = Math.floor(at / headDim)
    const place = `token ${Math.floor(head / heads)}, head ${head % heads}, channel ${at % headDim}`
    return `${what}: other bits than the model's, at ${place}`
  })
}

/** Fails if a channel outside the windows is no longer zero. */
export function checkOutside({ plan, data, sizes }: WideCall): void {
  for (let head = 0; head < sizes.tokens * sizes.heads; head++) {
    const at = head * plan.headDim
    for (let i = at + sizes.headDim; i < at + plan.headDim; i++) {
      check(data[i] === 0, () => `memory outside the window was written, at element ${i}`)
    }
  }
}
