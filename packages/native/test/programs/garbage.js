/**
 * Drops everything that a call needs while it is under way, and has the garbage collected. Needs
 * --expose-gc.
 */
import { createNativeBackend } from '@rope/native'
import { checkRotated, createCall, shared } from './work.js'

const backend = createNativeBackend({ threads: 2 })
const turn = () => new Promise((resolve) => setImmediate(resolve))

async function collect() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc()
    await turn()
  }
}

/** Only the promise is kept. */
function startAndForget(allocate) {
  const { plan, views, rotation } = createCall(16384, allocate)
  return backend.compile(plan).runAsync({ views, rotation })
}

/** Only the bound function is kept, and a look at its memory. */
function bindAndForget() {
  const call = createCall(1)
  return {
    bound: backend.compile(call.plan).bind(call),
    buffer: new WeakRef(call.views[0].source.buffer),
  }
}

for (const allocate of [shared, (length) => backend.allocate('float32', length), undefined]) {
  for (let round = 0; round < 6; round++) {
    const promises = [startAndForget(allocate), startAndForget(allocate)]
    await collect()
    await Promise.all(promises)
  }
}

const { bound, buffer } = bindAndForget()
await collect()
const kept = buffer.deref()
if (kept === undefined) throw new Error('a bound call let go of its memory')
const before = new Float32Array(kept).slice()
for (let i = 0; i < 1000; i++) bound()
if (new Float32Array(kept).every((value, i) => value === before[i]))
  throw new Error('a bound call did nothing')

// A block that threads work on survives its array, even one that JavaScript has given away.
for (let round = 0; round < 10; round++) {
  let once = createCall(16384, (length) => backend.allocate('float32', length))
  const promise = backend.compile(once.plan).runAsync(once)
  const { buffer } = once.views[0].source
  try {
    if (typeof buffer.transfer === 'function') buffer.transfer(8)
    else structuredClone(buffer, { transfer: [buffer] })
  } catch {
    // Node before 21 refuses to give such memory away: all the better.
  }
  once = undefined
  await collect()
  await promise
}

const last = createCall(16384, shared)
await backend.compile(last.plan).runAsync(last)
checkRotated(last)
process.stdout.write('done')
