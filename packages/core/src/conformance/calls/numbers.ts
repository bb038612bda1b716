/**
 * The public API with plain numbers in and out, for cases that are about mathematics and not about
 * memory: numbers are rounded to the dtype, rotated in place, and read back.
 */
import { type RopeOptions, resolveConfig } from '../../config/config.js'
import type { DType } from '../../numbers/dtype.js'
import type { Layout, Tensor } from '../../plan/tensor.js'
import type { Positions } from '../../positions/forms.js'
import { check, type Trial, unsupported } from '../case.js'
import { type Allowance, allowance, ROW_ERROR } from '../judge/accept.js'
import { elementsFrom, toNumbers } from '../memory/elements.js'
import { perform, subjectRope } from './perform.js'

/** A dense tensor of numbers. */
export interface NumberTensor {
  readonly layout: Layout
  readonly shape: readonly number[]
  readonly values: ArrayLike<number>
}

/** One rotation of numbers. */
export interface NumberCall {
  readonly options: RopeOptions
  readonly dtype: DType
  readonly q: NumberTensor
  readonly positions: Positions
  readonly inverse?: boolean
}

/** Ends the case as unsupported when the backend does not claim a dtype; refusals have their own cases. */
export function needDType({ backend }: Trial, dtype: DType): void {
  if (!backend.capabilities.dtypes.includes(dtype))
    unsupported(`the backend does not claim ${dtype}`)
}

/** What the dtype keeps of the numbers: the input that is really rotated. */
export function storable(dtype: DType, values: ArrayLike<number>): Float64Array {
  return toNumbers(dtype, elementsFrom(dtype, values))
}

/** Rotates numbers with the subject. */
export async function rotateNumbers(trial: Trial, call: NumberCall): Promise<Float64Array> {
  const { options, dtype, q, positions, inverse = false } = call
  const data = elementsFrom(dtype, q.values)
  const tensor: Tensor = { data, dtype, shape: q.shape, layout: q.layout }
  const rope = await subjectRope(trial, resolveConfig(options))
  try {
    await perform(rope, trial.backend.device, {
      via: 'direct',
      tensors: { q: tensor, inverse },
      positions,
    })
  } finally {
    rope.dispose()
  }
  return toNumbers(dtype, data)
}

/** What one rotation may be off by in a dtype, the rows' error included. */
export function rotationAllowance(trial: Trial, dtype: DType): Allowance {
  return allowance(
    dtype,
    trial.backend.device,
    ROW_ERROR[dtype === 'float64' ? 'float64' : 'float32'],
  )
}

/** Fails unless every number is within its own distance of what it should be. */
export function checkClose(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  distance: (index: number) => number,
): void {
  check(
    actual.length === expected.length,
    () => `${what}: ${actual.length} numbers, not ${expected.length}`,
  )
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs((actual[i] as number) - (expected[i] as number))
    check(off <= distance(i), () => {
      const allowed = distance(i).toExponential(2)
      return `${what}, number ${i}: got ${actual[i]}, expected ${expected[i]}, off by ${off.toExponential(2)}, allowed ${allowed}`
    })
  }
}

/** Pairs (1, 0) for `tokens` tokens: rotating them shows A cos and A sin. */
export function unitPairs(
  pairing: 'half' | 'interleaved',
  pairs: number,
  headDim: number,
  tokens: number,
): Float64Array {
  const values = new Float64Array(tokens * headDim)
  for (let t = 0; t < tokens; t++) {
    for (let i = 0; i < pairs; i++) values[t * headDim + (pairing === 'half' ? i : 2 * i)] = 1
  }
  return values
}

/** What `unitPairs` became: cos and sin per token and pair. */
export function readUnitPairs(
  rotated: ArrayLike<number>,
  pairing: 'half' | 'interleaved',
  pairs: number,
  headDim: number,
): { readonly cos: Float64Array; readonly sin: Float64Array } {
  const tokens = rotated.length / headDim
  const cos = new Float64Array(tokens * pairs)
  const sin = new Float64Array(tokens * pairs)
  for (let t = 0; t < tokens; t++) {
    for (let i = 0; i < pairs; i++) {
      const x = t * headDim + (pairing === 'half' ? i : 2 * i)
      cos[t * pairs + i] = rotated[x] as number
      sin[t * pairs + i] = rotated[x + (pairing === 'half' ? pairs : 1)] as number
    }
  }
  return { cos, sin }
}
