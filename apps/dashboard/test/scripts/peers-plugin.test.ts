/** The libraries of others in a build: a chunk for each, and nothing where they are not installed. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { expect, test } from 'vitest'
import { installedPeers, peersPlugin } from '../../scripts/peers-plugin.js'
import type { BuiltPeers } from '../../src/bench/peers.js'

/** A folder with these files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'peers '))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const ORT = {
  'onnxruntime-web/package.json': '{"version":"9.8.7"}',
  'onnxruntime-web/dist/ort.wasm.bundle.min.mjs': 'export const kind = "the wasm bundle"',
  'onnxruntime-web/dist/ort.webgpu.bundle.min.mjs': 'export const kind = "the webgpu bundle"',
}

const MODULE = new URL('../../src/bench/built-peers.ts', import.meta.url)

/** Builds the module of the page, and loads it. */
async function buildWith(
  peers: string | null,
): Promise<{ files: readonly string[]; PEERS: BuiltPeers }> {
  const root = folderWith({ 'built-peers.ts': readFileSync(MODULE, 'utf8') })
  await build({
    ...{ root, logLevel: 'error', configFile: false, plugins: [peersPlugin(peers)] },
    build: {
      lib: { entry: join(root, 'built-peers.ts'), formats: ['es'], fileName: 'entry' },
      minify: false,
    },
  })
  const files = readdirSync(join(root, 'dist'))
  const entry = files.find((file) => file.startsWith('entry')) ?? ''
  const module = await import(/* @vite-ignore */ pathToFileURL(join(root, 'dist', entry)).href)
  return { files, PEERS: (module as { readonly PEERS: BuiltPeers }).PEERS }
}

test('what is installed becomes chunks of its own, with its version', async () => {
  const folder = folderWith({ ...ORT, '@tensorflow/tfjs-core/dist/index.js': '' })
  expect(installedPeers(folder)).toEqual(['onnxruntime-web'])
  const { files, PEERS } = await buildWith(folder)
  expect(files).toHaveLength(3)
  expect(Object.keys(PEERS)).toEqual(['onnxruntime-web'])
  const { version, modules } = PEERS['onnxruntime-web'] ?? { version: '', modules: {} }
  expect(version).toBe('onnxruntime-web 9.8.7')
  expect(await modules.webgpu?.()).toMatchObject({ kind: 'the webgpu bundle' })
})

test('without the libraries there is nothing', async () => {
  expect(installedPeers(null)).toEqual([])
  expect(() => installedPeers(folderWith({}))).toThrow('npm run bench:peers installs them')
  const { files, PEERS } = await buildWith(null)
  expect([files.length, PEERS]).toEqual([1, {}])
})
