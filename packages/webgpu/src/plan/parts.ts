/**
 * A call in parts, each small enough for one dispatch: bindings, and the rows of cos and sin, must
 * not exceed what the device can bind. Nearly every call is one part.
 */

import { RopeError } from '@rope/core'
import type { Plan, Span, Strides } from '@rope/core/backend'

/** Consecutive indices along an axis. */
export interface Range {
  readonly first: number
  readonly count: number
}

/** Some heads of an operand. */
export interface Slice {
  /** Index into the plan's operands. */
  readonly operand: number
  readonly heads: Range
}

/** A part of a plan. */
export interface Part {
  readonly batch: Range
  readonly tokens: Range
  readonly slices: readonly Slice[]
}

/** The side of an operand that a stride belongs to. */
export type Side = 'source' | 'target'

/** The plan as one part; operands without heads are left out. */
export function wholePlan({ batch, tokens, operands }: Plan): Part {
  const slices = operands.flatMap(({ heads }, operand) =>
    heads === 0 ? [] : [{ operand, heads: { first: 0, count: heads } }],
  )
  return { batch: { first: 0, count: batch }, tokens: { first: 0, count: tokens }, slices }
}

/** Nothing to do. */
function isEmptyPart({ batch, tokens, slices }: Part): boolean {
  return batch.count === 0 || tokens.count === 0 || slices.length === 0
}

/** True for the one part among those of the same tokens that has the very first head of the plan. */
export function hasFirstHead(plan: Plan, { slices }: Part): boolean {
  const first = plan.operands.findIndex(({ heads }) => heads > 0)
  return slices.some(({ operand, heads }) => operand === first && heads.first === 0)
}

function stridesOf(plan: Plan, { operand }: Slice, side: Side): Strides {
  return (plan.operands[operand] as Plan['operands'][number])[side]
}

/** Where the part of an operand begins, in elements from where the operand begins. */
export function startOf(plan: Plan, part: Part, slice: Slice, side: Side): number {
  const strides = stridesOf(plan, slice, side)
  return (
    part.batch.first * strides.batch +
    part.tokens.first * strides.token +
    slice.heads.first * strides.head
  )
}

/** How far the part reaches along each axis, from its start, in elements. */
function reaches(plan: Plan, part: Part, slice: Slice, side: Side): Strides {
  const strides = stridesOf(plan, slice, side)
  return {
    batch: (part.batch.count - 1) * strides.batch,
    token: (part.tokens.count - 1) * strides.token,
    head: (slice.heads.count - 1) * strides.head,
    channel: (plan.headDim - 1) * strides.channel,
  }
}

/** The elements that a part of an operand touches, from where the part begins. */
export function spanOfPart(plan: Plan, part: Part, slice: Slice, side: Side): Span {
  const all = Object.values(reaches(plan, part, slice, side)) as readonly number[]
  const sum = (keep: (reach: number) => boolean): number =>
    all.filter(keep).reduce((total, reach) => total + reach, 0)
  return { low: sum((reach) => reach < 0), high: sum((reach) => reach > 0) }
}

function halves({ first, count }: Range): readonly Range[] {
  const half = Math.ceil(count / 2)
  return [
    { first, count: half },
    { first: first + half, count: count - half },
  ]
}

type Axis = 'batch' | 'token' | 'head'

/** The axis along which the largest of the part's tensors reaches farthest. */
function longestAxis(plan: Plan, part: Part): Axis | null {
  const candidates = part.slices.flatMap((slice) =>
    (['source', 'target'] as const).flatMap((side) => {
      const reach = reaches(plan, part, slice, side)
      return (['batch', 'token', 'head'] as const).map((axis) => ({
        axis,
        reach: Math.abs(reach[axis]),
      }))
    }),
  )
  const longest = candidates.reduce((best, one) => (one.reach > best.reach ? one : best))
  return longest.reach === 0 ? null : longest.axis
}

function splitOnce(plan: Plan, part: Part): readonly Part[] {
  const axis = longestAxis(plan, part)
  if (axis === 'batch') return halves(part.batch).map((batch) => ({ ...part, batch }))
  if (axis === 'token') return halves(part.tokens).map((tokens) => ({ ...part, tokens }))
  const [slice] = part.slices
  if (part.slices.length > 1) return part.slices.map((one) => ({ ...part, slices: [one] }))
  if (axis === 'head' && slice !== undefined) {
    return halves(slice.heads).map((heads) => ({ ...part, slices: [{ ...slice, heads }] }))
  }
  throw new RopeError(
    'UNSUPPORTED',
    'a single head spans more memory than the device can bind at once (maxStorageBufferBindingSize); give tensors whose channels lie closer together',
    { field: 'operands' },
  )
}

/**
 * Splits a plan until every part fits.
 *
 * @param fits whether the device can take a part in one dispatch
 * @throws RopeError UNSUPPORTED when not even one head fits
 */
export function splitPlan(plan: Plan, fits: (part: Part) => boolean): readonly Part[] {
  const split = (part: Part): readonly Part[] =>
    fits(part) ? [part] : splitOnce(plan, part).flatMap(split)
  const whole = wholePlan(plan)
  return isEmptyPart(whole) ? [] : split(whole)
}
