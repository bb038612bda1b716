/**
 * Runs the GPU tests in a headless Chromium on its software adapter; with ROPE_GPU=hardware on the
 * machine's own GPU. `browser.test.ts` starts this; ROPE_CHROMIUM says where the browser is.
 */
import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { sourceAliases } from '../../../../tooling/vitest/aliases.js'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

const SOFTWARE = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']
const HARDWARE = ['--enable-unsafe-webgpu', '--ignore-gpu-blocklist']

export default defineConfig({
  root,
  cacheDir: 'node_modules/.vite-webgpu-browser',
  resolve: { alias: sourceAliases(root) },
  test: {
    include: ['packages/webgpu/test/browser/*.browser.ts'],
    testTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          executablePath: process.env.ROPE_CHROMIUM ?? '/usr/bin/chromium',
          args: [
            ...(process.env.ROPE_GPU === 'hardware' ? HARDWARE : SOFTWARE),
            '--enable-features=Vulkan',
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
