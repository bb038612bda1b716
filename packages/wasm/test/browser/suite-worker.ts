/**
 * Runs the conformance suite inside a worker and posts how it went.
 */
import { conformanceResults } from '@rope/core/conformance'
import { createWasmBackend } from '../../src/index.js'

const backend = await createWasmBackend()
let passed = 0
let failed = 0
for await (const { status } of conformanceResults({ name: 'wasm in a worker', backend })) {
  if (status === 'passed') passed++
  if (status === 'failed') failed++
}
globalThis.postMessage({ passed, failed })
