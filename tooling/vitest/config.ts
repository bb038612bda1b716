/**
 * The one vitest config, for every package, app and tool of the workspace.
 * Tests see the sources of their own and of other packages, so that no build is needed to run them;
 * with TEST_BUILT=1 they see the built packages instead, as a user of the library does.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { sourceAliases } from './aliases.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

export default defineConfig({
  root,
  resolve: { alias: process.env.TEST_BUILT === '1' ? [] : sourceAliases(root) },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'tooling/*/test/**/*.test.ts',
    ],
    passWithNoTests: false,
  },
})
