/**
 * The modules as files: for pages whose content-security policy forbids workers from blobs, and for
 * those who would rather cache a file than carry base64. WebAssembly itself always needs
 * 'wasm-unsafe-eval' in `script-src`, except where the platform compiles modules beforehand: then
 * they are given as they are.
 */

import { RopeError } from '@rope/core'
import { checkFields, checkRecord, reject } from '@rope/core/backend'
import type { ModuleSource } from '../threads/module-source.js'
import { startFile } from '../threads/start-worker.js'

/** Where a file is: an address, or a URL object. */
export type FileLocation = string | { readonly href: string }

/**
 * A `WebAssembly.Module`. TypeScript's own type for it is as wide, and is missing where a project
 * has neither the DOM library nor Node's types.
 */
export type CompiledModule = object

/** A compiled module, or where its file is. */
export type ModuleLocation = FileLocation | CompiledModule

/** Where the files are; those that are not given lie beside the built code. */
export interface ModuleFiles {
  /** `rope.wasm`, or the module that was compiled from it */
  readonly single?: ModuleLocation
  /** `rope-threads.wasm`, or the module that was compiled from it */
  readonly threaded?: ModuleLocation
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

const PLACE = 'the place of a file, as a text or a URL'
const PLACE_OR_MODULE = `${PLACE}, or a WebAssembly.Module`

/** Where a file is that was not given: beside the code, unless a bundler took that place away. */
function besideCode(name: string, key: string, base: string | undefined): URL {
  if (URL.canParse(name, base)) return new URL(name, base)
  const problem = `this code does not know where it lies (it was bundled, perhaps), so that ${name} cannot be looked for beside it`
  throw new RopeError('UNAVAILABLE', `${problem}; pass files.${key}`, { field: `files.${key}` })
}

/** The place of a file that was given. */
function placeOf(given: unknown, key: string, base: string | undefined, accepted: string): URL {
  const place =
    typeof given === 'string' ? given : checkFields(given, `files.${key}`, ['href'], accepted).href
  if (typeof place === 'string' && URL.canParse(place, base)) return new URL(place, base)
  return reject('INVALID_OPTION', `files.${key}`, given, accepted)
}

/** The names that a compiled module exports; undefined for anything else, of whatever realm. */
function exportsOf(value: unknown): readonly string[] | undefined {
  try {
    return WebAssembly.Module.exports(value as WebAssembly.Module).map(({ name }) => name)
  } catch {
    return undefined
  }
}

/** What both modules export, and what the threaded one has on top. */
const EXPORTS = ['programBytes', 'prepare', 'run', 'multiply', '__heap_base']
const THREADED_EXPORT = 'runChunks'

/** A module as it was given, or compiled from its file when it is wanted. */
function moduleFrom(
  given: unknown,
  key: 'single' | 'threaded',
  base: string | undefined,
): () => Promise<WebAssembly.Module> {
  const name = key === 'single' ? 'rope.wasm' : 'rope-threads.wasm'
  if (given === undefined) return async () => compileFile(besideCode(name, key, base))
  const names = exportsOf(given)
  if (names === undefined) {
    const url = placeOf(given, key, base, PLACE_OR_MODULE)
    return () => compileFile(url)
  }
  const isThreaded = names.includes(THREADED_EXPORT)
  if (EXPORTS.every((wanted) => names.includes(wanted)) && isThreaded === (key === 'threaded')) {
    return async () => given as WebAssembly.Module
  }
  const found = names.length === 0 ? 'nothing' : names.join(', ')
  throw new RopeError(
    'INVALID_OPTION',
    `files.${key} is a module that exports ${found}; accepted: the one that was compiled from @rope/wasm/${name}`,
    { field: `files.${key}` },
  )
}

/**
 * Modules from files, looked for beside `base` unless `files` says where, or as they are given.
 *
 * @param base the URL of this code; undefined where a bundler left none
 * @throws RopeError INVALID_OPTION naming the file
 */
export function filesSource(files: unknown, base: string | undefined): ModuleSource {
  const { single, threaded, worker } = checkRecord(files, 'files', '{ single, threaded, worker }')
  const script = worker === undefined ? undefined : placeOf(worker, 'worker', base, PLACE)
  return {
    single: moduleFrom(single, 'single', base),
    threaded: moduleFrom(threaded, 'threaded', base),
    startWorker: (data) => startFile(script ?? besideCode('rope-worker.cjs', 'worker', base), data),
  }
}
