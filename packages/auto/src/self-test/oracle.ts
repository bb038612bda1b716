/**
 * The right answer to a vector, by the formula and nothing else: the evidence of a failed self-test
 * names the first element that differs. Each product and each sum is rounded once.
 */
import type { DType } from '@rope/core'
import {
  decodeBFloat16,
  decodeFloat16,
  type Elements,
  encodeBFloat16,
  encodeFloat16,
  type OperandPlan,
  type Plan,
  type Rotation,
  type View,
} from '@rope/core/backend'

/** How numbers of a dtype are read, rounded after each operation, and written. */
interface Arithmetic {
  readonly read: (stored: number) => number
  readonly round: (exact: number) => number
  readonly write: (value: number) => number
}

const keep = (value: number): number => value

const ARITHMETIC: Readonly<Record<DType, Arithmetic>> = {
  float64: { read: keep, round: keep, write: keep },
  float32: { read: keep, round: Math.fround, write: keep },
  float16: { read: decodeFloat16, round: Math.fround, write: encodeFloat16 },
  bfloat16: { read: decodeBFloat16, round: Math.fround, write: encodeBFloat16 },
}

/** The number that an element stands for. */
export function numberOf(dtype: DType, stored: number): number {
  return ARITHMETIC[dtype].read(stored)
}

/** Visits every pair of an operand: where x and y are read and written, and the pair's row element. */
export function visitPairs(
  plan: Plan,
  operand: OperandPlan,
  view: View,
  visit: (x: number, y: number, toX: number, toY: number, row: number) => void,
): void {
  const { step, partner } = plan.pairing
  for (let token = 0; token < plan.tokens; token++) {
    for (let head = 0; head < operand.heads; head++) {
      const read = view.sourceOffset + token * operand.source.token + head * operand.source.head
      const write = view.targetOffset + token * operand.target.token + head * operand.target.head
      for (let pair = 0; pair < plan.pairs; pair++) {
        const channel = plan.windowOffset + pair * step
        const x = read + channel
        const toX = write + channel
        visit(x, x + partner, toX, toX + partner, token * plan.pairs + pair)
      }
    }
  }
}

/** What the target memory of a call must hold afterwards: a new array, all of it. */
export function rightAnswer(plan: Plan, views: readonly View[], rotation: Rotation): Elements {
  const { read, round, write } = ARITHMETIC[plan.dtype]
  const [first] = views as readonly [View]
  const source = first.source.slice()
  const answer = first.target.slice()
  plan.operands.forEach((operand, i) => {
    const view = views[i] as View
    if (!plan.inPlace) copyOperand(operand, view, source, answer)
    visitPairs(plan, operand, view, (x, y, toX, toY, row) => {
      const cos = rotation.cos[row] as number
      const sin = plan.direction * (rotation.sin[row] as number)
      const real = read(source[x] as number)
      const imaginary = read(source[y] as number)
      answer[toX] = write(round(round(real * cos) - round(imaginary * sin)))
      answer[toY] = write(round(round(imaginary * cos) + round(real * sin)))
    })
  })
  return answer
}

/** The vectors are dense, so that an operand is one range. */
function copyOperand(operand: OperandPlan, view: View, source: Elements, answer: Elements): void {
  const length = operand.sourceSpan.high + 1
  const from = source.subarray(view.sourceOffset, view.sourceOffset + length)
  answer.set(from as Float32Array, view.targetOffset)
}
