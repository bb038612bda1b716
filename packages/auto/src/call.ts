/**
 * A call described by its sizes alone, and the plan that such a call would have. No memory is
 * needed, so that a question about 32768 tokens costs as little as one about a single token.
 */

import type { DType, RopeConfig } from '@rope/core'
import { DTYPES, RopeError } from '@rope/core'
import type { OperandPlan, Plan, Strides } from '@rope/core/backend'
import { bytesPerElement, isDType, resolvePairing, show } from '@rope/core/backend'

/** A call without its memory. */
export interface CallDescription {
  readonly tokens: number
  /** 1 when absent. */
  readonly batch?: number | undefined
  /** Heads of q and of k; one of them may be left out. */
  readonly heads: { readonly q?: number | undefined; readonly k?: number | undefined }
  /** float32 when absent. */
  readonly dtype?: DType | undefined
  /** bshd when absent. */
  readonly layout?: 'bshd' | 'bhsd' | undefined
  /** True when absent. */
  readonly inPlace?: boolean | undefined
  /**
   * Where the data lives: `foreign` typed arrays (the default), buffers on the `gpu`, or typed
   * arrays that the `allocate` of the backend of this name has made.
   */
  readonly memory?: 'foreign' | 'gpu' | (string & {}) | undefined
}

/** What a plan needs to know of a config. */
export type CallConfig = Pick<RopeConfig, 'headDim' | 'rotaryDim' | 'windowOffset' | 'pairing'>

function checkSize(value: unknown, field: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw new RopeError(
    'INVALID_OPTION',
    `${field} is ${show(value)}; accepted: a whole number, 0 or more`,
    { field },
  )
}

function stridesOf(layout: 'bshd' | 'bhsd', tokens: number, heads: number, dim: number): Strides {
  const batch = tokens * heads * dim
  return layout === 'bshd'
    ? { batch, token: heads * dim, head: dim, channel: 1 }
    : { batch, token: dim, head: tokens * dim, channel: 1 }
}

function headCounts({ heads }: CallDescription): readonly number[] {
  const counts = [heads?.q, heads?.k].filter((count) => count !== undefined)
  if (counts.length === 0) {
    throw new RopeError('INVALID_OPTION', 'heads names neither q nor k; give { q: 32, k: 8 }', {
      field: 'heads',
    })
  }
  return counts.map((count) => checkSize(count, 'heads'))
}

/**
 * The plan of a call.
 *
 * @throws RopeError INVALID_OPTION naming the field
 */
export function planOfCall(config: CallConfig, call: CallDescription): Plan {
  const { dtype = 'float32', layout = 'bshd', inPlace = true } = call
  if (!isDType(dtype)) {
    const message = `dtype is ${show(dtype)}; accepted: ${DTYPES.join(', ')}`
    throw new RopeError('INVALID_OPTION', message, { field: 'dtype' })
  }
  const batch = checkSize(call.batch ?? 1, 'batch')
  const tokens = checkSize(call.tokens, 'tokens')
  const pairs = config.rotaryDim / 2
  const operands = headCounts(call).map((heads): OperandPlan => {
    const strides = stridesOf(layout, tokens, heads, config.headDim)
    const span = { low: 0, high: batch * tokens * heads * config.headDim - 1 }
    return { heads, source: strides, target: strides, sourceSpan: span, targetSpan: span }
  })
  return {
    dtype,
    batch,
    tokens,
    headDim: config.headDim,
    pairs,
    windowOffset: config.windowOffset,
    pairing: resolvePairing(config.pairing, pairs),
    direction: 1,
    inPlace,
    memory: 'local',
    operands,
  }
}

/** Bytes that a call has to read and to write; out of place that includes what is only copied. */
export function bytesOfPlan(plan: Plan): number {
  const { batch, tokens, headDim, pairs, operands, inPlace, dtype } = plan
  const heads = operands.reduce((sum, operand) => sum + operand.heads, 0)
  return 2 * batch * tokens * heads * (inPlace ? 2 * pairs : headDim) * bytesPerElement(dtype)
}
