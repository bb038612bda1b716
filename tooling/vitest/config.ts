/**
 * The one vitest config, for every package, app and tool of the workspace.
 * Tests see the sources of their own and of other packages, so that no build is needed to run them.
 * With TEST_BUILT=1 they meet the built packages, as a user of the library does: what crosses from
 * one package into another then goes through `exports` and `dist`.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { sourceAliases } from './aliases.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const built = process.env.TEST_BUILT === '1'

export default defineConfig({
  root,
  resolve: { alias: built ? [] : sourceAliases(root) },
  test: {
    // A busy machine is no failure; a test that hangs still is.
    testTimeout: 60_000,
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      built ? 'tooling/*/test/**/*.test.ts' : 'tooling/!(built)/test/**/*.test.ts',
    ],
  },
})
