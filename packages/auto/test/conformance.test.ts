/**
 * The conformance suite of the specification, through the front door: ropes of its own, and its
 * choosing kernels as a backend. Caches are off, so that every run chooses for itself.
 */
import { defineConformance } from '@rope/core/conformance'
import { describe, test } from 'vitest'
import { createAutoBackend, createRope } from '../src/index.js'

const OPTIONS = {} as const

defineConformance(
  { describe, test },
  async () => ({
    name: 'auto',
    backend: await createAutoBackend(OPTIONS),
    createRope: (config, { layout }) =>
      createRope(config, layout === undefined ? OPTIONS : { ...OPTIONS, layout }),
    createBackend: () => createAutoBackend(OPTIONS),
  }),
  { minimumCases: 1400 },
)
