import { describe, expect, test } from 'vitest'
import { createGroupMemory } from '../../src/contenders/memory.js'
import { openPeer } from '../../src/contenders/peer-call.js'
import { GLM, PHI } from '../../src/matrix/model-shape.js'
import { rotationCase } from '../../src/matrix/rotation-case.js'
import { PLAIN_LOOP_PEER } from '../../src/peers/plain-loop.js'

const CASES = [
  rotationCase({ tokens: 1 }),
  rotationCase({ tokens: 3, pairing: 'interleaved' }),
  rotationCase({ tokens: 3, layout: 'bhsd' }),
  rotationCase({ tokens: 2, shape: PHI, place: 'out-of-place' }),
  rotationCase({ tokens: 2, shape: GLM, place: 'out-of-place' }),
  rotationCase({ tokens: 2, shape: GLM, place: 'out-of-place', pairing: 'interleaved' }),
  rotationCase({ tokens: 2, shape: GLM, layout: 'bhsd', pairing: 'interleaved' }),
]

describe('the plain loop', () => {
  test.each(CASES)('is right within the bound (case %#)', async (rotation) => {
    const spec = { kind: 'peer', name: 'plain loop', case: rotation, threads: 'one' } as const
    const opened = await openPeer(spec, PLAIN_LOOP_PEER, createGroupMemory())
    expect(await opened.check()).toBeNull()
    // Moving on by a position must not leave the tables.
    await opened.run(3)
  })

  test('says what it does not do', () => {
    const half = rotationCase({ tokens: 1, dtype: 'bfloat16' })
    expect(PLAIN_LOOP_PEER.refusal(half)).toBe('it reads float32 only, not bfloat16')
  })
})
