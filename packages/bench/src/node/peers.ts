/**
 * Peers from npm. They weigh hundreds of megabytes, so nothing depends on them: they are looked
 * for in a folder of their own, and then where the command was started.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { RopeError } from '@rope/core'
import { createOnnxRuntimePeer, type OnnxRuntime } from '../peers/onnxruntime.js'
import type { Peer, PeerEntry } from '../peers/peer.js'
import { createTfjsPeer, type Tfjs } from '../peers/tfjs.js'

/** The command that adds all peers. */
export const ADD_PEERS = 'npm run bench:peers'

/** Packages and exact versions that the peers are made of: what `ADD_PEERS` installs. */
export const PEER_PACKAGES: Readonly<Record<string, string>> = {
  'onnxruntime-node': '1.30.0',
  'onnxruntime-web': '1.30.0',
  '@tensorflow/tfjs-core': '4.22.0',
  '@tensorflow/tfjs-backend-cpu': '4.22.0',
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
}

/** Every peer from npm, in the order of the report. */
export const NODE_PEERS: readonly PeerEntry[] = [
  { name: 'onnxruntime-node', load: loadOnnxRuntimeNode },
  { name: 'onnxruntime-web', load: loadOnnxRuntimeWeb },
  { name: 'tfjs-wasm', load: () => loadTfjs('wasm') },
  { name: 'tfjs-cpu', load: () => loadTfjs('cpu') },
]

/** A package that was found: its module, its version and its folder. */
interface Found {
  readonly module: Readonly<Record<string, unknown>>
  readonly version: string
  readonly folder: string
}

async function loadOnnxRuntimeNode(): Promise<Peer> {
  const { module, version } = await loadPackage('onnxruntime-node')
  return createOnnxRuntimePeer(module as unknown as OnnxRuntime, {
    name: 'onnxruntime-node',
    version: `onnxruntime-node ${version}`,
    provider: 'cpu',
  })
}

async function loadOnnxRuntimeWeb(): Promise<Peer> {
  const { module, version } = await loadPackage('onnxruntime-web')
  const { env } = module as { readonly env?: { readonly wasm: { numThreads?: number } } }
  // One thread: its workers would only stand in the way of the others on a small machine.
  if (env !== undefined) env.wasm.numThreads = 1
  return createOnnxRuntimePeer(module as unknown as OnnxRuntime, {
    name: 'onnxruntime-web',
    version: `onnxruntime-web ${version}`,
    provider: 'wasm',
  })
}

async function loadTfjs(backend: 'cpu' | 'wasm'): Promise<Peer> {
  const { module } = await loadPackage('@tensorflow/tfjs-core')
  const { module: own, version, folder } = await loadPackage(`@tensorflow/tfjs-backend-${backend}`)
  if (backend === 'wasm') {
    const setPaths = own.setWasmPaths as (prefix: string) => void
    setPaths(join(folder, 'dist', '/'))
  }
  const tf = module as unknown as Tfjs & { enableProdMode(): void }
  // No checks of every result for NaN, and no advertisement on standard error.
  tf.enableProdMode()
  await tf.setBackend(backend)
  return createTfjsPeer(tf, {
    name: `tfjs-${backend}`,
    version: `@tensorflow/tfjs-backend-${backend} ${version}`,
    backend,
  })
}

/**
 * Where packages are looked for: the folder beside this package, which `ADD_PEERS` fills, then
 * the working directory's own packages.
 */
function roots(): readonly string[] {
  return [join(packageFolder(), 'peers'), process.cwd()]
}

/** The folder of this package, from wherever inside it this code was put. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) {
    folder = dirname(folder)
  }
  return folder
}

async function loadPackage(name: string): Promise<Found> {
  for (const root of roots()) {
    const folder = join(root, 'node_modules', name)
    if (!existsSync(join(folder, 'package.json'))) continue
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      readonly version: string
    }
    // CommonJS entries: both of a pair of packages then share one copy of what they depend on.
    const entry = createRequire(join(root, 'package.json')).resolve(name)
    const module = (await import(pathToFileURL(entry).href)) as { readonly default?: object }
    return { module: (module.default ?? module) as Found['module'], version, folder }
  }
  throw new RopeError(
    'UNAVAILABLE',
    `${name} is not installed; to add the peers, run: ${ADD_PEERS}`,
    {
      field: name,
    },
  )
}
