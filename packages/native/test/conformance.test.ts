/**
 * The conformance suite, once per instruction set that this processor supports.
 */
import { defineConformance } from '@rope/core/conformance'
import { createNativeBackend } from '@rope/native'
import { describe, test } from 'vitest'
import { describeNative, INSTRUCTION_SETS } from './here.js'

describeNative('conformance', () => {
  for (const isa of INSTRUCTION_SETS) {
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
