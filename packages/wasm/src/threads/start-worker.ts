/**
 * Starting a worker in Node and in browsers. A worker never keeps a program alive: in Node it is
 * not counted, so that the process ends when its own work does.
 */
import type { StartedWorker, WorkerData } from './module-source.js'
import { WORKER_SCRIPT } from './worker-script.js'

interface NodeWorker {
  postMessage(data: WorkerData): void
  on(event: 'error', listener: () => void): void
  unref(): void
  terminate(): unknown
}

interface NodeWorkerModule {
  readonly Worker: new (script: string | URL, options: object) => NodeWorker
}

interface NodeProcess {
  getBuiltinModule?(name: 'node:worker_threads'): NodeWorkerModule
}

function nodeWorkers(): NodeWorkerModule | undefined {
  const { process } = globalThis as { process?: NodeProcess }
  return process?.getBuiltinModule?.('node:worker_threads')
}

/** A worker that fails to start is one worker less; calls do not depend on it. */
function startInNode(
  { Worker }: NodeWorkerModule,
  script: string | URL,
  data: WorkerData,
): StartedWorker {
  const options = { eval: typeof script === 'string', execArgv: [], stdout: false, stderr: false }
  const worker = new Worker(script, options)
  worker.on('error', () => {})
  worker.postMessage(data)
  worker.unref()
  return { terminate: () => void worker.terminate() }
}

function startInBrowser(url: string | URL, data: WorkerData): StartedWorker {
  const worker = new Worker(url)
  worker.postMessage(data)
  return { terminate: () => worker.terminate() }
}

/** Starts the inlined worker script. */
export function startScript(data: WorkerData): StartedWorker {
  const node = nodeWorkers()
  if (node !== undefined) return startInNode(node, WORKER_SCRIPT, data)
  const url = URL.createObjectURL(new Blob([WORKER_SCRIPT], { type: 'text/javascript' }))
  try {
    return startInBrowser(url, data)
  } finally {
    // The worker has its own hold on the blob once it has begun to load it; a moment is enough.
    setTimeout(() => URL.revokeObjectURL(url), 10_000)
  }
}

/** Starts the worker script that lies at `url`. */
export function startFile(url: URL, data: WorkerData): StartedWorker {
  const node = nodeWorkers()
  return node === undefined ? startInBrowser(url, data) : startInNode(node, url, data)
}
