/**
 * Calls on one head of q and one of k: so small that they are hardly more than the way to the
 * backend. What is measured by them are ropes that the caller has made.
 */
import type { RotateTensors } from '@rope/core'
import type { BackendSpec } from '../matrix/group.js'
import type { ModelShape } from '../matrix/model-shape.js'
import { type CallKind, rotationCase } from '../matrix/rotation-case.js'

/** More calls than the front door needs to make its choice. */
export const SETTLING = 3000

/** One head for q and k, all of whose channels rotate. */
export function oneHead(headDim: number): ModelShape {
  const sizes = { queryHeads: 1, keyHeads: 1, headDim, rotaryDim: headDim }
  return { name: 'one-head', ...sizes, base: 10000 }
}

/** One token of such a shape, in ordinary memory. */
export function oneToken({ headDim }: ModelShape): RotateTensors {
  const data = (): Float32Array => new Float32Array(headDim).fill(1)
  const tensor = () => ({ data: data(), shape: [1, 1, 1, headDim], layout: 'bshd' as const })
  return { q: tensor(), k: tensor() }
}

/** A contender that makes one kind of call on one token. */
export function oneTokenSpec(shape: ModelShape, name: string, call: CallKind): BackendSpec {
  return {
    kind: 'backend',
    name,
    case: rotationCase({ shape, tokens: 1 }),
    variant: { memory: 'foreign', threads: 'all', call },
  }
}
