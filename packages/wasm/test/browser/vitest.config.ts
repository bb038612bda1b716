/**
 * Runs the browser tests in a headless Chromium: `ROPE_ISOLATED=1` serves the page cross-origin
 * isolated. `browser.test.ts` runs both; ROPE_CHROMIUM says where the browser is.
 */
import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { sourceAliases } from '../../../../tooling/vitest/aliases.js'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const isolated = process.env.ROPE_ISOLATED === '1'

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

export default defineConfig({
  root,
  cacheDir: `node_modules/.vite-wasm-browser-${isolated ? 'isolated' : 'plain'}`,
  resolve: { alias: sourceAliases(root) },
  server: { headers: isolated ? ISOLATION : {} },
  define: { __ROPE_ISOLATED__: JSON.stringify(isolated) },
  test: {
    include: ['packages/wasm/test/browser/*.browser.ts'],
    testTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          executablePath: process.env.ROPE_CHROMIUM ?? '/usr/bin/chromium',
          args: [
            '--headless=new',
            '--no-sandbox',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
            '--no-first-run',
          ],
        },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
})
