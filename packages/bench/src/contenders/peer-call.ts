/**
 * A peer as a contender: the same input, the same positions, checked by its bound.
 */
import { computeFrequencies } from '@rope/core'
import { createRotationBuilder, expandPositions, readPositions } from '@rope/core/backend'
import type { Contender } from '../harness/contender.js'
import { untimed } from '../harness/first-call.js'
import type { PeerSpec } from '../matrix/group.js'
import { shapeConfig } from '../matrix/model-shape.js'
import {
  DECODE_POSITIONS,
  firstPosition,
  type RotationCase,
  tableRows,
} from '../matrix/rotation-case.js'
import type { Peer, PeerCall, PeerTables } from '../peers/peer.js'
import { fillInput, operandLength } from './input.js'
import type { GroupMemory } from './memory.js'
import type { Opened } from './opened.js'
import { checkRotation } from './oracle.js'

/** Prepares a peer for a case: everything a user of it would do once is done here. */
export async function openPeer(spec: PeerSpec, peer: Peer, memory: GroupMemory): Promise<Opened> {
  const { case: rotation, threads } = spec
  const array = (operand: 0 | 1): Float32Array => {
    const length = operandLength(rotation, operand)
    return memory.array(null, 'float32', length, operand === 0 ? 'q' : 'k') as Float32Array
  }
  const [q, k] = [array(0), array(1)]
  fillInput(rotation, 0, q)
  fillInput(rotation, 1, k)
  const call = await peer.open({ case: rotation, q, k, tables: tablesOf(rotation), threads })
  return {
    run: runOf(call, rotation),
    async check(first = untimed) {
      fillInput(rotation, 0, q)
      fillInput(rotation, 1, k)
      await call.prepare?.()
      await first(() => call.run(firstPosition(rotation)))
      return checkRotation(rotation, call.read(), 'bound')
    },
    ...(call.prepare === undefined ? {} : { prepare: () => call.prepare?.() }),
    ...(call.close === undefined ? {} : { close: () => call.close?.() }),
  }
}

/** Decode moves on by one position per call; a prompt starts at 0 each time. */
function runOf(call: PeerCall, rotation: RotationCase): Contender['run'] {
  const isDecode = rotation.tokens === 1
  let position = 0
  const next = (): number => {
    if (isDecode) position = (position + 1) % DECODE_POSITIONS
    return position
  }
  return async (count) => {
    for (let i = 0; i < count; i++) {
      const pending = call.run(next())
      if (pending !== undefined) await pending
    }
  }
}

/** Tables of every position that the case uses, made by the library's own fast path. */
export function tablesOf(rotation: RotationCase): PeerTables {
  const config = shapeConfig(rotation.shape, rotation.pairing)
  const rows = tableRows(rotation)
  const positions = expandPositions(readPositions(0, 1), 1, rows, 1)
  const builder = createRotationBuilder(config, computeFrequencies(config))
  const { cos, sin } = builder.build(positions, 'float32')
  return { cos: cos as Float32Array, sin: sin as Float32Array, rows }
}
