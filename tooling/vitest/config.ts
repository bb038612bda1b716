/**
 * The one vitest config, for every package, app and tool of the workspace.
 * Tests see the sources of their own and of other packages, so that no build is needed to run them.
 * With TEST_BUILT=1 they meet the built packages, as a user of the library does: what crosses from
 * one package into another then goes through `exports` and `dist`.
 */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { sourceAliases } from './aliases.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const built = process.env.TEST_BUILT === '1'

/**
 * Files of these packages may share a thread and the modules in it, which is several times faster
 * than a process each: neither their sources nor their tests keep anything at module level that a
 * test could change. ROPE_TEST_ISOLATE=1 gives each file its own, to see whether that is still so.
 */
const SHARING = process.env.ROPE_TEST_ISOLATE === '1' ? [] : ['packages/core/test/**/*.test.ts']

const EVERYTHING = [
  'packages/*/test/**/*.test.ts',
  'apps/*/test/**/*.test.ts',
  built ? 'tooling/!(consumers)/test/**/*.test.ts' : 'tooling/!(built|consumers)/test/**/*.test.ts',
]

/**
 * Files whose every test starts processes on the built packages, whatever TEST_BUILT says: they run
 * among the others, and a second time would be the same again.
 */
const BUILT_ALREADY = ['packages/native/test/processes.test.ts', 'packages/wasm/test/large.test.ts']

/** Packs the packages for the tests that meet them as tarballs. */
const PACKING = fileURLToPath(new URL('../built/global-setup.ts', import.meta.url))

/**
 * One file for each core at a time; left to itself vitest keeps a core free, which is half of a
 * machine with two. No test takes a fixed port or holds a time against a limit, and what measures
 * memory does so in a process of its own.
 */
const CORES = availableParallelism()

export default defineConfig({
  root,
  resolve: { alias: built ? [] : sourceAliases(root) },
  test: {
    // A busy machine is no failure; a test that hangs still is.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: CORES,
    setupFiles: [fileURLToPath(new URL('seed.ts', import.meta.url))],
    projects: [
      {
        extends: true,
        test: { name: 'sharing', include: SHARING, isolate: false, pool: 'threads' },
      },
      {
        extends: true,
        test: {
          name: 'isolated',
          include: EVERYTHING,
          exclude: built ? [...SHARING, ...BUILT_ALREADY] : SHARING,
          globalSetup: built ? [PACKING] : [],
        },
      },
    ],
  },
})
