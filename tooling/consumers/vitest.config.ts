/**
 * The consumers: tests that install the tarballs as strangers do, with other tools than ours. They
 * fetch those tools from npm, and take minutes; `npm run test:consumers` builds and runs them.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('../../'),
  test: {
    include: [
      'tooling/consumers/test/**/*.test.ts',
      // The same fixtures as in `npm test`, from the tarballs.
      'packages/auto/test/{bundlers,pages,runtimes}.test.ts',
    ],
    globalSetup: here('global-setup.ts'),
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
})
