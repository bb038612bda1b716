/**
 * Calls every export of rope.node with whatever there is: valid calls, valid calls with some
 * arguments exchanged, and nothing but exotic values. Memory is detached, shrunk and grown in
 * between, and plans are changed word by word. A function may return or throw; the process must
 * live, and say so.
 *
 *     node --expose-gc fuzz.js [calls] [seed]
 */
import { createRequire } from 'node:module'
import { probeNative } from '@rope/native'
import { createCall, planBytes } from './work.js'

const calls = Number(process.argv[2] ?? 30_000)
const require = createRequire(import.meta.url)
const path = String(probeNative().facts.binary)
const addon = require(path)
delete require.cache[require.resolve(path)]
const otherAddon = require(path)

/** mulberry32 */
let state = Number(process.argv[3] ?? 1)
function random() {
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
}
const below = (count) => Math.floor(random() * count)
const pick = (list) => list[below(list.length)]

const NUMBERS = [0, 1, 2, 3, 7, 64, 255, 256, 257, 4096, 65536, -1, -64, 0.5, -0, NaN]
NUMBERS.push(2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 1e308, Infinity, -Infinity)

const KINDS = [Float32Array, Uint16Array, Float64Array, Uint8Array, Int8Array, Uint8ClampedArray]
KINDS.push(Int16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array)

/** An array that says it is another: own properties, a subclass, a prototype. */
function liar(length) {
  class Float32ArrayOfMine extends Uint8Array {
    get [Symbol.toStringTag]() {
      return 'Float32Array'
    }
    get BYTES_PER_ELEMENT() {
      return 4
    }
  }
  const array = new Float32ArrayOfMine(length)
  for (const [name, value] of Object.entries({ length: 1e6, byteLength: 4e6, byteOffset: 0 })) {
    Object.defineProperty(array, name, { value })
  }
  return below(2) === 0 ? array : Object.setPrototypeOf(array, Float32Array.prototype)
}

function detached(Kind) {
  const array = new Kind(4096)
  structuredClone(array.buffer, { transfer: [array.buffer] })
  return array
}

function resizable(Kind, tracks) {
  const buffer = new ArrayBuffer(32768, { maxByteLength: 65536 })
  const array = tracks ? new Kind(buffer) : new Kind(buffer, 0, 2048)
  buffer.resize(pick([0, 8, 4096, 32768, 65536]))
  return array
}

function someArray() {
  const Kind = pick(KINDS)
  const length = pick([0, 1, 4, 63, 64, 128, 1024, 4096])
  return pick([
    () => new Kind(length),
    () => new Float32Array(length),
    () => new Float32Array(new SharedArrayBuffer(4 * length)),
    () => new Kind(new ArrayBuffer(8 * length + 64), 8),
    () => new Float32Array(addon.allocate(4 * length + 4)),
    () => new Float32Array(new WebAssembly.Memory({ initial: 1 }).buffer, 0, length),
    () => detached(Kind),
    () => resizable(Kind, below(2) === 0),
    () => liar(length),
  ])()
}

const pipe = process.stdout._handle?._externalStream // an external that is not ours, on a pipe
const HANDLES = []
const OTHERS = [
  ...[undefined, null, true, '', '1', 1n, Symbol('x'), () => 1, {}, [], new Date(0), /x/],
  ...[Object.create(null), new Proxy([], {}), new Proxy(new Float32Array(4), {}), new Map()],
  ...[new DataView(new ArrayBuffer(64)), new ArrayBuffer(64), new SharedArrayBuffer(64), pipe],
  Object.setPrototypeOf({}, Float32Array.prototype),
]

const exotic = () =>
  pick([() => pick(NUMBERS), someArray, () => pick(OTHERS), () => pick(HANDLES)])()

/** A plan's bytes with a few words exchanged. */
function somePlan() {
  const bytes = plan.slice()
  const words = new BigInt64Array(bytes.buffer, 16)
  const heads = new Int32Array(bytes.buffer, 0, 4)
  const WORDS = [0n, 1n, 2n, 3n, 32n, 64n, 65n, -1n, 2n ** 31n, 2n ** 53n, 2n ** 62n, -(2n ** 63n)]
  for (let i = below(4); i > 0; i--) words[below(words.length)] = pick(WORDS)
  if (below(4) === 0) heads[below(4)] = pick([0, 1, 2, 3, -1, 2 ** 31 - 1])
  return bytes
}

const { plan, callArguments } = validCall()
const isa = addon.instructionSets.filter(({ supported }) => supported).map(({ id }) => id)
const kernel = addon.compile(plan, pick(isa), 2)
const doubles = (length) => new Float64Array(length).fill(0.5)
/** A decode row of 32 pairs and four rests (src/rows.ts). */
const DOUBLES = 8 + (3 + 2 * 4) * 32
const decodeRow = (length) => new Float64Array(addon.allocate(8 * length)).fill(0.5)
const row = decodeRow(DOUBLES)
HANDLES.push(kernel, otherAddon.compile(plan, isa[0], 1))

/** One that fits; or that is too short, lies elsewhere, or goes once it is bound. */
const someRow = () =>
  pick([
    () => row,
    () => decodeRow(DOUBLES),
    () => decodeRow(pick([1, 8, 9, 103, 168, 231, 232, 264])),
    () => row.subarray(below(2), below(DOUBLES)),
    () => doubles(DOUBLES),
    () => undefined,
  ])()

function validCall() {
  const { plan: words, views, rotation } = createCall(1)
  const [{ source, sourceOffset, target, targetOffset }] = views
  const { cos, sin, batchStride } = rotation
  return {
    plan: planBytes(words),
    callArguments: [cos, sin, batchStride, source, sourceOffset, target, targetOffset],
  }
}

/** Arguments that each function takes. */
function freshCall() {
  const [cos, sin, batchStride, source] = callArguments
  const memory = pick([
    () => new Float32Array(source.length),
    () => new Float32Array(new SharedArrayBuffer(source.byteLength)),
    () => new Float32Array(addon.allocate(source.byteLength)),
    () => new Float32Array(new ArrayBuffer(source.byteLength, { maxByteLength: 65536 })),
  ])()
  return [cos.slice(), sin.slice(), batchStride, memory, 0, memory, 0]
}

const VALID = {
  compile: () => [somePlan(), pick(isa), 1 + below(4)],
  threadsOf: () => [kernel],
  run: () => [pick(HANDLES), ...freshCall()],
  runRange: () => [pick(HANDLES), 0, 1, ...freshCall()],
  bind: () => [kernel, someRow(), ...freshCall()],
  runBound: () => pick(BOUND)?.() ?? [],
  start: () => [kernel, ...freshCall()],
  allocate: () => [pick([1, 64, 4096, 2 ** 21, 2 ** 22 + 1])],
  runLimit: () => [1, pick(isa), 1.5, 2, new Float32Array(64), pick([undefined, doubles(64)])],
  countThreads: () => [],
}

/** Detaches an array, where that goes: the addon's own memory cannot be transferred everywhere. */
function takeAway({ buffer }) {
  try {
    structuredClone(buffer, { transfer: [buffer] })
  } catch {
    // Then it stays.
  }
}

/** Bound calls, with their memory in ever other states. */
const BOUND = []
function addBound(handle, own, [cos, sin, , source]) {
  if (own !== undefined && own !== row && below(2) === 0) takeAway(own)
  HANDLES.push(handle)
  const shared = source.buffer instanceof SharedArrayBuffer || source.buffer.resizable
  const memory = [cos.buffer, sin.buffer, shared ? source : source.buffer].slice(
    own === undefined ? 0 : 2,
  )
  if (below(3) === 0 && source.buffer.resizable) source.buffer.resize(pick([0, 8, 2048, 65536]))
  if (below(3) === 0 && !shared && below(2) === 0) takeAway(source)
  BOUND.push(() => [handle, below(5), ...memory])
  if (BOUND.length > 40) BOUND.shift()
  if (HANDLES.length > 60) HANDLES.splice(2, 20)
}

const FUNCTIONS = Object.keys(addon).filter((name) => typeof addon[name] === 'function')
const forgotten = FUNCTIONS.filter((name) => !(name in VALID))
if (forgotten.length > 0) throw new Error(`nobody calls ${forgotten}`)

const promises = []
let through = 0
for (let i = 0; i < calls; i++) {
  const name = pick(FUNCTIONS)
  const args = VALID[name]()
  const kind = below(4)
  if (kind === 1) for (let n = 1 + below(3); n > 0; n--) args[below(args.length + 1)] = exotic()
  if (kind === 2) args.splice(0, args.length, ...Array.from({ length: below(14) }, exotic))
  if (kind === 3 && below(8) === 0) args.length = below(args.length + 1)
  try {
    const result = addon[name](...args)
    if (typeof result !== 'number' || name === 'countThreads' || name === 'threadsOf') through++
    if (result instanceof Promise) promises.push(result)
    if (name === 'compile' && result !== undefined) HANDLES.push(result)
    if (name === 'bind' && typeof result === 'object' && ArrayBuffer.isView(args[5]))
      addBound(result, args[1], args.slice(2))
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error
  }
  if (i % 500 === 0) {
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
}
await Promise.all(promises)
process.stdout.write(JSON.stringify({ calls, through }))
