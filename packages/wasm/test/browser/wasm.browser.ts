/**
 * The WebAssembly backend in a browser: the conformance suite on the main thread and in a worker,
 * with and without cross-origin isolation, and what the backend says about it.
 */
import { defineConformance } from '@rope/core/conformance'
import { afterAll, describe, expect, test } from 'vitest'
import { createWasmBackend, probeWasm } from '../../src/index.js'
import { largeCallsAgree } from '../large-calls.js'

/** Replaced by the config. */
declare const __ROPE_ISOLATED__: boolean
const isolated = __ROPE_ISOLATED__

const backend = await createWasmBackend()
const threaded = await createWasmBackend({ threads: 1 })

afterAll(() => {
  backend.dispose()
  threaded.dispose()
})

describe('what the page allows', () => {
  test('the page is isolated when it should be', () => {
    expect(globalThis.crossOriginIsolated).toBe(isolated)
  })

  test('the probe says so', () => {
    const { available, facts } = probeWasm()
    expect(available).toBe(true)
    expect(facts.simd).toBe(true)
    expect(facts.crossOriginIsolated).toBe(isolated)
    expect(facts.threadsPossible).toBe(isolated)
    if (isolated) expect(facts.withoutThreads).toBe(null)
    else expect(facts.withoutThreads).toContain('Cross-Origin-Opener-Policy')
  })

  test('threads are quietly off without isolation', () => {
    expect(threaded.capabilities.threads).toBe(isolated ? 1 : 0)
    expect(threaded.facts.threads).toBe(isolated ? 1 : 0)
    const { buffer } = threaded.allocate('float32', 16)
    expect(Object.prototype.toString.call(buffer)).toBe(
      isolated ? '[object SharedArrayBuffer]' : '[object ArrayBuffer]',
    )
  })
})

test('large calls give the same bits alone and with workers', async () => {
  expect(await largeCallsAgree(backend, threaded)).toBe(true)
})

test('the suite passes in a worker', async () => {
  const worker = new Worker(new URL('suite-worker.ts', import.meta.url), { type: 'module' })
  const report = await new Promise<{ passed: number; failed: number }>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data as { passed: number; failed: number })
    worker.onerror = ({ message }) => reject(new Error(message))
  })
  worker.terminate()
  expect(report.failed).toBe(0)
  expect(report.passed).toBeGreaterThan(900)
})

defineConformance(
  { describe, test },
  () => ({ name: 'wasm', backend, createBackend: () => createWasmBackend() }),
  { minimumCases: 900 },
)
