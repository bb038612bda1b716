/**
 * The modules as files: for pages whose content-security policy forbids workers from blobs, and for
 * those who would rather cache a file than carry base64. WebAssembly itself always needs
 * 'wasm-unsafe-eval' in `script-src`.
 */
import { RopeError } from '@rope/core'
import type { ModuleSource } from '../threads/module-source.js'
import { startFile } from '../threads/start-worker.js'

/** Where a file is: an address, or a URL object. */
export type FileLocation = string | { readonly href: string }

/** Where the files are; those that are not given lie beside the built code. */
export interface ModuleFiles {
  /** `rope.wasm` */
  readonly single?: FileLocation
  /** `rope-threads.wasm` */
  readonly threaded?: FileLocation
  /** `rope-worker.cjs` */
  readonly worker?: FileLocation
}

interface NodeFiles {
  readFile(path: URL): Promise<Uint8Array<ArrayBuffer>>
}

interface NodeProcess {
  getBuiltinModule?(name: 'node:fs/promises'): NodeFiles
}

async function readBytes(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const { process } = globalThis as { process?: NodeProcess }
  if (url.protocol === 'file:' && process?.getBuiltinModule !== undefined) {
    return process.getBuiltinModule('node:fs/promises').readFile(url)
  }
  const response = await fetch(url)
  if (!response.ok) throw new Error(`HTTP status ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

async function compileFile(url: URL): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(await readBytes(url))
  } catch (cause) {
    throw new RopeError(
      'UNAVAILABLE',
      `${url.href} is no WebAssembly module that this engine can load (${String(cause)}); serve the file of @rope/wasm's dist folder there, or pass its place in 'files'`,
      { field: 'files', cause },
    )
  }
}

/** Modules from files, looked for beside `base` unless `files` says where. */
export function filesSource(files: ModuleFiles, base: string): ModuleSource {
  const place = (given: FileLocation | undefined, name: string): URL =>
    new URL(typeof given === 'object' ? given.href : (given ?? name), base)
  return {
    single: () => compileFile(place(files.single, 'rope.wasm')),
    threaded: () => compileFile(place(files.threaded, 'rope-threads.wasm')),
    startWorker: (data) => startFile(place(files.worker, 'rope-worker.cjs'), data),
  }
}
