/**
 * Which access a call can use: the widest one by which every operand's memory can be walked so
 * that each invocation owns whole words.
 */
import type { Plan, Strides } from '@rope/core/backend'
import { type Access, elementsOf, type GpuDType } from '../shader/spec.js'
import { pairingName } from './geometry.js'

/** Where an operand begins, in elements from the start of its buffers. */
export interface Offsets {
  readonly source: number
  readonly target: number
}

/** Everything that must be a multiple of the elements of an access. */
function distances(plan: Plan, strides: Strides, heads: number): readonly number[] {
  return [
    ...(plan.batch > 1 ? [strides.batch] : []),
    ...(plan.tokens > 1 ? [strides.token] : []),
    ...(heads > 1 ? [strides.head] : []),
  ]
}

function windowDistances(plan: Plan): readonly number[] {
  const { windowOffset, pairs, headDim, inPlace } = plan
  const window = [windowOffset, pairingName(plan) === 'half' ? pairs : 2 * pairs]
  return inPlace ? window : [...window, headDim]
}

/** The widest access for a plan whose operands begin at these offsets. */
export function chooseAccess(plan: Plan, offsets: readonly Offsets[]): Access {
  const name = pairingName(plan)
  const neighbours = plan.operands.every(
    ({ source, target }) => source.channel === 1 && target.channel === 1,
  )
  if (!neighbours || name === null) return 'element'
  const all = [
    ...windowDistances(plan),
    ...plan.operands.flatMap((operand, i) => [
      offsets[i]?.source ?? 0,
      offsets[i]?.target ?? 0,
      ...distances(plan, operand.source, operand.heads),
      ...distances(plan, operand.target, operand.heads),
    ]),
  ]
  const dtype = plan.dtype as GpuDType
  // A word of float32 is an element; interleaved pairs of float32 need two words.
  const candidates: readonly Access[] =
    dtype === 'float32' ? ['vec4', 'vec2'] : ['vec4', 'vec2', 'word']
  return (
    candidates.find((access) =>
      all.every((distance) => distance % elementsOf(access, dtype) === 0),
    ) ?? 'element'
  )
}
