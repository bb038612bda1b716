/**
 * The benchmark in a page that somebody else has opened: it runs, and sends what it finds out to the
 * server that the page came from.
 */
import { RopeError } from '@rope/core'
import { checkFields, show } from '@rope/core/backend'
import { messageOf } from '../messages.js'
import { exact, maybe, type Reader, text, word } from '../readers.js'
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

const readPeer: Reader<PageOptions['peer']> = (value, field) => {
  const accepted = '{ module, files } or { module: null, reason }'
  const { module, files, reason } = checkFields(
    value,
    field,
    ['module', 'files', 'reason'],
    accepted,
  )
  if (module === null) return { module, reason: text(reason, `${field}.reason`) }
  return { module: text(module, `${field}.module`), files: text(files, `${field}.files`) }
}

const readOptions: Reader<PageOptions> = exact<PageOptions>({
  size: word('quick', 'full'),
  filter: maybe(text),
  peer: readPeer,
  report: text,
})

type Send = (message: PageMessage) => Promise<void>

/** One after the other: on a busy machine a later message would overtake an earlier one. */
function sender(url: string): Send {
  const { fetch } = globalThis as unknown as {
    readonly fetch: (url: string, init: object) => Promise<unknown>
  }
  let last: Promise<unknown> = Promise.resolve()
  return async (message) => {
    const post = (): Promise<unknown> =>
      fetch(url, { method: 'POST', body: JSON.stringify(message) }).catch((cause: unknown) => {
        const problem = `report is ${show(url)}, where no message arrives`
        throw new RopeError('UNAVAILABLE', problem, { field: 'report', cause })
      })
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

/**
 * Runs the benchmark and sends progress, groups, and at the end the result or an error.
 *
 * @throws RopeError INVALID_OPTION naming the option
 * @throws RopeError UNAVAILABLE when nobody takes the messages
 */
export async function runGpuPage(options: PageOptions): Promise<void> {
  const read = readOptions(options, 'options')
  const send = sender(read.report)
  const { size, filter } = read
  try {
    const data = await runGpuBench({
      size,
      filter,
      peer: await loadPeer(read),
      onProgress: (progress) => void send({ kind: 'progress', data: progress }),
      onGroup: (group) => void send({ kind: 'group', data: group }),
    })
    await send({ kind: 'result', data })
  } catch (error) {
    const code = RopeError.isInstance(error) ? error.code : null
    await send({ kind: 'error', code, message: messageOf(error) })
  }
}
