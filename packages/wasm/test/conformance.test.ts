/**
 * The conformance suite of the specification on the WebAssembly backend: in one thread, with
 * workers on shared memory, and with modules from files.
 */
import { defineConformance } from '@rope/core/conformance'
import { afterAll, describe, test } from 'vitest'
import { createWasmBackend } from '../src/index.js'

const single = await createWasmBackend()
const threaded = await createWasmBackend({ threads: 1 })

afterAll(() => {
  single.dispose()
  threaded.dispose()
})

defineConformance(
  { describe, test },
  () => ({ name: 'wasm', backend: single, createBackend: () => createWasmBackend() }),
  { minimumCases: 900 },
)

defineConformance(
  { describe, test },
  () => ({
    name: 'wasm with threads',
    backend: threaded,
    createBackend: () => createWasmBackend({ threads: 1 }),
  }),
  { minimumCases: 900 },
)
