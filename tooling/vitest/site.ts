/**
 * The page of an app built from the sources and served as a host would, and a Chromium to open it
 * with.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { build, preview } from 'vite'

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

/** Why the page cannot be opened here; null when it can. */
export const NO_CHROMIUM: string | null = existsSync(CHROMIUM)
  ? null
  : `there is no ${CHROMIUM}; install chromium, or name another one in CHROMIUM_PATH`

/** Headers under which a page is not cross-origin isolated: what a host sends that sends nothing. */
const NOT_ISOLATED = {
  'Cross-Origin-Opener-Policy': 'unsafe-none',
  'Cross-Origin-Embedder-Policy': 'unsafe-none',
}

/** The built page under two addresses. */
export interface Site {
  /** The folder that it was built into. */
  readonly folder: string
  /** Where the page is cross-origin isolated. */
  readonly isolated: string
  readonly notIsolated: string
  close(): Promise<void>
}

/**
 * Builds the page of an app and serves it.
 *
 * @param app the absolute path of its folder, which has a vite.config.ts
 */
export async function openSite(app: string): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'page of an app '))
  const outDir = { outDir: folder, emptyOutDir: true }
  const common = { root: app, configFile: join(app, 'vite.config.ts'), logLevel: 'error' } as const
  await build({ ...common, mode: 'sources', build: outDir })
  const serve = (headers: Readonly<Record<string, string>>): ReturnType<typeof preview> =>
    preview({ ...common, build: outDir, preview: { port: 0, host: '127.0.0.1', headers } })
  const [isolated, notIsolated] = await Promise.all([serve({}), serve(NOT_ISOLATED)])
  return {
    folder,
    isolated: addressOf(isolated),
    notIsolated: addressOf(notIsolated),
    close: async () => {
      await Promise.all([isolated.close(), notIsolated.close()])
      await rm(folder, { recursive: true })
    },
  }
}

function addressOf({ resolvedUrls }: Awaited<ReturnType<typeof preview>>): string {
  const address = resolvedUrls?.local[0]
  if (address === undefined) throw new Error('the server has no address')
  return address
}

/** Opens Chromium, with WebGPU on a software adapter or without WebGPU. */
export function openBrowser({ webgpu }: { readonly webgpu: boolean }): Promise<Browser> {
  const gpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless=new',
      '--no-sandbox',
      ...(webgpu
        ? [...gpu, '--enable-features=Vulkan']
        : ['--disable-features=WebGPU,WebGPUService']),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}
