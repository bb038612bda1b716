/**
 * The benchmark of the WebGPU backend from Node: in a browser, where onnxruntime-web takes part, or
 * in Node itself on the npm package `webgpu`.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type GpuBenchOptions, runGpuBench } from '../../gpu/run.js'
import { callable, exact, maybe, type Reader, text, whole, word } from '../../readers.js'
import type { BenchResult } from '../../result.js'
import { describeMachine } from '../machine.js'
import { ADD_PEERS, packageFolder } from '../peers.js'
import { installedVersions } from '../versions.js'
import { findBrowser } from './find-browser.js'
import { Inbox } from './inbox.js'
import { type PageSetup, servePage } from './page-server.js'
import { openInBrowser } from './run-browser.js'

/** How to run the benchmark from Node. */
export interface NodeGpuBenchOptions
  extends Pick<GpuBenchOptions, 'size' | 'filter' | 'onProgress' | 'onGroup'> {
  readonly where: 'browser' | 'node'
  /** Milliseconds without a word from the page after which it is given up. */
  readonly patience?: number
}

const PATIENCE = 120_000

/** More milliseconds than a timer can wait. */
const LONGEST = 2 ** 31 - 1

const readOptions: Reader<NodeGpuBenchOptions> = exact<NodeGpuBenchOptions>({
  where: word('browser', 'node'),
  size: word('quick', 'full'),
  filter: maybe(text),
  patience: maybe(whole(1, LONGEST)),
  onProgress: maybe(callable()),
  onGroup: maybe(callable()),
})

const PACKAGES = ['@rope/core', '@rope/webgpu']

/**
 * Runs the benchmark.
 *
 * @throws RopeError INVALID_OPTION naming the option
 * @throws RopeError UNAVAILABLE when there is no browser, or no GPU in it
 * @throws RopeError BACKEND_FAILED when the browser or its page fails
 */
export async function benchGpu(options: NodeGpuBenchOptions): Promise<BenchResult> {
  const { where, patience, ...read } = readOptions(options, 'options')
  const packages = installedVersions(PACKAGES)
  if (where === 'node') {
    const peer = { ort: null, reason: 'it is measured in a browser' } as const
    const result = await runGpuBench({ ...read, peer })
    return { ...result, machine: describeMachine(), packages }
  }
  const result = await benchInBrowser(read, patience)
  const machine = { ...describeMachine(), engine: result.machine.engine }
  return { ...result, machine, packages }
}

async function benchInBrowser(
  options: Omit<NodeGpuBenchOptions, 'where' | 'patience'>,
  patience: number = PATIENCE,
): Promise<BenchResult> {
  const executable = findBrowser()
  const { size, filter } = options
  const inbox = new Inbox(options, patience)
  const page = await servePage({
    options: { size, filter },
    peer: findPeer(),
    onMessage: (message) => inbox.take(message),
  })
  const browser = openInBrowser(executable, page.url)
  void browser.ended.then((said) => inbox.fail(`the browser ended early: ${said.trim()}`))
  try {
    return await inbox.result
  } finally {
    await browser.close()
    await page.close()
  }
}

/** The bundles of onnxruntime-web, where the peers are put or where the command was started. */
function findPeer(): PageSetup['peer'] {
  const folders = [join(packageFolder(), 'peers'), process.cwd()].map((root) =>
    join(root, 'node_modules', 'onnxruntime-web', 'dist'),
  )
  const folder = folders.find((path) => existsSync(join(path, 'ort.webgpu.bundle.min.mjs')))
  if (folder !== undefined) return { folder }
  const reason = `onnxruntime-web is not installed; to add the peers, run: ${ADD_PEERS}`
  return { folder: null, reason }
}
