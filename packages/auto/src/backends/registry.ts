/**
 * The backends of this project, one line each, best first. Each import is lazy and literal: bundlers
 * see it, and a package that is absent or broken stops nobody.
 */
import type { BackendEntry, BackendModule } from './entry.js'

async function loadNative(): Promise<BackendModule> {
  const { createNativeBackend, probeNative } = await import('@rope/native')
  return { create: () => createNativeBackend(), probe: () => probeNative() }
}

async function loadWasm(): Promise<BackendModule> {
  const { createWasmBackend, probeWasm } = await import('@rope/wasm')
  return { create: () => createWasmBackend(), probe: () => probeWasm() }
}

async function loadJs(): Promise<BackendModule> {
  const { createJsBackend, probeJs } = await import('@rope/js')
  return { create: () => createJsBackend(), probe: () => probeJs() }
}

async function loadWebGpu(): Promise<BackendModule> {
  const { createWebGpuBackend, probeWebGpu } = await import('@rope/webgpu')
  return { create: createWebGpuBackend, probe: probeWebGpu }
}

/** Every backend of this project, best first. A new one is one line here and its loader above. */
export const BACKENDS: readonly BackendEntry[] = [
  { name: 'native', packageName: '@rope/native', device: 'cpu', validatesFirst: true, load: loadNative },
  { name: 'wasm', packageName: '@rope/wasm', device: 'cpu', validatesFirst: true, load: loadWasm },
  { name: 'js', packageName: '@rope/js', device: 'cpu', validatesFirst: true, load: loadJs },
  { name: 'webgpu', packageName: '@rope/webgpu', device: 'gpu', validatesFirst: true, load: loadWebGpu },
]
