/**
 * Bundled with Vite, esbuild, webpack 5 and rollup, and run in a page, in a worker and in Node. For a browser
 * no configuration is needed; in Node the native backend stays outside, since it finds its binary
 * beside its own code. Backends that are not there are listed as not installed, and stop nobody.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { build as buildWithEsbuild } from 'esbuild'
import type { Browser } from 'playwright-core'
import { rollup as buildWithRollup } from 'rollup'
import { build as buildWithVite, type Logger } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import webpack from 'webpack'
import {
  BITS,
  makeProject,
  NO_BROWSER,
  NOT_BUILT,
  openBrowser,
  type Project,
  readStory,
  type Story,
  serve,
} from './fixtures.js'

type Platform = 'browser' | 'node'

interface Job {
  readonly folder: string
  readonly entry: string
  readonly out: string
  readonly platform: Platform
  /** Packages to leave out of the bundle, in the way that the bundler has for it. */
  readonly outside: readonly string[]
}

async function esbuild({ folder, entry, out, platform, outside }: Job): Promise<void> {
  const { warnings } = await buildWithEsbuild({
    absWorkingDir: folder,
    entryPoints: [entry],
    outdir: out,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform,
    external: [...outside],
    logLevel: 'silent',
  })
  expect(warnings).toEqual([])
}

async function vite({ folder, entry, out, platform, outside }: Job): Promise<void> {
  const warnings: string[] = []
  await buildWithVite({
    root: folder,
    configFile: false,
    logLevel: 'warn',
    customLogger: logger(warnings),
    // Backends are loaded lazily, and only modules can do that.
    worker: { format: 'es' },
    ...(platform === 'node' ? { ssr: { noExternal: true } } : {}),
    build: {
      outDir: out,
      ssr: platform === 'node',
      rollupOptions: {
        input: entry,
        output: { entryFileNames: 'main.js' },
        external: [...outside],
      },
    },
  })
  expect(warnings).toEqual([])
}

/** Notes warnings and errors. */
function logger(warnings: string[]): Logger {
  const note = (message: string): void => void warnings.push(message)
  const ignore = (): void => undefined
  return {
    info: ignore,
    warn: note,
    warnOnce: note,
    error: note,
    clearScreen: ignore,
    hasErrorLogged: () => false,
    hasWarned: false,
  }
}

async function webpack5({ folder, entry, out, platform, outside }: Job): Promise<void> {
  const compiler = webpack({
    mode: 'production',
    context: folder,
    entry: `./${entry}`,
    target: platform === 'node' ? 'node20' : 'web',
    output: { path: out, filename: platform === 'node' ? 'main.cjs' : 'main.js' },
    externals: Object.fromEntries(outside.map((name) => [name, `import ${name}`])),
    optimization: { minimize: false },
    performance: false,
  })
  const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
    compiler?.run((error, result) => (error === null ? resolve(result) : reject(error)))
  })
  const { errors, warnings } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {}
  expect([errors, warnings]).toEqual([[], []])
}

async function rollup({ folder, entry, out, platform, outside }: Job): Promise<void> {
  const warnings: string[] = []
  const bundle = await buildWithRollup({
    input: join(folder, entry),
    external: [...outside, /^node:/],
    plugins: [nodeResolve({ browser: platform === 'browser' })],
    onwarn: ({ message }) => void warnings.push(message),
  })
  await bundle.write({ dir: out, format: 'es', entryFileNames: 'main.js' })
  await bundle.close()
  expect(warnings).toEqual([])
}

const BUNDLERS = { vite, esbuild, 'webpack 5': webpack5, rollup } as const

function runInNode(out: string, name: keyof typeof BUNDLERS): Story {
  const file = join(out, name === 'webpack 5' ? 'main.cjs' : 'main.js')
  return JSON.parse(execFileSync(process.execPath, [file], { encoding: 'utf8' })) as Story
}

function available({ backends }: Story): readonly string[] {
  return backends
    .filter((one) => one.available === true)
    .map(({ name }) => name)
    .sort()
}

let browser: Browser | undefined
let project: Project | undefined

beforeAll(async () => {
  if (NOT_BUILT === null) project = makeProject()
  if (NO_BROWSER === null && NOT_BUILT === null) browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  project?.remove()
})

/** Bundles a program and opens it in a page. */
async function openInPage(name: keyof typeof BUNDLERS, entry: string): Promise<Story> {
  const folder = project?.folder as string
  const out = join(folder, 'out', `${name} ${entry}`)
  await BUNDLERS[name]({ folder, entry, out, platform: 'browser', outside: [] })
  copyFileSync(join(folder, 'bundled.html'), join(out, 'index.html'))
  const site = await serve(out)
  try {
    return await readStory(browser as Browser, `${site.address}index.html`)
  } finally {
    site.close()
  }
}

function checkBrowserStory(story: Story): void {
  expect(story.bits).toEqual(BITS)
  expect(available(story)).toEqual(['js', 'wasm'])
  expect(story.backends.find((one) => one.name === 'native')?.why).toMatch(
    /^@rope\/native is machine code, which needs Node/,
  )
}

const WHY_NO_PAGE = NOT_BUILT ?? NO_BROWSER
const NAMES = ['vite', 'esbuild', 'webpack 5', 'rollup'] as const

describe.each(NAMES)('%s', (name) => {
  test('in a page', async (context) => {
    if (WHY_NO_PAGE !== null) return context.skip(WHY_NO_PAGE)
    checkBrowserStory(await openInPage(name, 'app/main.js'))
  })

  test('in Node', async (context) => {
    if (project === undefined) return context.skip(NOT_BUILT ?? '')
    const { folder } = project
    const out = join(folder, 'out', `${name} for node`)
    const outside = ['@rope/native']
    await BUNDLERS[name]({ folder, entry: 'app/main.js', out, platform: 'node', outside })
    const story = runInNode(out, name)
    expect(story.bits).toEqual(BITS)
    expect(available(story)).toEqual(expect.arrayContaining(['js', 'wasm']))
    expect(story.backends.find((one) => one.name === 'native')?.why).not.toMatch(/not installed/)
  })

  test('where only the JavaScript backend is installed', async (context) => {
    if (NOT_BUILT !== null) return context.skip(NOT_BUILT)
    const { folder, remove } = makeProject(['native', 'wasm', 'webgpu'])
    try {
      const out = join(folder, 'out')
      const outside = ['@rope/native', '@rope/wasm', '@rope/webgpu']
      await BUNDLERS[name]({ folder, entry: 'app/main.js', out, platform: 'node', outside })
      const story = runInNode(out, name)
      expect(story.bits).toEqual(BITS)
      expect(available(story)).toEqual(['js'])
      for (const left of ['native', 'wasm']) {
        const told = story.backends.find((one) => one.name === left)
        expect(told?.why).toBe(
          `@rope/${left} is not installed, or a bundler left it out; to fix it, run: npm install @rope/${left}`,
        )
      }
    } finally {
      remove()
    }
  })
})

// esbuild does not bundle workers by itself.
describe.each(['vite', 'webpack 5'] as const)('%s', (name) => {
  test('in a worker', async (context) => {
    if (WHY_NO_PAGE !== null) return context.skip(WHY_NO_PAGE)
    checkBrowserStory(await openInPage(name, 'worker/main.js'))
  })
})

test('esbuild leaves out by itself what is not installed', async (context) => {
  if (NOT_BUILT !== null) return context.skip(NOT_BUILT)
  const { folder, remove } = makeProject(['native'])
  try {
    const out = join(folder, 'out')
    await esbuild({ folder, entry: 'app/main.js', out, platform: 'node', outside: [] })
    expect(available(runInNode(out, 'esbuild'))).toEqual(['js', 'wasm'])
  } finally {
    remove()
  }
})
