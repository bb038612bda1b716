/**
 * Rotates 512 MB of q and k that live outside the module's memory and tells how much memory the
 * process came to use, and how many of a sample of elements are wrong.
 */
import { createRotationBuilder } from '../../core/dist/backend.js'
import { computeFrequencies, createRope, resolveConfig } from '../../core/dist/index.js'
import { createWasmBackend } from '../dist/index.js'

const TOKENS = 26214.4
const HEADS = { q: 32, k: 8 }
const tokens = Math.floor(TOKENS)
const backend = await createWasmBackend()
const config = resolveConfig({
  headDim: 128,
  pairing: 'half',
  schedule: { type: 'default', base: 500000 },
})
const rope = createRope(config, { backend, layout: 'bshd' })
const bytes = 512 * 2 ** 20
const memory = new ArrayBuffer(bytes)
const split = tokens * HEADS.q * 128
const q = new Float32Array(memory, 0, split)
const k = new Float32Array(memory, 4 * split, tokens * HEADS.k * 128)
q.fill(1)
k.fill(-2)
// One small call first, so that the code is compiled and counted.
rope.rotate({ q: { data: q, shape: [1, 1, HEADS.q, 128] }, positions: 0 })
globalThis.gc?.()
const before = process.memoryUsage().rss
rope.rotate({
  q: { data: q, shape: [1, tokens, HEADS.q, 128] },
  k: { data: k, shape: [1, tokens, HEADS.k, 128] },
  positions: 0,
})
const peak = process.resourceUsage().maxRSS * 1024

let wrong = 0
const row = createRotationBuilder(config, computeFrequencies(config)).build(
  { rows: tokens, batchStride: 0, axes: [Float64Array.from({ length: tokens }, (_, i) => i)] },
  'float32',
)
for (let t = 1; t < tokens; t += 997) {
  for (const [data, heads, value] of [
    [q, HEADS.q, 1],
    [k, HEADS.k, -2],
  ]) {
    const at = (t * heads + (t % heads)) * 128
    for (let i = 0; i < 64; i++) {
      const c = row.cos[t * 64 + i]
      const s = row.sin[t * 64 + i]
      if (data[at + i] !== Math.fround(Math.fround(value * c) - Math.fround(value * s))) wrong++
      if (data[at + 64 + i] !== Math.fround(Math.fround(value * c) + Math.fround(value * s)))
        wrong++
    }
  }
}
console.log(JSON.stringify({ dataBytes: memory.byteLength, before, peak, wrong }))
