/**
 * The plain loop: what one writes by hand, with tables that are ready. It is the baseline, and
 * stays as plain as it is found in the wild; its sums are not rounded like the specification's.
 */

import { PLAIN_LOOP } from '../matrix/matrix.js'
import type { RotationCase } from '../matrix/rotation-case.js'
import type { Peer, PeerCall, PeerInput, PeerTables } from './peer.js'

/** The plain loop as a peer: float32, both pairings, both layouts, in and out of place. */
export const PLAIN_LOOP_PEER: Peer = {
  name: PLAIN_LOOP,
  version: null,
  method: 'a plain for loop over the same arrays, tables ready',
  refusal: ({ dtype }) => (dtype === 'float32' ? null : `it reads float32 only, not ${dtype}`),
  open: openPlainLoop,
}

/** Rotates one tensor; `from` and `to` may be the same. */
type Loop = (
  from: Float32Array,
  to: Float32Array,
  heads: number,
  rotation: RotationCase,
  tables: PeerTables,
  position: number,
) => void

function openPlainLoop({ case: rotation, q, k, tables }: PeerInput): PeerCall {
  const loop = rotation.pairing === 'half' ? halfLoop : interleavedLoop
  const { queryHeads, keyHeads } = rotation.shape
  const inPlace = rotation.place === 'in-place'
  const toQ = inPlace ? q : new Float32Array(q.length)
  const toK = inPlace ? k : new Float32Array(k.length)
  return {
    run(position) {
      loop(q, toQ, queryHeads, rotation, tables, position)
      loop(k, toK, keyHeads, rotation, tables, position)
    },
    read: () => [toQ, toK],
  }
}

const halfLoop: Loop = (from, to, heads, rotation, { cos, sin }, position) => {
  const { tokens, layout, shape } = rotation
  const { headDim, rotaryDim } = shape
  const pairs = rotaryDim / 2
  for (let t = 0; t < tokens; t++) {
    const row = (position + t) * pairs
    for (let h = 0; h < heads; h++) {
      const at = (layout === 'bshd' ? t * heads + h : h * tokens + t) * headDim
      for (let i = 0; i < pairs; i++) {
        const c = cos[row + i] as number
        const s = sin[row + i] as number
        const x = from[at + i] as number
        const y = from[at + i + pairs] as number
        to[at + i] = x * c - y * s
        to[at + i + pairs] = y * c + x * s
      }
      if (from !== to) copyTail(from, to, at + rotaryDim, at + headDim)
    }
  }
}

const interleavedLoop: Loop = (from, to, heads, rotation, { cos, sin }, position) => {
  const { tokens, layout, shape } = rotation
  const { headDim, rotaryDim } = shape
  const pairs = rotaryDim / 2
  for (let t = 0; t < tokens; t++) {
    const row = (position + t) * pairs
    for (let h = 0; h < heads; h++) {
      const at = (layout === 'bshd' ? t * heads + h : h * tokens + t) * headDim
      for (let i = 0; i < pairs; i++) {
        const c = cos[row + i] as number
        const s = sin[row + i] as number
        const x = from[at + 2 * i] as number
        const y = from[at + 2 * i + 1] as number
        to[at + 2 * i] = x * c - y * s
        to[at + 2 * i + 1] = y * c + x * s
      }
      if (from !== to) copyTail(from, to, at + rotaryDim, at + headDim)
    }
  }
}

function copyTail(from: Float32Array, to: Float32Array, start: number, end: number): void {
  for (let i = start; i < end; i++) to[i] = from[i] as number
}
