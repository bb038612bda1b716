/**
 * Runs what needs the garbage collector at hand, in a process of its own that may crash.
 * `lifetime.test.ts` starts this.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { sourceAliases } from '../../../../tooling/vitest/aliases.js'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

export default defineConfig({
  root,
  resolve: { alias: sourceAliases(root) },
  test: {
    include: ['packages/webgpu/test/lifetime/*.lifetime.ts'],
    testTimeout: 60_000,
    pool: 'forks',
    execArgv: ['--expose-gc'],
  },
})
