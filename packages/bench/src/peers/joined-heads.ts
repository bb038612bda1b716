/**
 * q and k as one tensor with the heads of both: peers that rotate one tensor per call are given
 * this one, because one call is the least that their user can pay.
 */
import type { RotationCase } from '../matrix/rotation-case.js'

/** Elements of q and of k that lie together before the other's turn comes, and how many turns. */
function runs({ shape, tokens, layout }: RotationCase): readonly [number, number, number] {
  const { queryHeads, keyHeads, headDim } = shape
  const length = layout === 'bshd' ? headDim : headDim * tokens
  return [queryHeads * length, keyHeads * length, layout === 'bshd' ? tokens : 1]
}

/** Heads of q and k together. */
export function joinedHeads({ shape }: RotationCase): number {
  return shape.queryHeads + shape.keyHeads
}

/** The heads of q, then those of k, in the layout of the case. */
export function joinOperands(
  rotation: RotationCase,
  q: Float32Array,
  k: Float32Array,
): Float32Array {
  const [queries, keys, turns] = runs(rotation)
  const joined = new Float32Array(q.length + k.length)
  for (let turn = 0; turn < turns; turn++) {
    const at = turn * (queries + keys)
    joined.set(q.subarray(turn * queries, (turn + 1) * queries), at)
    joined.set(k.subarray(turn * keys, (turn + 1) * keys), at + queries)
  }
  return joined
}

/** q and k out of a joined tensor. */
export function separateOperands(
  rotation: RotationCase,
  joined: Float32Array,
): readonly [Float32Array, Float32Array] {
  const [queries, keys, turns] = runs(rotation)
  const q = new Float32Array(queries * turns)
  const k = new Float32Array(keys * turns)
  for (let turn = 0; turn < turns; turn++) {
    const at = turn * (queries + keys)
    q.set(joined.subarray(at, at + queries), turn * queries)
    k.set(joined.subarray(at + queries, at + queries + keys), turn * keys)
  }
  return [q, k]
}
