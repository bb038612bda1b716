/**
 * The benchmark in a page that somebody else has opened: it runs, and sends what it finds out to the
 * server that the page came from.
 */
import { RopeError } from '@rope/core'
import { messageOf } from '../messages.js'
import type { GpuBenchSize } from './groups.js'
import type { OnnxRuntimeWeb } from './onnxruntime-call.js'
import { runGpuBench } from './run.js'
import type { LoadedPeer } from './session.js'

/** What the page is told. */
export interface PageOptions {
  readonly size: GpuBenchSize
  readonly filter?: string | undefined
  /** Where onnxruntime-web's WebGPU bundle is, or why it is nowhere. */
  readonly peer:
    | { readonly module: string; readonly files: string }
    | { readonly module: null; readonly reason: string }
  /** Where messages are sent to. */
  readonly report: string
}

/** A message of the page. */
export type PageMessage =
  | { readonly kind: 'progress' | 'group' | 'result'; readonly data: unknown }
  | { readonly kind: 'error'; readonly code: string | null; readonly message: string }

type Send = (message: PageMessage) => Promise<void>

/** One after the other: on a busy machine a later message would overtake an earlier one. */
function sender(url: string): Send {
  const { fetch } = globalThis as unknown as {
    readonly fetch: (url: string, init: object) => Promise<unknown>
  }
  let last: Promise<unknown> = Promise.resolve()
  return async (message) => {
    const post = (): Promise<unknown> =>
      fetch(url, { method: 'POST', body: JSON.stringify(message) })
    last = last.then(post, post)
    await last
  }
}

async function loadPeer({ peer }: PageOptions): Promise<LoadedPeer> {
  if (peer.module === null) return { ort: null, reason: peer.reason }
  try {
    const ort = (await import(/* @vite-ignore */ peer.module)) as OnnxRuntimeWeb
    ort.env.wasm.wasmPaths = peer.files
    ort.env.wasm.numThreads = 1
    return { ort, reason: null }
  } catch (error) {
    return { ort: null, reason: `onnxruntime-web did not load: ${messageOf(error)}` }
  }
}

/** Runs the benchmark and sends progress, groups, and at the end the result or an error. */
export async function runGpuPage(options: PageOptions): Promise<void> {
  const send = sender(options.report)
  const { size, filter } = options
  try {
    const data = await runGpuBench({
      size,
      filter,
      peer: await loadPeer(options),
      onProgress: (progress) => void send({ kind: 'progress', data: progress }),
      onGroup: (group) => void send({ kind: 'group', data: group }),
    })
    await send({ kind: 'result', data })
  } catch (error) {
    const code = RopeError.isInstance(error) ? error.code : null
    await send({ kind: 'error', code, message: messageOf(error) })
  }
}
