/**
 * The addon loaded again and again in one environment, as hot reloaders do, in workers too, which
 * end in the way that they are told with the pool awake and calls on their way; then this thread
 * ends in the way of its argument.
 */
import { createRequire } from 'node:module'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { probeNative } from '@rope/native'
import { checkRotated, createCall, planBytes, shared } from './work.js'

const require = createRequire(import.meta.url)
const path = String(probeNative().facts.binary)

function loadAgain() {
  for (const name of Object.keys(require.cache)) delete require.cache[name]
  return require(path)
}

/** A call by the pool's threads alone, without this package's own front. */
function start(addon) {
  const call = createCall(16384, shared)
  const [view] = call.views
  const { cos, sin, batchStride } = call.rotation
  const best = addon.instructionSets.filter(({ supported }) => supported).at(-1)
  const kernel = addon.compile(planBytes(call.plan), best.id, 3)
  const { source, sourceOffset, target, targetOffset } = view
  const args = [cos, sin, batchStride, source, sourceOffset, target, targetOffset]
  return { call, promise: addon.start(kernel, ...args), addon, kernel, args }
}

async function work(end) {
  const started = [1, 2, 3].map(() => start(loadAgain()))
  const foreign = started[1].kernel
  try {
    started[0].addon.threadsOf(foreign) // a handle of another instance: refused, or as good
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  if (end === 'exit') process.exit(0)
  if (end === 'throw') throw new Error('as planned')
  if (end === 'end') return
  for (const { call, promise } of started) {
    await promise
    checkRotated(call)
  }
}

if (isMainThread) {
  const [end = 'finish'] = process.argv.slice(2)
  await work('finish')
  const ends = ['finish', 'exit', 'end', 'throw', 'terminate']
  await Promise.all(
    ends.map(async (how) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: how })
      worker.on('error', () => undefined)
      const ended = new Promise((resolve) => worker.on('exit', resolve))
      if (how === 'terminate') await worker.terminate()
      await ended
    }),
  )
  process.stdout.write('done')
  await work(end)
} else {
  await work(workerData)
}
