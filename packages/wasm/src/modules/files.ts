/**
 * The modules as files: for pages whose content-security policy forbids workers from blobs, and for
 * those who would rather cache a file than carry base64. WebAssembly itself always needs
 * 'wasm-unsafe-eval' in `script-src`.
 */

import { RopeError } from '@rope/core'
import { checkFields, checkRecord, reject } from '@rope/core/backend'
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

/** The place of a file: as it was given, else beside `base`. */
function placeOf(given: unknown, key: string, name: string, base: string): URL {
  const accepted = 'the place of a file, as a text or a URL'
  const isText = given === undefined || typeof given === 'string'
  const place = isText
    ? (given ?? name)
    : checkFields(given, `files.${key}`, ['href'], accepted).href
  if (typeof place === 'string' && URL.canParse(place, base)) return new URL(place, base)
  return reject('INVALID_OPTION', `files.${key}`, given, accepted)
}

/**
 * Modules from files, looked for beside `base` unless `files` says where.
 *
 * @throws RopeError INVALID_OPTION naming the file
 */
export function filesSource(files: unknown, base: string): ModuleSource {
  const { single, threaded, worker } = checkRecord(files, 'files', '{ single, threaded, worker }')
  const singleUrl = placeOf(single, 'single', 'rope.wasm', base)
  const threadedUrl = placeOf(threaded, 'threaded', 'rope-threads.wasm', base)
  const workerUrl = placeOf(worker, 'worker', 'rope-worker.cjs', base)
  return {
    single: () => compileFile(singleUrl),
    threaded: () => compileFile(threadedUrl),
    startWorker: (data) => startFile(workerUrl, data),
  }
}
