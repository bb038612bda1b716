/**
 * Worker threads that load the addon before the main thread does, side by side, and end in several
 * ways: when the last one has gone, the system unloads the addon, and then it is loaded again.
 */
import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createNativeBackend } from '@rope/native'
import { checkRotated, createCall, shared } from './work.js'

async function work(end) {
  const backend = createNativeBackend({ threads: 3 })
  for (let round = 0; round < 4; round++) {
    const call = createCall(2048 + round)
    backend.compile(call.plan).run(call)
    checkRotated(call)
  }
  const call = createCall(16384, shared)
  const kernel = backend.compile(call.plan)
  const promise = kernel.runAsync(call)
  if (end !== 'finish') {
    parentPort?.postMessage('under way')
    if (end === 'exit') process.exit(0)
    for (;;) await kernel.runAsync(call)
  }
  await promise
  checkRotated(call)
}

async function runWorkers(...ends) {
  await Promise.all(
    ends.map(async (end) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: end })
      const gone = once(worker, 'exit')
      if (end === 'terminate') {
        await once(worker, 'message')
        await worker.terminate()
      }
      const [code] = await gone
      if (code !== (end === 'terminate' ? 1 : 0))
        throw new Error(`a worker that should ${end} ended with ${code}`)
    }),
  )
}

if (isMainThread) {
  await runWorkers('finish')
  await runWorkers('terminate')
  await runWorkers('exit')
  await runWorkers('finish', 'terminate', 'exit', 'finish')
  await work('finish')
  await runWorkers('finish', 'terminate', 'exit')
  await work('finish')
  process.stdout.write('done')
} else {
  await work(workerData)
}
