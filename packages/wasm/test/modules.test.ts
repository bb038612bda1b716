/**
 * The modules that the package carries: made from the sources that stand here, to the byte; small;
 * strict; and the C tests of the kernels pass in WebAssembly as well.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { SINGLE_BASE64 } from '../src/modules/single.generated.js'
import { THREADED_BASE64 } from '../src/modules/threaded.generated.js'

const run = promisify(execFile)
const MINUTES = 60_000

function script(name: string): string {
  return fileURLToPath(new URL(`../scripts/${name}`, import.meta.url))
}

describe('the modules', () => {
  test('compiling the sources gives the same bytes', { timeout: 3 * MINUTES }, async () => {
    const { stdout } = await run(process.execPath, [script('build-modules.mjs'), '--check'])
    expect(stdout.trim().split('\n')).toEqual([
      'single: the same bytes',
      'threaded: the same bytes',
    ])
  })

  test('the default one is at most 12 kB in base64 and gzip', () => {
    expect(gzipSync(SINGLE_BASE64.replaceAll('\n', ''), { level: 9 }).length).toBeLessThanOrEqual(
      12_000,
    )
  })

  test('they ask for nothing but memory', async () => {
    for (const [text, shared] of [
      [SINGLE_BASE64, false],
      [THREADED_BASE64, true],
    ] as const) {
      const module = await WebAssembly.compile(Buffer.from(text, 'base64'))
      expect(WebAssembly.Module.imports(module)).toEqual([
        { module: 'env', name: 'memory', kind: 'memory' },
      ])
      const names = WebAssembly.Module.exports(module).map(({ name }) => name)
      expect(names).toEqual(
        expect.arrayContaining(['__heap_base', 'prepare', 'programBytes', 'run']),
      )
      expect(names.includes('serve')).toBe(shared)
    }
  })

  test('the C tests pass in WebAssembly', { timeout: 3 * MINUTES }, async () => {
    const { stdout } = await run(process.execPath, ['--no-warnings', script('test-kernels.mjs')])
    const lines = stdout.trim().split('\n')
    expect(lines.filter((line) => !/^(ok|done) /.test(line))).toEqual([])
    expect(lines.at(-1)).toMatch(/^done [1-9]\d* 0$/)
    for (const name of ['rope_half_f16_wasm128 narrows', 'rope_run wasm128']) {
      expect(lines.some((line) => line.startsWith(`ok ${name} `))).toBe(true)
    }
  })
})
