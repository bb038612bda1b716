/**
 * Calls as arguments of the addon: what is checked before, and what is said when the addon finds
 * that an argument does not hold what the kernel would touch.
 */
import { type Plan, RopeError, type Rotation, type View } from '@rope/core'
import type { CallArguments, WrongArgument } from './addon.js'

/** Every view of a call and its tables, in the order of the addon. */
export function callArguments(views: readonly View[], rotation: Rotation): CallArguments {
  const [first, second] = views as readonly [View, View?]
  const { cos, sin, batchStride } = rotation
  const { source, sourceOffset, target, targetOffset } = first
  const start = [cos, sin, batchStride, source, sourceOffset, target, targetOffset] as const
  if (second === undefined) return start
  return [...start, second.source, second.sourceOffset, second.target, second.targetOffset]
}

/**
 * True when all arrays of a call have elements of the right size and the rows the right length.
 * The addon takes that for granted: there, the same question costs more than a decode step.
 */
export function hasRightElements(
  views: readonly View[],
  rotation: Rotation,
  size: number,
  pairs: number,
): boolean {
  for (let i = 0; i < views.length; i++) {
    const { source, target } = views[i] as View
    if (source.BYTES_PER_ELEMENT !== size || target.BYTES_PER_ELEMENT !== size) return false
  }
  const { cos, sin } = rotation
  return cos.BYTES_PER_ELEMENT === 4 && sin.BYTES_PER_ELEMENT === 4 && rotation.pairs === pairs
}

/** The error for arrays of the wrong kind. */
export function wrongElements({ dtype, pairs }: Plan): RopeError {
  const kind = dtype === 'float32' ? 'Float32Array' : 'Uint16Array'
  return new RopeError(
    'INVALID_TENSOR',
    `the kernel was compiled for ${dtype} and ${pairs} pairs; give it ${kind} views and Float32Array rows of ${pairs} pairs`,
  )
}

const TABLES = ['', 'rotation.cos', 'rotation.sin', 'rotation.batchStride']
const SIDES = ['source', 'source', 'target', 'target'] as const

/** The error for an argument that does not hold what the kernel would touch. */
export function wrongArgument(wrong: WrongArgument, plan: Plan, views: readonly View[]): RopeError {
  const table = TABLES[wrong]
  if (table !== undefined) {
    const message = `${table} does not reach all rows of ${plan.batch} x ${plan.tokens} tokens; give the rotation that was made for this plan`
    return new RopeError('INVALID_TENSOR', message, { field: table })
  }
  const at = wrong - TABLES.length
  const index = Math.floor(at / SIDES.length)
  const side = SIDES[at % SIDES.length] as 'source' | 'target'
  const field = `views[${index}].${side}`
  const view = views[index] as View
  const span = (plan.operands[index] as Plan['operands'][number])[`${side}Span`]
  const offset = view[`${side}Offset`]
  const { length } = view[side]
  const why = length === 0 ? ' (an empty array may have been detached by a transfer)' : ''
  return new RopeError(
    'INVALID_TENSOR',
    `${field} has ${length} elements, but the plan reaches from ${offset + span.low} to ${offset + span.high}; give memory that holds them${why}`,
    { field },
  )
}
