/**
 * The conformance suite of the specification, on the JavaScript backend.
 */
import { defineConformance } from '@rope/core/conformance'
import { describe, test } from 'vitest'
import { createJsBackend } from '../src/index.js'

defineConformance(
  { describe, test },
  () => ({ name: 'js', backend: createJsBackend(), createBackend: createJsBackend }),
  { minimumCases: 1400 },
)
