/**
 * The backends of this project, one line each, best first. Each import is lazy and literal: bundlers
 * see it, and a package that is absent or broken stops nobody.
 */
import { RopeError } from '@rope/core'
import type { WebGpuBackend, WebGpuOptions } from '@rope/webgpu'
import { messageOf } from '../messages.js'
import { processOf } from '../platform/environment.js'
import type { BackendEntry, BackendModule } from './entry.js'

/** What holds for every backend of this project. */
const OURS = { validatesFirst: true } as const

/** A bundler that leaves a package out may put an empty module in its place. */
function checkThere(exported: unknown, packageName: string): void {
  if (exported !== undefined) return
  throw Object.assign(new Error(`Cannot find module '${packageName}'`), {
    code: 'MODULE_NOT_FOUND',
  })
}

/** A `catch` tells bundlers that the package may be absent; what was thrown goes on its way. */
function pass(error: unknown): never {
  throw error
}

async function loadNative(): Promise<BackendModule> {
  if (processOf()?.versions?.node === undefined) {
    throw new RopeError(
      'UNAVAILABLE',
      '@rope/native is machine code, which needs Node (or Bun or Deno); a browser cannot load it',
      { field: 'backend' },
    )
  }
  const { createNativeBackend, probeNative } = await import('@rope/native').catch(pass)
  checkThere(createNativeBackend, '@rope/native')
  return { create: () => createNativeBackend(), probe: () => probeNative() }
}

async function loadWasm(): Promise<BackendModule> {
  const { createWasmBackend, probeWasm } = await import('@rope/wasm').catch(pass)
  checkThere(createWasmBackend, '@rope/wasm')
  return { create: () => createWasmBackend(), probe: () => probeWasm() }
}

async function loadJs(): Promise<BackendModule> {
  const { createJsBackend, probeJs } = await import('@rope/js').catch(pass)
  checkThere(createJsBackend, '@rope/js')
  return { create: () => createJsBackend(), probe: () => probeJs() }
}

/**
 * The probe makes the backend and asks its device: looking for an adapter twice costs a browser a
 * tenth of a second, and the npm package of Node does not survive it.
 */
async function loadWebGpu(): Promise<BackendModule> {
  const { createWebGpuBackend, probeWebGpu } = await import('@rope/webgpu').catch(pass)
  checkThere(createWebGpuBackend, '@rope/webgpu')
  let made: WebGpuBackend | undefined
  return {
    async probe(options) {
      try {
        // The device is of the type that the platform declares; this package declares none.
        made = await createWebGpuBackend(options as WebGpuOptions)
      } catch (error) {
        return { available: false, reason: messageOf(error), facts: {} }
      }
      return probeWebGpu({ device: made.gpuDevice })
    },
    create: (options) => made ?? createWebGpuBackend(options as WebGpuOptions),
    discard: () => made?.dispose(),
  }
}

/** Every backend of this project, best first. A new one is one line here and its loader above. */
export const BACKENDS: readonly BackendEntry[] = [
  { name: 'native', packageName: '@rope/native', device: 'cpu', ...OURS, load: loadNative },
  { name: 'wasm', packageName: '@rope/wasm', device: 'cpu', ...OURS, load: loadWasm },
  { name: 'js', packageName: '@rope/js', device: 'cpu', ...OURS, load: loadJs },
  { name: 'webgpu', packageName: '@rope/webgpu', device: 'gpu', ...OURS, load: loadWebGpu },
]
