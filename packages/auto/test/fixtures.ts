/**
 * Users' projects for the fixtures: a folder outside the workspace with the built packages in its
 * node_modules, a server for pages, and a real Chromium.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'

/** The root of the workspace. */
export const ROOT: string = fileURLToPath(new URL('../../../', import.meta.url))

const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url))
const PACKAGES = ['auto', 'core', 'js', 'wasm', 'webgpu', 'native'] as const

/** Where a built package lies: in the workspace, or where ROPE_MODULES has unpacked its tarball. */
function placeOf(name: string): string {
  const { ROPE_MODULES: modules } = process.env
  return modules === undefined ? join(ROOT, 'packages', name) : join(modules, '@rope', name)
}

/** Why built packages cannot be used; null when they can. */
export const NOT_BUILT: string | null = PACKAGES.every((name) =>
  existsSync(join(placeOf(name), 'dist', 'index.js')),
)
  ? null
  : 'the packages are not built; run: npm run build'

const CHROMIUM = process.env.ROPE_CHROMIUM ?? '/usr/bin/chromium'

/** Why pages cannot be opened; null when they can. */
export const NO_BROWSER: string | null = existsSync(CHROMIUM)
  ? null
  : `there is no browser at ${CHROMIUM}; install one (Debian: apt-get install chromium) or set ROPE_CHROMIUM`

/** What `tell` tells. */
export interface Story {
  readonly chosen: string
  readonly bits: readonly number[]
  readonly backends: readonly {
    readonly name: string
    readonly available: boolean | null
    readonly selfTest: string
    readonly why: string
  }[]
}

/** The bits of the rotation that every fixture makes, by the JavaScript backend alone. */
export const BITS: readonly number[] = [
  0x409d8a48, 0xc08d1011, 0xc00dfcc7, 0x4086a3ec, 0xbfa9f21d, 0x40912007, 0xc0e9228b, 0xc0fc921e,
  0x41460bd8, 0xc0faa9c3, 0xc114c568, 0x40c32e2e, 0xc11d68c5, 0x41751676, 0xc180e203, 0xc19860c2,
]

/** A user's project. */
export interface Project {
  readonly folder: string
  readonly remove: () => void
}

/** Makes a project of the fixtures; `without` lists packages that its user has not installed. */
export function makeProject(without: readonly string[] = []): Project {
  const folder = mkdtempSync(join(tmpdir(), 'a user of rope '))
  const modules = join(folder, 'node_modules', '@rope')
  mkdirSync(modules, { recursive: true })
  for (const name of PACKAGES.filter((one) => !without.includes(one))) {
    const from = placeOf(name)
    // A link would be followed into the workspace, where every package is installed.
    if (without.length === 0) symlinkSync(from, join(modules, name))
    else copyPackage(from, join(modules, name))
  }
  cpSync(FIXTURES, folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return { folder, remove: () => rmSync(folder, { recursive: true }) }
}

function copyPackage(from: string, to: string): void {
  mkdirSync(to)
  cpSync(join(from, 'package.json'), join(to, 'package.json'))
  cpSync(join(from, 'dist'), join(to, 'dist'), { recursive: true })
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
}

/** A server of files. */
export interface Site {
  readonly address: string
  close(): void
}

/** Serves a folder, with headers for every file. */
export async function serve(
  folder: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Site> {
  const server = createServer(async ({ url = '/' }, response) => {
    const path = join(folder, normalize(decodeURIComponent(url.split('?')[0] ?? '/')))
    try {
      const content = await readFile(path)
      const type = TYPES[extname(path)] ?? 'application/octet-stream'
      response.writeHead(200, { 'content-type': type, ...headers }).end(content)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { address: `http://127.0.0.1:${port}/`, close: () => server.close() }
}

/** Opens the browser. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--headless=new', '--no-sandbox', '--disable-background-networking'],
  })
}

/** Opens a page and waits for its story. */
export async function readStory(
  browser: Browser | BrowserContext,
  address: string,
): Promise<Story> {
  const page = await browser.newPage()
  try {
    await page.goto(address)
    const text = page.locator('body:has-text("{")')
    return JSON.parse(await text.innerText({ timeout: 55_000 })) as Story
  } finally {
    await page.close()
  }
}
