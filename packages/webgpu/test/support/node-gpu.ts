/**
 * A GPU for tests in Node: the npm package `webgpu`, on the software adapter that comes with
 * Chromium unless ROPE_GPU=hardware asks for the machine's own. Where something is missing the
 * reason says what, and how to get it.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf } from '../../src/errors.js'

/** A GPU, or why there is none. */
export type NodeGpu = { readonly gpu: GPU } | { readonly gpu: null; readonly reason: string }

interface Library {
  readonly create: (flags: readonly string[]) => GPU
}

const CHROMIUM = process.env.ROPE_CHROMIUM ?? '/usr/bin/chromium'

/** Where distributions put the software driver that belongs to Chromium. */
const DRIVERS = [dirname(CHROMIUM), '/usr/lib/chromium', '/usr/lib/chromium-browser'].map(
  (folder) => join(folder, 'vk_swiftshader_icd.json'),
)

function missing(reason: string): NodeGpu {
  return { gpu: null, reason }
}

/** The package as a dependency, or from its own folder beside these tests. */
async function importLibrary(): Promise<Library> {
  const name = 'webgpu'
  try {
    return (await import(/* @vite-ignore */ name)) as Library
  } catch {
    const require = createRequire(new URL('../node-gpu/package.json', import.meta.url))
    return (await import(/* @vite-ignore */ pathToFileURL(require.resolve(name)).href)) as Library
  }
}

/** Chooses the software driver; the loader reads these variables when the first GPU is made. */
function chooseDriver(): boolean {
  process.env.XDG_RUNTIME_DIR ??= tmpdir()
  if (process.env.ROPE_GPU === 'hardware') return true
  const driver = DRIVERS.find((path) => existsSync(path))
  if (driver === undefined) return false
  process.env.VK_ICD_FILENAMES = driver
  return true
}

/** Looks for a GPU; never throws. */
export async function findNodeGpu(): Promise<NodeGpu> {
  if (!chooseDriver()) {
    return missing(
      `no software driver beside ${CHROMIUM} (Debian: apt-get install chromium), and ROPE_GPU is not 'hardware'`,
    )
  }
  let library: Library
  try {
    library = await importLibrary()
  } catch (error) {
    const command = 'npm install --prefix packages/webgpu/test/node-gpu'
    return missing(`the npm package webgpu is not installed (${command}): ${messageOf(error)}`)
  }
  const gpu = library.create([])
  const adapter = await gpu.requestAdapter().catch(() => null)
  if (adapter === null) return missing('no adapter (Debian: apt-get install libvulkan1)')
  return { gpu }
}

/** Dawn's null adapter: it has every feature, validates everything, and runs nothing. */
export async function findNullGpu(): Promise<NodeGpu> {
  try {
    const gpu = (await importLibrary()).create(['backend=null'])
    return (await gpu.requestAdapter()) === null ? missing('no null adapter') : { gpu }
  } catch (error) {
    return missing(`the npm package webgpu does not load: ${messageOf(error)}`)
  }
}
