/**
 * Copies the channels outside the window from source to target, for plans out of place.
 * Values are moved as bits: reading a float and writing it back may quiet a signalling NaN.
 */
import {
  bufferOf,
  byteLengthOf,
  byteOffsetOf,
  bytesPerElement,
  type Elements,
  type OperandPlan,
  type Plan,
  type View,
} from '@rope/core/backend'

/** Memory as integers of `words` per element. */
interface Words {
  readonly bits: Int32Array | Uint16Array
  readonly words: 1 | 2
}

function wordsOf(elements: Elements, { dtype }: Plan): Words {
  if (bytesPerElement(dtype) === 2) return { bits: elements as Uint16Array, words: 1 }
  const words = bytesPerElement(dtype) === 8 ? 2 : 1
  const count = byteLengthOf(elements) / 4
  // Over memory that is gone no array can be made, nor is one needed: the plan touches nothing of it.
  if (count === 0) return { bits: new Int32Array(0), words }
  return { bits: new Int32Array(bufferOf(elements), byteOffsetOf(elements), count), words }
}

/** The first and last + 1 channel of each stretch outside the window. */
function stretches(plan: Plan): readonly (readonly [number, number])[] {
  const end = plan.windowOffset + 2 * plan.pairs
  const before = [0, plan.windowOffset] as const
  const after = [end, plan.headDim] as const
  return [before, after].filter(([from, to]) => from < to)
}

/** True when a plan has channels outside its window. */
export function hasPassThrough(plan: Plan): boolean {
  return stretches(plan).length > 0
}

function copyHead(
  from: Words,
  source: number,
  fromStep: number,
  to: Words,
  target: number,
  toStep: number,
  channels: readonly [number, number],
): void {
  const { words } = from
  for (let channel = channels[0]; channel < channels[1]; channel++) {
    for (let word = 0; word < words; word++) {
      to.bits[(target + channel * toStep) * words + word] = from.bits[
        (source + channel * fromStep) * words + word
      ] as number
    }
  }
}

/** Copies what one operand's rotation leaves alone. */
export function copyPassThrough(plan: Plan, operand: OperandPlan, view: View): void {
  const from = wordsOf(view.source, plan)
  const to = wordsOf(view.target, plan)
  const { source, target } = operand
  for (const channels of stretches(plan)) {
    for (let b = 0; b < plan.batch; b++) {
      for (let t = 0; t < plan.tokens; t++) {
        for (let h = 0; h < operand.heads; h++) {
          const read = view.sourceOffset + b * source.batch + t * source.token + h * source.head
          const write = view.targetOffset + b * target.batch + t * target.token + h * target.head
          copyHead(from, read, source.channel, to, write, target.channel, channels)
        }
      }
    }
  }
}
