/**
 * THE list of this project's backends, one line each, best first: the front door, the command, the
 * benchmark and the demo take theirs from here. Each import is lazy and literal: bundlers see it, and
 * a package that is absent or broken stops nobody.
 */
import { RopeError } from '@rope/core'
import type { Backend, Probe } from '@rope/core/backend'
import type { WebGpuBackend, WebGpuOptions } from '@rope/webgpu'
import { messageOf } from '../messages.js'
import { processOf } from '../platform/environment.js'
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
  if (processOf()?.versions?.node === undefined) {
    throw new RopeError(
      'UNAVAILABLE',
      '@rope/native is machine code, which needs Node (or Bun or Deno); a browser cannot load it',
      { field: 'backend' },
    )
  }
  const { createNativeBackend, probeNative } = await import('@rope/native').catch(pass)
  checkThere(createNativeBackend, '@rope/native')
  return {
    // It counts the calling thread as well.
    create: ({ threads }) => createNativeBackend(threads === 'one' ? { threads: 1 } : {}),
    probe: () => probeNative(),
  }
}

async function loadWasm(): Promise<BackendModule> {
  const { createWasmBackend, probeWasm } = await import('@rope/wasm').catch(pass)
  checkThere(createWasmBackend, '@rope/wasm')
  return {
    create: ({ threads }) => {
      // By itself it starts none, since threads make its memory shared.
      if (threads === undefined) return createWasmBackend()
      return createWasmBackend({ threads: threads === 'one' ? 0 : 'auto' })
    },
    probe: () => probeWasm(),
  }
}

async function loadJs(): Promise<BackendModule> {
  const { createJsBackend, probeJs } = await import('@rope/js').catch(pass)
  checkThere(createJsBackend, '@rope/js')
  return { create: () => createJsBackend(), probe: () => probeJs() }
}

async function loadWebGpu(): Promise<BackendModule> {
  const { createWebGpuBackend, probeWebGpu } = await import('@rope/webgpu').catch(pass)
  checkThere(createWebGpuBackend, '@rope/webgpu')
  // The device is of the type that the platform declares; this package declares none.
  const make = ({ device }: CreateOptions): Promise<WebGpuBackend> =>
    createWebGpuBackend((device === undefined ? {} : { device }) as WebGpuOptions)
  return probingByMaking(make, ({ gpuDevice }) => probeWebGpu({ device: gpuDevice }))
}

/**
 * A module whose probe makes the first backend and asks that: looking for an adapter twice costs a
 * browser a tenth of a second, and the npm package of Node does not survive it.
 */
function probingByMaking<Made extends Backend>(
  make: (options: CreateOptions) => Promise<Made>,
  ask: (made: Made) => Probe | Promise<Probe>,
): BackendModule {
  let first: Made | undefined
  const takeFirst = (): Made | undefined => {
    const made = first
    first = undefined
    return made
  }
  return {
    async probe(options) {
      try {
        first = await make(options)
        return await ask(first)
      } catch (error) {
        return { available: false, reason: messageOf(error), facts: {} }
      }
    },
    create: (options) => takeFirst() ?? make(options),
    discard: () => takeFirst()?.dispose(),
  }
}

/** Every backend of this project, best first. A new one is one line here and its loader above. */
export const BACKENDS: readonly BackendEntry[] = [
  {
    name: 'native',
    ...OURS,
    device: 'cpu',
    packageName: '@rope/native',
    load: loadNative,
    needs: 'node',
  },
  { name: 'wasm', ...OURS, device: 'cpu', packageName: '@rope/wasm', load: loadWasm },
  { name: 'js', ...OURS, device: 'cpu', packageName: '@rope/js', load: loadJs },
  { name: 'webgpu', ...OURS, device: 'gpu', packageName: '@rope/webgpu', load: loadWebGpu },
]
