/**
 * A plan as the C struct `rope_plan`: four words of 32 bits, then 25 of 64 bits, in the order of
 * packages/kernels/include/rope/plan.h. WebAssembly is little-endian everywhere.
 */
import type { DType } from '@rope/core'
import type { OperandPlan, Plan, Strides } from '@rope/core/backend'

/** Element types of the kernels, by their number in C. */
export const KERNEL_DTYPES: readonly DType[] = ['float32', 'float16', 'bfloat16']

/** Bytes of the struct. */
export const PLAN_BYTES: number = 4 * 4 + 25 * 8

const WORDS_PER_OPERAND = 9
const MOST_OPERANDS = 2

/** What the C side needs of a plan. */
export type PlanNumbers = Omit<Plan, 'memory' | 'operands'> & {
  readonly operands: readonly Omit<OperandPlan, 'sourceSpan' | 'targetSpan'>[]
}

function strideWords({ batch, token, head, channel }: Strides): readonly number[] {
  return [batch, token, head, channel]
}

/** The struct's bytes; the plan's dtype must be one of KERNEL_DTYPES. */
export function planWords(plan: PlanNumbers): Uint8Array {
  const { batch, tokens, headDim, pairs, windowOffset, pairing, operands } = plan
  const bytes = new Uint8Array(PLAN_BYTES)
  const words = new DataView(bytes.buffer)
  const dtype = KERNEL_DTYPES.indexOf(plan.dtype)
  const small = [dtype, plan.direction, plan.inPlace ? 1 : 0, operands.length]
  small.forEach((word, i) => words.setInt32(4 * i, word, true))
  const large = [batch, tokens, headDim, pairs, windowOffset, pairing.step, pairing.partner]
  for (let i = 0; i < MOST_OPERANDS; i++) {
    const operand = operands[i]
    const none = new Array<number>(WORDS_PER_OPERAND).fill(0)
    if (operand === undefined) large.push(...none)
    else large.push(operand.heads, ...strideWords(operand.source), ...strideWords(operand.target))
  }
  large.forEach((word, i) => words.setBigInt64(16 + 8 * i, BigInt(word), true))
  return bytes
}
