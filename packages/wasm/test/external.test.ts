/**
 * The entry for strict content-security policies: modules and worker script from files.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runInNewContext } from 'node:vm'
import { RopeError } from '@rope/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWasmBackend, type ModuleFiles } from '../src/external.js'
import { createWasmBackend as createInlined } from '../src/index.js'
import { filesSource } from '../src/modules/files.js'
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

  test('nothing is looked for where the code does not know its own place', async () => {
    const source = filesSource({}, undefined)
    for (const load of [source.single, source.threaded]) {
      await expect(load()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    }
    const error = await filesSource({}, undefined)
      .single()
      .catch((e: unknown) => e)
    expect(String(error)).toContain('pass files.single')
  })
})

describe('ready modules', () => {
  const single = new WebAssembly.Module(Buffer.from(SINGLE_BASE64, 'base64'))
  const threaded = new WebAssembly.Module(Buffer.from(THREADED_BASE64, 'base64'))

  test('rotate as the inlined ones do, without a file, even of another realm', async () => {
    const inlined = await createInlined()
    const foreign = runInNewContext('new WebAssembly.Module(bytes)', {
      bytes: Buffer.from(SINGLE_BASE64, 'base64'),
    })
    for (const files of [{ single }, { single: foreign }]) {
      const backend = await createWasmBackend({ files })
      expect(await largeCallsAgree(inlined, backend)).toBe(true)
      backend.dispose()
    }
    const files = { threaded, worker: place('rope-worker.cjs') }
    const backend = await createWasmBackend({ files, threads: 2 })
    expect(await largeCallsAgree(inlined, backend)).toBe(true)
    backend.dispose()
    inlined.dispose()
  })

  const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))
  test.each([
    ['the threaded one as single', { single: threaded }, 'files.single'],
    ['the single one as threaded', { threaded: single }, 'files.threaded'],
    ["somebody else's", { single: empty }, 'files.single'],
    ['an instance', { single: { exports: {} } }, 'files.single'],
    ['bytes', { single: new Uint8Array(8) }, 'files.single'],
    ['a promise', { threaded: Promise.resolve(threaded) }, 'files.threaded'],
    ['a module as worker', { worker: single }, 'files.worker'],
  ])('%s is refused', async (_, files, field) => {
    const error = await createWasmBackend({ files: files as ModuleFiles }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'INVALID_OPTION', field })
    expect(String(error)).toContain('accepted: ')
  })
})
