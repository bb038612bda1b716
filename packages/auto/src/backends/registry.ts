/**
 * The backends of this project, one line each, best first. Each import is lazy and literal: bundlers
 * see it, and a package that is absent or broken stops nobody.
 */
import type { WebGpuOptions } from '@rope/webgpu'
import type { BackendEntry, BackendModule, CreateOptions } from './entry.js'

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

async function loadWebGpu(): Promise<BackendModule> {
  const { createWebGpuBackend, probeWebGpu } = await import('@rope/webgpu').catch(pass)
  checkThere(createWebGpuBackend, '@rope/webgpu')
  // The caller's device is of the type that the platform declares; this package declares none.
  const typed = (options: CreateOptions): WebGpuOptions => options as WebGpuOptions
  return {
    create: (options) => createWebGpuBackend(typed(options)),
    probe: (options) => probeWebGpu(typed(options)),
  }
}

/** Every backend of this project, best first. A new one is one line here and its loader above. */
export const BACKENDS: readonly BackendEntry[] = [
  { name: 'native', packageName: '@rope/native', device: 'cpu', ...OURS, load: loadNative },
  {
    name: 'wasm',
    packageName: '@rope/wasm',
    device: 'cpu',
    ...OURS,
    hasOwnMemory: true,
    load: loadWasm,
  },
  { name: 'js', packageName: '@rope/js', device: 'cpu', ...OURS, load: loadJs },
  { name: 'webgpu', packageName: '@rope/webgpu', device: 'gpu', ...OURS, load: loadWebGpu },
]
