/**
 * A plan as the C struct `rope_plan`: four words of 32 bits, then 25 of 64 bits, in the order and
 * the byte order of this machine. packages/kernels/include/rope/plan.h is the other side.
 */
import type { DType } from '@rope/core'
import type { OperandPlan, Plan, Strides } from '@rope/core/backend'

/** Element types of the kernels, by their number in C. */
export const KERNEL_DTYPES: readonly DType[] = ['float32', 'float16', 'bfloat16']

const STRIDES = ['batch', 'token', 'head', 'channel'] as const satisfies readonly (keyof Strides)[]

const OPERANDS = 2

function operandWords({ heads, source, target }: OperandPlan): readonly number[] {
  const strides = [source, target].flatMap((side) => STRIDES.map((axis) => side[axis]))
  return [heads, ...strides]
}

/** The struct's bytes; the plan's dtype must be one of KERNEL_DTYPES. */
export function planWords(plan: Plan): Uint8Array {
  const { batch, tokens, headDim, pairs, windowOffset, pairing, operands } = plan
  const words32 = [
    KERNEL_DTYPES.indexOf(plan.dtype),
    plan.direction,
    plan.inPlace ? 1 : 0,
    operands.length,
  ]
  const words64 = [batch, tokens, headDim, pairs, windowOffset, pairing.step, pairing.partner]
  const none = new Array<number>(9).fill(0)
  for (let i = 0; i < OPERANDS; i++) {
    const operand = operands[i]
    words64.push(...(operand === undefined ? none : operandWords(operand)))
  }
  const bytes = new Uint8Array(4 * words32.length + 8 * words64.length)
  new Int32Array(bytes.buffer, 0, words32.length).set(words32)
  new BigInt64Array(bytes.buffer, 16, words64.length).set(words64.map(BigInt))
  return bytes
}
