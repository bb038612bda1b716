/**
 * The adapter with a stand-in for ONNX Runtime that computes what the operator promises: the right
 * shapes go in, the right halves come out, and errors of the stand-in are caught by the check.
 */

import { oracleRows } from '@rope/core/reference'
import { describe, expect, test } from 'vitest'
import { createGroupMemory } from '../../src/contenders/memory.js'
import { openPeer } from '../../src/contenders/peer-call.js'
import { LLAMA, shapeConfig } from '../../src/matrix/model-shape.js'
import { type RotationCase, rotationCase } from '../../src/matrix/rotation-case.js'
import { joinOperands, separateOperands } from '../../src/peers/joined-heads.js'
import { createOnnxRuntimePeer, type OnnxRuntime } from '../../src/peers/onnxruntime.js'

const SHAPE = { ...LLAMA, queryHeads: 3, keyHeads: 2 }

interface StandIn {
  readonly ort: OnnxRuntime
  readonly dims: (readonly number[])[]
}

/** Rotates [1, tokens, heads * headDim] or [1, heads, tokens, headDim] in double precision. */
function standIn(rotation: RotationCase, sign = 1): StandIn {
  const dims: (readonly number[])[] = []
  const heads = SHAPE.queryHeads + SHAPE.keyHeads
  class Tensor {
    readonly data: Float32Array | BigInt64Array
    constructor(_type: string, data: Float32Array | BigInt64Array, shape: readonly number[]) {
      this.data = data
      dims.push(shape)
    }
  }
  const run = async (feeds: Readonly<Record<string, { readonly data: unknown }>>) => {
    const dataOf = (name: string): unknown => feeds[name]?.data
    const x = dataOf('x') as Float32Array
    const start = Number((dataOf('positions') as BigInt64Array)[0])
    const y = x.slice()
    for (let token = 0; token < rotation.tokens; token++) {
      const config = shapeConfig(SHAPE, rotation.pairing)
      const { cos, sin } = oracleRows(config, [[start + token]], 'float32')
      for (let head = 0; head < heads; head++) {
        const row =
          rotation.layout === 'bshd' ? token * heads + head : head * rotation.tokens + token
        for (let i = 0; i < 64; i++) {
          const at = row * 128 + i
          const [a, b] = [x[at] ?? 0, x[at + 64] ?? 0]
          const [c, s] = [cos[i] ?? 0, sign * (sin[i] ?? 0)]
          y[at] = a * c - b * s
          y[at + 64] = b * c + a * s
        }
      }
    }
    return { y: { data: y } }
  }
  const session = { run, release: async () => undefined }
  return { ort: { InferenceSession: { create: async () => session }, Tensor }, dims }
}

const CASES = [
  rotationCase({ tokens: 1, shape: SHAPE }),
  rotationCase({ tokens: 3, shape: SHAPE }),
  rotationCase({ tokens: 3, shape: SHAPE, layout: 'bhsd' }),
]

function open(rotation: RotationCase, { ort }: StandIn) {
  const peer = createOnnxRuntimePeer(ort, { name: 'ort', version: null, provider: 'cpu' })
  const spec = { kind: 'peer', name: 'ort', case: rotation, threads: 'one' } as const
  return openPeer(spec, peer, createGroupMemory())
}

describe('onnxruntime as a peer', () => {
  test.each(CASES)('passes the check when the operator is right (case %#)', async (rotation) => {
    const runtime = standIn(rotation)
    const opened = await open(rotation, runtime)
    expect(await opened.check()).toBeNull()
    expect(runtime.dims).toEqual([
      rotation.layout === 'bshd' ? [1, rotation.tokens, 5 * 128] : [1, 5, rotation.tokens, 128],
      [1],
    ])
  })

  test('fails it when the operator turns the other way', async () => {
    const rotation = rotationCase({ tokens: 2, shape: SHAPE })
    const opened = await open(rotation, standIn(rotation, -1))
    expect(await opened.check()).toMatch(/^q, token 1, head 0, channel 0 is /)
  })

  test('refuses what it is not measured with', () => {
    const { ort } = standIn(rotationCase({ tokens: 1 }))
    const peer = createOnnxRuntimePeer(ort, { name: 'ort', version: null, provider: 'cpu' })
    expect(peer.refusal(rotationCase({ tokens: 1, dtype: 'float16' }))).toMatch(/float32 only/)
    expect(peer.refusal(rotationCase({ tokens: 1, place: 'out-of-place' }))).toMatch(/in place/)
    expect(peer.refusal(rotationCase({ tokens: 1 }))).toBeNull()
  })
})

describe('joined heads', () => {
  test.each(['bshd', 'bhsd'] as const)('%s: there and back', (layout) => {
    const rotation = rotationCase({ tokens: 2, shape: SHAPE, layout })
    const q = Float32Array.from({ length: 2 * 3 * 128 }, (_, i) => i)
    const k = Float32Array.from({ length: 2 * 2 * 128 }, (_, i) => -i)
    const joined = joinOperands(rotation, q, k)
    expect(separateOperands(rotation, joined)).toEqual([q, k])
    // Head 3 of the joined tensor is head 0 of k, for the second token.
    const row = layout === 'bshd' ? 1 * 5 + 3 : 3 * 2 + 1
    const own = layout === 'bshd' ? 1 * 2 : 1
    expect(joined[row * 128 + 9]).toBe(k[own * 128 + 9])
  })
})
