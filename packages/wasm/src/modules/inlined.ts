/**
 * The modules inlined in the code as base64: nothing to fetch, nothing for a bundler to find.
 */

import type { ModuleSource } from '../threads/module-source.js'
import { startScript } from '../threads/start-worker.js'
import { SINGLE_BASE64 } from './single.generated.js'

function compileBase64(text: string): Promise<WebAssembly.Module> {
  const characters = atob(text.replaceAll('\n', ''))
  const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0))
  return WebAssembly.compile(bytes)
}

/** The threaded module is a chunk of its own, loaded by those who want threads. */
async function compileThreaded(): Promise<WebAssembly.Module> {
  const { THREADED_BASE64 } = await import('./threaded.generated.js')
  return compileBase64(THREADED_BASE64)
}

/** The inlined modules; workers start from a script that is inlined too. */
export const INLINED_MODULES: ModuleSource = {
  single: () => compileBase64(SINGLE_BASE64),
  threaded: compileThreaded,
  startWorker: startScript,
}
