/**
 * Calls as arguments of the addon: what is checked before, and what is said when the addon finds
 * that an argument does not hold what the kernel would touch.
 */

import { RopeError } from '@rope/core'
import {
  type KernelCall,
  kindOf,
  lengthOf,
  type Plan,
  type Rotation,
  type View,
} from '@rope/core/backend'
import type { CallArguments, WrongArgument } from './addon.js'

/** Every view of a call and its tables, in the order of the addon. */
export function callArguments({ views, rotation }: KernelCall): CallArguments {
  const [first, second] = views as readonly [View, View?]
  const { cos, sin, batchStride } = rotation
  const { source, sourceOffset, target, targetOffset } = first
  const start = [cos, sin, batchStride, source, sourceOffset, target, targetOffset] as const
  if (second === undefined) return start
  return [...start, second.source, second.sourceOffset, second.target, second.targetOffset]
}

/** The kind of array that kernels of a dtype rotate. */
function kindFor({ dtype }: Plan): 'Float32Array' | 'Uint16Array' {
  return dtype === 'float32' ? 'Float32Array' : 'Uint16Array'
}

/**
 * Refuses arrays of another kind than the kernel's, whatever they call themselves, and rows of
 * another length. The addon makes sure that no call leaves its arrays, but not in every call that
 * they are what they should be: it would ask in 40 ns what is known here in 5.
 *
 * @throws RopeError INVALID_TENSOR
 */
export function checkKinds(plan: Plan, views: readonly View[], rotation: Rotation): void {
  const kind = kindFor(plan)
  const { cos, sin, pairs } = rotation
  let fits =
    pairs === plan.pairs && kindOf(cos) === 'Float32Array' && kindOf(sin) === 'Float32Array'
  for (let i = 0; i < views.length; i++) {
    const { source, target } = views[i] as View
    fits &&= kindOf(source) === kind && (target === source || kindOf(target) === kind)
  }
  if (fits) return
  throw new RopeError(
    'INVALID_TENSOR',
    `the kernel was compiled for ${plan.dtype} and ${plan.pairs} pairs; give it ${kind} views and Float32Array rows of ${plan.pairs} pairs`,
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
  const length = lengthOf(view[side])
  const why = length === 0 ? ' (an empty array may have been detached by a transfer)' : ''
  return new RopeError(
    'INVALID_TENSOR',
    `${field} has ${length} elements, but the plan reaches from ${offset + span.low} to ${offset + span.high}; give memory that holds them${why}`,
    { field },
  )
}
