/**
 * The same in optimised code of the built packages, where V8 gives old lengths: in processes of their
 * own, since the engine compiles there what users run.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { NOT_BUILT } from '../fixtures.js'
import { NAMES } from './subjects.js'

const PROGRAM = fileURLToPath(new URL('../programs/detached.js', import.meta.url))

describe.each(NAMES)('%s', (name) => {
  it.for([1, 4])(
    '%i tokens: every bound call on an array that is gone is refused',
    (tokens, context) => {
      if (NOT_BUILT !== null) return context.skip(NOT_BUILT)
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        [PROGRAM, name, String(tokens)],
        { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
      )
      expect(status, stderr).toBe(0)
      const { tried, ...found } = JSON.parse(stdout) as { readonly tried: number }
      expect(tried).toBeGreaterThan(100)
      expect(found).toEqual({ refused: tried, written: 0, others: [] })
    },
  )
})
