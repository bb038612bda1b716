/**
 * The vitest config of browser tests: a headless Chromium, sources instead of builds.
 * ROPE_CHROMIUM says where the browser is.
 */
import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { sourceAliases } from './aliases.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What a suite of browser tests may choose. */
export interface BrowserTests {
  /** Tells caches apart: no two runs at once may share one. */
  readonly name: string
  /** The test files, from the root of the workspace. */
  readonly include: string
  /** Headers of every response, such as those of cross-origin isolation. */
  readonly headers?: Readonly<Record<string, string>>
  /** Constants that are put into the sources. */
  readonly define?: Readonly<Record<string, string>>
  /** More flags for the browser. */
  readonly flags?: readonly string[]
}

/** Nothing that calls home, and no first-run page. */
const QUIET = [
  '--headless=new',
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** The config for a suite. */
export function browserTests(tests: BrowserTests): ViteUserConfig {
  return defineConfig({
    root,
    cacheDir: `node_modules/.vite-${tests.name}`,
    resolve: { alias: sourceAliases(root) },
    server: { headers: { ...tests.headers } },
    define: { ...tests.define },
    test: {
      include: [tests.include],
      testTimeout: 60_000,
      // A hook starts workers and makes whole runs, on cores that other test files use as well.
      hookTimeout: 180_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: {
            executablePath: process.env.ROPE_CHROMIUM ?? '/usr/bin/chromium',
            args: [...(tests.flags ?? []), ...QUIET],
          },
        }),
        instances: [{ browser: 'chromium' }],
      },
    },
  })
}
