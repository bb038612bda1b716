/**
 * The entry for strict content-security policies: modules and worker script from files.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { RopeError } from '@rope/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWasmBackend } from '../src/external.js'
import { createWasmBackend as createInlined } from '../src/index.js'
import { SINGLE_BASE64 } from '../src/modules/single.generated.js'
import { THREADED_BASE64 } from '../src/modules/threaded.generated.js'
import { WORKER_SCRIPT } from '../src/threads/worker-script.js'
import { largeCallsAgree } from './large-calls.js'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rope-wasm-'))
  await writeFile(join(folder, 'rope.wasm'), Buffer.from(SINGLE_BASE64, 'base64'))
  await writeFile(join(folder, 'rope-threads.wasm'), Buffer.from(THREADED_BASE64, 'base64'))
  await writeFile(join(folder, 'rope-worker.cjs'), WORKER_SCRIPT)
})

afterAll(() => rm(folder, { recursive: true }))

function place(name: string): URL {
  return pathToFileURL(join(folder, name))
}

describe('modules from files', () => {
  test('rotate as the inlined ones do, alone and with workers', async () => {
    const inlined = await createInlined()
    const files = {
      single: place('rope.wasm'),
      threaded: place('rope-threads.wasm'),
      worker: place('rope-worker.cjs'),
    }
    for (const threads of [0, 2]) {
      const external = await createWasmBackend({ files, threads })
      expect(external.capabilities.threads).toBe(threads)
      expect(await largeCallsAgree(inlined, external)).toBe(true)
      external.dispose()
    }
    inlined.dispose()
  })

  test('a file that is missing is named, with the way out', async () => {
    const missing = place('nothing.wasm')
    const error = await createWasmBackend({ files: { single: missing } }).catch((e: unknown) => e)
    expect(RopeError.isInstance(error) && error.code).toBe('UNAVAILABLE')
    expect(String(error)).toContain(missing.href)
    expect(String(error)).toContain("'files'")
  })
})
