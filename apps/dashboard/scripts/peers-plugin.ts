/**
 * The libraries of others in the page's worker, where whoever builds the page asks for them (mode
 * `peers`) and `npm run bench:peers` has installed them. Each becomes a chunk that loads when it is
 * asked for; a page that is built without them stays as light as it was.
 */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Plugin } from 'vite'

/** A library: the package whose version counts, and the modules that it loads. */
interface Library {
  readonly name: string
  readonly packageName: string
  readonly modules: Readonly<Record<string, string>>
}

const CORE = '@tensorflow/tfjs-core/dist/index.js'

/** The libraries. The bundles of onnxruntime-web find their binaries beside themselves. */
const LIBRARIES: readonly Library[] = [
  {
    name: 'onnxruntime-web',
    packageName: 'onnxruntime-web',
    modules: {
      wasm: 'onnxruntime-web/dist/ort.wasm.bundle.min.mjs',
      webgpu: 'onnxruntime-web/dist/ort.webgpu.bundle.min.mjs',
    },
  },
  {
    name: 'tfjs-wasm',
    packageName: '@tensorflow/tfjs-backend-wasm',
    modules: {
      core: CORE,
      backend: '@tensorflow/tfjs-backend-wasm/dist/index.js',
      binary: '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm?url',
    },
  },
  {
    name: 'tfjs-cpu',
    packageName: '@tensorflow/tfjs-backend-cpu',
    modules: { core: CORE, backend: '@tensorflow/tfjs-backend-cpu/dist/index.js' },
  },
]

/**
 * The libraries that are installed in this folder of packages; none without a folder.
 *
 * @throws Error when a folder was named and has none: that page would not be what was asked for
 */
export function installedPeers(folder: string | null): readonly string[] {
  if (folder === null) return []
  const names = installed(folder).map(({ name }) => name)
  if (names.length > 0) return names
  throw new Error(
    `there is no library of others in ${folder}; npm run bench:peers installs them, and the mode without them is vite build`,
  )
}

function installed(folder: string): readonly Library[] {
  return LIBRARIES.filter(({ modules }) =>
    Object.values(modules).every((path) => existsSync(join(folder, path.replace('?url', '')))),
  )
}

/** The module of the page that says which libraries it was built with. */
const MODULE = 'built-peers.ts'

/** Rewrites that module: what is installed in the folder, by name, with its version and modules. */
export function peersPlugin(folder: string | null): Plugin {
  const isModule = (id: string): boolean => basename(id) === MODULE
  return { name: 'peers', load: (id) => (isModule(id) && folder !== null ? codeOf(folder) : null) }
}

function codeOf(folder: string): string {
  const entries = installed(folder).map((one) => entryOf(folder, one))
  return `export const PEERS = { ${entries.join(', ')} }`
}

function entryOf(folder: string, { name, packageName, modules }: Library): string {
  const manifest = readFileSync(join(folder, packageName, 'package.json'), 'utf8')
  const { version } = JSON.parse(manifest) as { readonly version: string }
  const imports = Object.entries(modules).map(
    ([key, path]) => `${key}: () => import(${JSON.stringify(join(folder, path))})`,
  )
  const text = JSON.stringify(`${packageName} ${version}`)
  return `${JSON.stringify(name)}: { version: ${text}, modules: { ${imports.join(', ')} } }`
}
