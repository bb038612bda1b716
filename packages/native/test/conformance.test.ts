/**
 * The conformance suite, once per instruction set that this processor supports. Of the built package
 * with the best of them alone: the addon is the same file, and what a build changes is around it.
 */
import { defineConformance } from '@rope/core/conformance'
import { createNativeBackend } from '@rope/native'
import { describe, test } from 'vitest'
import { describeNative, INSTRUCTION_SETS } from './here.js'

const SETS = process.env.TEST_BUILT === '1' ? INSTRUCTION_SETS.slice(0, 1) : INSTRUCTION_SETS

describeNative('conformance', () => {
  for (const isa of SETS) {
    describe(isa, () => {
      const createBackend = (): ReturnType<typeof createNativeBackend> =>
        createNativeBackend({ isa })
      defineConformance(
        { describe, test },
        () => ({ name: `native ${isa}`, backend: createBackend(), createBackend }),
        { minimumCases: 1000 },
      )
    })
  }
})
