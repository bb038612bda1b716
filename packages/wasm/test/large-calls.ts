/**
 * A call large enough for workers, run by two backends on the same numbers.
 */
import { createRope, type RopeConfig, resolveConfig } from '@rope/core'
import type { WasmBackend } from '../src/index.js'

const TOKENS = 512
const HEADS = 16

const CONFIG: RopeConfig = resolveConfig({
  headDim: 128,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
})

function rotated(backend: WasmBackend): Uint32Array {
  const data = backend.allocate('float32', TOKENS * HEADS * CONFIG.headDim) as Float32Array
  for (let i = 0; i < data.length; i++) data[i] = Math.fround(((i * 7919) % 1013) / 500 - 1)
  const rope = createRope(CONFIG, { backend, layout: 'bshd' })
  rope.rotate({ q: { data, shape: [1, TOKENS, HEADS, CONFIG.headDim] }, positions: 1000 })
  return new Uint32Array(data.buffer, data.byteOffset, data.length)
}

/** True when every bit is the same, several times over, so that workers have come to help. */
export async function largeCallsAgree(one: WasmBackend, other: WasmBackend): Promise<boolean> {
  const expected = rotated(one)
  for (let round = 0; round < 5; round++) {
    const actual = rotated(other)
    if (!expected.every((bits, i) => bits === actual[i])) return false
    // A worker starts between calls, when the event loop runs.
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
  return true
}
