/**
 * The same backend with its modules as files beside the code, for strict content-security policies:
 * no base64, no worker from a blob.
 */
import { checkRecord } from '@rope/core/backend'
import { createBackend, type WasmBackend } from './backend.js'
import { filesSource, type ModuleFiles } from './modules/files.js'
import type { WasmOptions } from './options.js'

export { probeWasm, type WasmBackend } from './backend.js'
export type { CompiledModule, FileLocation, ModuleFiles, ModuleLocation } from './modules/files.js'
export type { WasmOptions } from './options.js'

/** Options of the backend, and where its files are. */
export interface ExternalWasmOptions extends WasmOptions {
  /** Places of the files, absolute or relative to this code, or modules; default: beside it. */
  readonly files?: ModuleFiles
}

/**
 * A backend in WebAssembly SIMD whose modules are fetched (or read, in Node) as files, or given
 * compiled. The files are exports of this package, `@rope/wasm/rope.wasm` and so on, so that a
 * bundler can give their address.
 *
 * @param options threads, and where `rope.wasm`, `rope-threads.wasm` and `rope-worker.cjs` are
 * @throws RopeError UNAVAILABLE where there is no WebAssembly SIMD or a file cannot be loaded
 * @throws RopeError INVALID_OPTION naming the option
 */
export async function createWasmBackend(options: ExternalWasmOptions = {}): Promise<WasmBackend> {
  const { files = {} } = checkRecord(options, 'options', '{ threads, files }')
  return createBackend(filesSource(files, import.meta.url), options)
}
