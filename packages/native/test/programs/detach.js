/**
 * Memory that goes away after it was bound, in every way that there is, in a process whose compiled
 * code has met resizable buffers (V8 then takes the old length of a detached array for its length).
 * Every call on what is gone must be refused, and no byte of whoever owns the memory now be written.
 * Needs --expose-gc.
 */
import { MessageChannel } from 'node:worker_threads'
import { createRope, RopeError } from '@rope/core'
import { createNativeBackend } from '@rope/native'

const HEADS = 8
const HEAD_DIM = 64
const LENGTH = HEADS * HEAD_DIM
const CONFIG = { headDim: HEAD_DIM, pairing: 'half', schedule: { type: 'default', base: 10000 } }
const rope = createRope(CONFIG, { backend: createNativeBackend({ threads: 1 }), layout: 'bshd' })
// Rows that are no products are filled by JavaScript: the other kind of bound call.
const rounded = createRope(
  { ...CONFIG, angles: 'float32' },
  { backend: rope.backend, layout: 'bshd' },
)

const plain = (length) => new Float32Array(new ArrayBuffer(4 * length))
const resizable = (length) =>
  new Float32Array(new ArrayBuffer(4 * length, { maxByteLength: 8 * length }), 0, length)
const tracking = (length) =>
  new Float32Array(new ArrayBuffer(4 * length, { maxByteLength: 8 * length }))
const wasm = new WeakMap()
function wasmMemory(length) {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const array = new Float32Array(memory.buffer, 0, length)
  wasm.set(array, memory)
  return array
}

/** Each gives what owns the memory now, if anybody does. */
const WAYS = {
  structuredClone: [plain, ({ buffer }) => structuredClone(buffer, { transfer: [buffer] })],
  'structuredClone of a resizable buffer': [
    resizable,
    ({ buffer }) => structuredClone(buffer, { transfer: [buffer] }),
  ],
  postMessage: [
    plain,
    ({ buffer }) => {
      const { port1, port2 } = new MessageChannel()
      port1.postMessage(buffer, [buffer])
      port1.close()
      port2.close()
    },
  ],
  transfer: [plain, ({ buffer }) => buffer.transfer?.()],
  'transfer to another length': [plain, ({ buffer }) => buffer.transfer?.(8)],
  'resize to nothing': [resizable, ({ buffer }) => void buffer.resize(0)],
  'resize below the end': [resizable, ({ buffer }) => void buffer.resize(4 * LENGTH - 4)],
  'resize of an array without a length': [tracking, ({ buffer }) => void buffer.resize(64)],
  'growth of a WebAssembly memory': [wasmMemory, (array) => void wasm.get(array).grow(1)],
}

function outcome(call) {
  try {
    call()
    return 'written'
  } catch (error) {
    return RopeError.isInstance(error) ? error.code : `${error.name}: ${error.message}`
  }
}

/** Binds, calls a while, takes the memory away, fills what may have got it, and calls again. */
function attack(which, [allocate, detach], rounds) {
  const data = allocate(LENGTH).fill(1)
  const bound = which.bind({ q: { data, shape: [1, 1, HEADS, HEAD_DIM] } })
  for (let i = 0; i < rounds; i++) bound.rotate(i)
  const { buffer } = data
  const owner = detach(data)
  const isThere = buffer.byteLength >= 4 * LENGTH
  globalThis.gc()
  const bystanders = Array.from({ length: 16 }, () => new Float32Array(LENGTH).fill(7))
  const result = outcome(() => bound.rotate(5))
  if (isThere) return // this Node has no such way
  if (result !== 'INVALID_TENSOR') throw new Error(`after ${rounds} calls: ${result}`)
  if (bystanders.some((array) => array.some((value) => value !== 7)))
    throw new Error('another array was written to')
  const before = owner && new Float32Array(owner).slice()
  outcome(() => bound.rotate(6))
  if (before?.some((value, i) => !Object.is(value, new Float32Array(owner)[i])))
    throw new Error('the new owner was written to')
}

function warm(which) {
  for (let i = 0; i < 1500; i++) {
    const data = (i % 3 === 0 ? resizable : plain)(LENGTH)
    const bound = which.bind({ q: { data, shape: [1, 1, HEADS, HEAD_DIM] } })
    for (let j = 0; j < 20; j++) bound.rotate(j)
  }
}

for (const which of [rope, rounded]) {
  for (const isWarm of [false, true]) {
    if (isWarm) warm(which)
    for (const [name, way] of Object.entries(WAYS)) {
      for (const rounds of [0, 1, 2, 3, 8, 100]) {
        try {
          attack(which, way, rounds)
        } catch (error) {
          throw new Error(`${name}, ${isWarm ? 'warm' : 'cold'}: ${error.message}`)
        }
      }
    }
  }
}
process.stdout.write('done')
