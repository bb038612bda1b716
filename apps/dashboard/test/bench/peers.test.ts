/** Libraries of others as peers: loaded when they are asked for, set up, or missing with a reason. */
import type { PeerEntry } from '@rope/bench/peers'
import { describe, expect, test } from 'vitest'
import { type BuiltPeers, gpuPeer, peerEntries } from '../../src/bench/peers.js'

/** A library out of stand-ins for its modules, and which of them were loaded. */
function built(name: string, modules: Readonly<Record<string, unknown>>) {
  const loaded: string[] = []
  const imports = Object.entries(modules).map(([key, module]) => [
    key,
    async () => {
      loaded.push(key)
      if (module instanceof Error) throw module
      return module
    },
  ])
  const peers: BuiltPeers = {
    [name]: { version: `${name} 1.2.3`, modules: Object.fromEntries(imports) },
  }
  return { peers, loaded }
}

function load(peers: BuiltPeers, name: string): ReturnType<PeerEntry['load']> {
  const [entry] = peerEntries(peers, [name])
  if (entry === undefined) throw new Error('there is no entry')
  return entry.load()
}

const nothing = (): undefined => undefined

/** What a rotation is composed of; nothing is rotated here. */
const OPERATORS = {
  ...{ tensor: nothing, slice: nothing, mul: nothing, add: nothing, sub: nothing },
  ...{ concat: nothing, reshape: nothing, tidy: nothing, getBackend: nothing },
}

describe('libraries of others', () => {
  test('onnxruntime-web is loaded when it is measured, on one thread', async () => {
    const InferenceSession = { create: nothing }
    const ort = { env: { wasm: {} }, InferenceSession, Tensor: class {} }
    const { peers, loaded } = built('onnxruntime-web', { wasm: ort, webgpu: ort })
    expect(peerEntries(peers, ['onnxruntime-web'])).toHaveLength(1)
    expect(loaded).toEqual([])
    const peer = await load(peers, 'onnxruntime-web')
    expect([peer.name, peer.version]).toEqual(['onnxruntime-web', 'onnxruntime-web 1.2.3'])
    expect(loaded).toEqual(['wasm'])
    expect(ort.env.wasm).toEqual({ numThreads: 1 })
  })

  test('tfjs knows where its binary is, and uses one thread of it', async () => {
    const [said, flags]: [unknown[], unknown[]] = [[], []]
    const core = {
      ...OPERATORS,
      enableProdMode: () => said.push('production'),
      env: () => ({ set: (...flag: unknown[]) => flags.push(flag) }),
      setBackend: async (name: string) => said.push(name),
    }
    const backend = { setWasmPaths: (paths: object) => said.push(paths) }
    const { peers } = built('tfjs-wasm', { core, backend, binary: { default: '/x.wasm' } })
    expect((await load(peers, 'tfjs-wasm')).name).toBe('tfjs-wasm')
    expect(flags).toEqual([['WASM_HAS_MULTITHREAD_SUPPORT', false]])
    expect(said).toEqual([
      {
        'tfjs-backend-wasm.wasm': '/x.wasm',
        'tfjs-backend-wasm-simd.wasm': '/x.wasm',
        'tfjs-backend-wasm-threaded-simd.wasm': '/x.wasm',
      },
      'production',
      'wasm',
    ])
  })

  test('tfjs without a binary is its plain backend', async () => {
    const backends: string[] = []
    const core = {
      ...OPERATORS,
      enableProdMode: nothing,
      setBackend: async (name: string) => backends.push(name),
    }
    const { peers } = built('tfjs-cpu', { core, backend: {} })
    await load(peers, 'tfjs-cpu')
    expect(backends).toEqual(['cpu'])
  })

  test('what the page was built without says so', async () => {
    await expect(load({}, 'tfjs-cpu')).rejects.toThrow('tfjs-cpu: this page was built without it')
    expect((await gpuPeer({}, ['onnxruntime-web'])).reason).toContain('built without it')
  })

  test('on the GPU onnxruntime-web takes part when it was chosen and loads', async () => {
    const ort = { env: { wasm: {} } }
    const { peers, loaded } = built('onnxruntime-web', { wasm: {}, webgpu: ort })
    expect(await gpuPeer(peers, [])).toEqual({ ort: null, reason: 'it was not chosen' })
    expect(loaded).toEqual([])
    expect(await gpuPeer(peers, ['onnxruntime-web'])).toEqual({ ort, reason: null })
    const broken = built('onnxruntime-web', { webgpu: new Error('no such file') })
    expect((await gpuPeer(broken.peers, ['onnxruntime-web'])).reason).toMatch(
      /^it did not load: .*no such file/,
    )
  })
})
