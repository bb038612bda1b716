/**
 * The module with threads in Node: the same bits, workers that really help, and a process that
 * ends when its own work does.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createWasmBackend } from '../src/index.js'
import { largeCallsAgree } from './large-calls.js'

const run = promisify(execFile)
const SCRIPT = fileURLToPath(new URL('threads-script.mjs', import.meta.url))
const BUILT = fileURLToPath(new URL('../dist/index.js', import.meta.url))

describe('workers', () => {
  test('large calls give the same bits alone and with workers', async () => {
    const single = await createWasmBackend()
    const threaded = await createWasmBackend({ threads: 3 })
    expect(threaded.capabilities.threads).toBe(3)
    expect(threaded.allocate('float32', 1).buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(await largeCallsAgree(single, threaded)).toBe(true)
    single.dispose()
    threaded.dispose()
  })

  test('auto is one worker per further core', async () => {
    const backend = await createWasmBackend({ threads: 'auto' })
    expect(backend.capabilities.threads).toBe(Math.min(availableParallelism() - 1, 15))
    backend.dispose()
  })

  test('views stay valid while the shared memory grows', async () => {
    const backend = await createWasmBackend({ threads: 1 })
    const first = backend.allocate('float32', 100).fill(3)
    backend.allocate('float32', 10_000_000)
    const late = backend.allocate('float32', 100)
    expect([...first]).toEqual(new Array(100).fill(3))
    first[0] = 4
    expect(late[0]).toBe(0)
    backend.dispose()
  })

  for (const ending of ['dispose', 'leave']) {
    test(`the process ends by itself (${ending})`, async (context) => {
      if (!existsSync(BUILT)) context.skip('the script uses the built package: npm run build')
      const { stdout } = await run(process.execPath, [SCRIPT, ending], { timeout: 50_000 })
      expect(stdout.trim()).toBe('done')
    })
  }
})
