/**
 * A server on this machine alone for one page: the built packages, by an import map made of their
 * own exports, the peer's files, and a place where the page reports to.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { RopeError } from '@rope/core'
import type { PageMessage, PageOptions } from '../../gpu/page.js'
import { packageFolder } from '../peers.js'

/** What the page's modules may import. */
const PACKAGES = ['@rope/core', '@rope/js', '@rope/wasm', '@rope/webgpu']

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
}

interface Manifest {
  readonly name: string
  readonly exports: Readonly<
    Record<string, string | { readonly import: { readonly default: string } }>
  >
}

/** A folder whose files are served under a path. */
interface Mount {
  readonly path: string
  readonly folder: string
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** The folder of an installed package. */
function folderOf(name: string): string {
  const roots = createRequire(import.meta.url).resolve.paths(name) ?? []
  const found = roots
    .map((root) => join(root, name))
    .find((path) => existsSync(join(path, 'package.json')))
  if (found !== undefined) return found
  throw new RopeError('UNAVAILABLE', `${name} is not installed; run: npm install ${name}`, {
    field: name,
  })
}

/** Specifiers and where their modules are served. */
function importMap(mounts: readonly Mount[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    mounts.flatMap(({ path, folder }) => {
      const { name, exports } = manifestIn(folder)
      return Object.entries(exports).flatMap(([subpath, target]) =>
        typeof target === 'string'
          ? []
          : [[`${name}${subpath.slice(1)}`, `${path}${target.import.default.slice(1)}`]],
      )
    }),
  )
}

function pageOf(mounts: readonly Mount[], options: PageOptions): string {
  // A '<' inside of a script could end it.
  const json = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')
  return `<!doctype html>
<meta charset="utf-8">
<title>rope bench</title>
<link rel="icon" href="data:,">
<script type="importmap">${json({ imports: importMap(mounts) })}</script>
<script type="module">
  import { runGpuPage } from '@rope/bench/gpu'
  await runGpuPage(${json(options)})
</script>
`
}

/** A file of a mount; null when there is none, or the path leads out of it. */
function fileFor(mounts: readonly Mount[], url: string): string | null {
  const path = decodeURIComponent(new URL(url, 'http://localhost').pathname)
  const mount = mounts.find((one) => path.startsWith(`${one.path}/`))
  if (mount === undefined) return null
  const file = normalize(join(mount.folder, path.slice(mount.path.length)))
  return file.startsWith(normalize(`${mount.folder}/`)) && existsSync(file) ? file : null
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** A page that is served. */
export interface ServedPage {
  readonly url: string
  close(): Promise<void>
}

/** What a page is made of. */
export interface PageSetup {
  readonly options: Omit<PageOptions, 'report' | 'peer'>
  /** The folder of onnxruntime-web's bundles, or why there is none. */
  readonly peer: { readonly folder: string } | { readonly folder: null; readonly reason: string }
  onMessage(message: PageMessage): void
}

/** Serves the page of the GPU benchmark. */
export async function servePage({ options, peer, onMessage }: PageSetup): Promise<ServedPage> {
  const packages = [packageFolder(), ...PACKAGES.map(folderOf)].map((folder, i) => ({
    path: `/packages/${i}`,
    folder,
  }))
  const mounts =
    peer.folder === null ? packages : [...packages, { path: '/peer', folder: peer.folder }]
  const page = pageOf(packages, {
    ...options,
    report: '/report',
    peer:
      peer.folder === null
        ? { module: null, reason: peer.reason }
        : { module: '/peer/ort.webgpu.bundle.min.mjs', files: '/peer/' },
  })
  const server = createServer(async (request, response) => {
    const { method, url = '/' } = request
    if (method === 'POST' && url === '/report') {
      onMessage(JSON.parse(await textOf(request)) as PageMessage)
      answer(response, 204)
    } else if (url === '/') {
      answer(response, 200, 'text/html; charset=utf-8', page)
    } else {
      const file = fileFor(mounts, url)
      if (file === null) answer(response, 404)
      else answer(response, 200, TYPES[extname(file)], readFileSync(file))
    }
  })
  return { url: await listen(server), close: () => closeServer(server) }
}

function answer(
  response: ServerResponse,
  status: number,
  type = 'application/octet-stream',
  body: string | Buffer = '',
): void {
  response.writeHead(status, { 'content-type': type }).end(body)
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
