/**
 * Bound calls on detached arrays, in optimised code that has met arrays over resizable buffers as
 * well: V8 then gives the old `length` of an array that is gone. Prints what became of the calls, and
 * how many wrote into memory that has a new owner.
 *
 *   node detached.js js 1       the backend's name (or auto), and tokens
 */
import { createRope as createAutoRope } from '@rope/auto'
import { createRope, RopeError } from '@rope/core'
import { createJsBackend } from '@rope/js'
import { createNativeBackend } from '@rope/native'
import { createWasmBackend } from '@rope/wasm'

const [, , name, given] = process.argv
const tokens = Number(given)
const HEADS = 4
const HEAD_DIM = 64
const LENGTH = tokens * HEADS * HEAD_DIM
const ROUNDS = tokens === 1 ? 4500 : 2400

const CONFIG = { headDim: HEAD_DIM, pairing: 'half', schedule: { type: 'default', base: 10000 } }
const LAYOUT = { layout: 'bshd' }

const ROPES = {
  js: () => createRope(CONFIG, { ...LAYOUT, backend: createJsBackend() }),
  native: () => createRope(CONFIG, { ...LAYOUT, backend: createNativeBackend({ threads: 1 }) }),
  wasm: async () => createRope(CONFIG, { ...LAYOUT, backend: await createWasmBackend() }),
  auto: () => createAutoRope(CONFIG, LAYOUT),
}

const rope = await ROPES[name]()
const found = { tried: 0, refused: 0, written: 0, others: [] }

function makeArray(isResizable) {
  const options = isResizable ? { maxByteLength: 8 * LENGTH } : undefined
  return new Float32Array(new ArrayBuffer(4 * LENGTH, options))
}

function tryDetached(bound, data) {
  const owned = new Float32Array(structuredClone(data.buffer, { transfer: [data.buffer] }))
  const before = owned.slice()
  found.tried += 1
  try {
    bound.rotate(5)
  } catch (error) {
    if (RopeError.isInstance(error) && error.code === 'INVALID_TENSOR') found.refused += 1
    else found.others.push(String(error))
  }
  if (!owned.every((value, i) => value === before[i])) found.written += 1
}

for (let round = 0; round < ROUNDS; round++) {
  const data = makeArray(round % 3 === 0).fill(1)
  const bound = rope.bind({ k: { data, shape: [1, tokens, HEADS, HEAD_DIM] } })
  for (let i = 0; i < 20; i++) bound.rotate(i)
  if (round > ROUNDS - 300 && round % 3 !== 0) tryDetached(bound, data)
}
process.stdout.write(JSON.stringify(found))
process.exit(0)
