/**
 * The libraries of others, as peers of the benchmark: loaded when they are measured, in the worker,
 * and only where the page was built with them.
 */

import type { GpuBenchOptions } from '@rope/bench/gpu'
import {
  createOnnxRuntimePeer,
  createTfjsPeer,
  type OnnxRuntime,
  type PeerEntry,
  type Tfjs,
} from '@rope/bench/peers'

/** Why a library takes no part in a page that was built without it. */
const NOT_BUILT = 'this page was built without it; its README says how to build it in'

const TFJS_BINARIES = ['', '-simd', '-threaded-simd'].map((kind) => `tfjs-backend-wasm${kind}.wasm`)

/** onnxruntime-web as far as a page sets it up. */
interface OnnxRuntimeSetup {
  readonly env: { readonly wasm: { numThreads?: number } }
}

/** tfjs as far as a page sets it up. */
interface TfjsSetup extends Tfjs {
  enableProdMode(): void
  env(): { set(flag: string, value: boolean): void }
}

/** A library that the page was built with; it is not loaded yet. */
export interface BuiltPeer {
  /** Package and version. */
  readonly version: string
  readonly modules: Readonly<Record<string, () => Promise<unknown>>>
}

/** Such libraries by name. */
export type BuiltPeers = Readonly<Record<string, BuiltPeer>>

/** The peers of the CPU with these names. */
export function peerEntries(built: BuiltPeers, names: readonly string[]): readonly PeerEntry[] {
  return names.map((name) => ({
    name,
    load: async () => {
      const peer = built[name]
      if (peer === undefined) throw new Error(`${name}: ${NOT_BUILT}`)
      return name === 'onnxruntime-web' ? loadOnnxRuntime(peer) : loadTfjs(name, peer)
    },
  }))
}

/** onnxruntime-web on the GPU, if it is wanted and there. */
export async function gpuPeer(
  built: BuiltPeers,
  names: readonly string[],
): Promise<GpuBenchOptions['peer']> {
  const name = 'onnxruntime-web'
  if (!names.includes(name)) return { ort: null, reason: 'it was not chosen' }
  const peer = built[name]
  if (peer === undefined) return { ort: null, reason: NOT_BUILT }
  try {
    const ort = await load<NonNullable<GpuBenchOptions['peer']['ort']>>(peer, 'webgpu')
    ort.env.wasm.numThreads = 1
    return { ort, reason: null }
  } catch (error) {
    return { ort: null, reason: `it did not load: ${String(error)}` }
  }
}

async function loadOnnxRuntime(peer: BuiltPeer): Promise<Awaited<ReturnType<PeerEntry['load']>>> {
  const ort = await load<OnnxRuntime & OnnxRuntimeSetup>(peer, 'wasm')
  // One thread, as everybody else in the group.
  ort.env.wasm.numThreads = 1
  const { version } = peer
  return createOnnxRuntimePeer(ort, { name: 'onnxruntime-web', version, provider: 'wasm' })
}

async function loadTfjs(
  name: string,
  peer: BuiltPeer,
): Promise<Awaited<ReturnType<PeerEntry['load']>>> {
  const tf = await load<TfjsSetup>(peer, 'core')
  const own = await load<{ setWasmPaths?(paths: Readonly<Record<string, string>>): void }>(
    peer,
    'backend',
  )
  const backend = own.setWasmPaths === undefined ? 'cpu' : 'wasm'
  if (own.setWasmPaths !== undefined) {
    const { default: binary } = await load<{ readonly default: string }>(peer, 'binary')
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
    // It wants a file for each binary, and takes the one with vectors for one thread.
    own.setWasmPaths(Object.fromEntries(TFJS_BINARIES.map((file) => [file, binary])))
  }
  // No checks of every result for NaN.
  tf.enableProdMode()
  await tf.setBackend(backend)
  return createTfjsPeer(tf, { name, version: peer.version, backend })
}

async function load<Module>(peer: BuiltPeer, name: string): Promise<Module> {
  const importModule = peer.modules[name]
  if (importModule === undefined) throw new Error(`it has no module ${name}`)
  return (await importModule()) as Module
}
