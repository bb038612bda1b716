/**
 * Plans written down shortly, for tests of what is derived from them.
 */
import type { DType, PairingName } from '@rope/core'
import { type Plan, resolvePairing, type Strides } from '@rope/core/backend'

export interface PlanOptions {
  readonly dtype?: DType
  readonly batch?: number
  readonly tokens?: number
  readonly heads?: readonly number[]
  readonly headDim?: number
  readonly pairs?: number
  readonly windowOffset?: number
  readonly pairing?: PairingName
  readonly inPlace?: boolean
  readonly strides?: Partial<Strides>
  readonly direction?: 1 | -1
}

/** A dense bshd plan, with what differs from it. */
export function makeTestPlan(options: PlanOptions = {}): Plan {
  const { dtype = 'float32', batch = 1, tokens = 8, heads = [4, 2], headDim = 128 } = options
  const { pairs = headDim / 2, windowOffset = 0, pairing = 'half', inPlace = true } = options
  return {
    dtype,
    batch,
    tokens,
    headDim,
    pairs,
    windowOffset,
    pairing: resolvePairing(pairing, pairs),
    direction: options.direction ?? 1,
    inPlace,
    memory: 'local',
    operands: heads.map((count) => {
      const strides: Strides = {
        batch: tokens * count * headDim,
        token: count * headDim,
        head: headDim,
        channel: 1,
        ...options.strides,
      }
      const high =
        (batch - 1) * strides.batch +
        (tokens - 1) * strides.token +
        (count - 1) * strides.head +
        (headDim - 1) * strides.channel
      return {
        heads: count,
        source: strides,
        target: strides,
        sourceSpan: { low: 0, high },
        targetSpan: { low: 0, high },
      }
    }),
  }
}
