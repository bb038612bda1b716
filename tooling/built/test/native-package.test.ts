/**
 * `@rope/native` as it is installed: the binary comes from the package of the platform, and each of
 * the accidents that befall such packages is told from the others, in a project of its own.
 */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Probe } from '@rope/core/backend'
import { probeNative } from '@rope/native'
import { build } from 'esbuild'
import { afterAll, describe, expect, inject, test } from 'vitest'

const { modules } = inject('packed')
const { available, facts, reason } = probeNative()
const PLATFORM = String(facts.platform)
const OWN = `@rope/native-${PLATFORM}`
const ELSEWHERE = `@rope/native-${PLATFORM === 'win32-x64' ? 'darwin-arm64' : 'win32-x64'}`

const root = mkdtempSync(join(tmpdir(), 'native user '))
afterAll(() => rmSync(root, { recursive: true }))

/** A project with @rope/native, @rope/auto and what they need; of the platforms' packages, none. */
function makeProject(name: string): { folder: string; place: (path: string) => string } {
  const folder = join(root, name)
  const place = (path: string): string => join(folder, 'node_modules', path)
  mkdirSync(place('@rope'), { recursive: true })
  for (const each of ['core', 'native', 'auto', 'js', 'wasm', 'webgpu']) {
    cpSync(join(modules, '@rope', each), place(`@rope/${each}`), { recursive: true })
  }
  return { folder, place }
}

const PROBE =
  "import { probeNative } from '@rope/native'; console.log(JSON.stringify(probeNative()))"

function run(folder: string, ...args: readonly string[]): string {
  const env = { ...process.env, ROPE_NATIVE_BINARY: '', ROPE_ISA: '', NODE_PATH: '' }
  const options = { cwd: folder, encoding: 'utf8', env } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

const probeIn = (folder: string): Probe =>
  JSON.parse(run(folder, '--input-type=module', '-e', PROBE))

const why = available ? '' : ` (skipped: ${reason})`
const installed = createRequire(join(modules, 'x.js'))

describe.skipIf(!available)(`the package of this platform${why}`, () => {
  test('brings the binary', () => {
    const { folder, place } = makeProject('installed')
    symlinkSync(join(modules, OWN), place(OWN))
    const probe = probeIn(folder)
    expect(probe.facts.binary).toBe(installed.resolve(`${OWN}/rope.node`))
    expect(probe).toMatchObject({ available: true, facts: { platform: PLATFORM } })
  })

  test('is what @rope/auto takes', () => {
    const { folder, place } = makeProject('auto')
    symlinkSync(join(modules, OWN), place(OWN))
    const program = `
      import { createRope } from '@rope/auto'
      import { BACKENDS, detectBackend } from '@rope/auto/backends'
      const native = BACKENDS.filter(({ name }) => name === 'native')
      const options = { headDim: 2, pairing: 'half', schedule: { type: 'default', base: 10000 } }
      const rope = await createRope(options, { backends: native, layout: 'bshd' })
      const data = new Float32Array([1, 0])
      rope.rotate({ q: { data, shape: [1, 1, 1, 2] }, positions: 1 })
      const { available, facts } = await detectBackend(native[0])
      console.log(data[0] === Math.fround(Math.cos(1)), available, facts.isa)`
    const printed = run(folder, '--input-type=module', '-e', program)
    expect(printed).toBe(`true true ${String(facts.isa)}\n`)
  })

  test.each(['esm', 'cjs'] as const)(
    'is found by an %s bundle in the same project',
    async (format) => {
      const { folder, place } = makeProject(`bundled-${format}`)
      symlinkSync(join(modules, OWN), place(OWN))
      await bundle(folder, format)
      expect(JSON.parse(run(folder, `out/${fileOf(format)}`))).toMatchObject({ available: true })
    },
  )
})

const fileOf = (format: 'esm' | 'cjs'): string => `bundle.${format === 'esm' ? 'mjs' : 'cjs'}`

async function bundle(folder: string, format: 'esm' | 'cjs'): Promise<void> {
  writeFileSync(join(folder, 'entry.mjs'), PROBE)
  await build({
    absWorkingDir: folder,
    entryPoints: ['entry.mjs'],
    bundle: true,
    platform: 'node',
    format,
    outfile: `out/${fileOf(format)}`,
    logLevel: 'silent',
    logOverride: { 'empty-import-meta': 'silent' },
  })
}

describe('the usual accidents', () => {
  test('optional dependencies were skipped', () => {
    const { folder } = makeProject('skipped')
    const { available: is, reason: text } = probeIn(folder)
    expect(is).toBe(false)
    expect(text).toContain(`package ${OWN}: not installed`)
    expect(text).toContain(`to fix it, run: npm install ${OWN}; it is an optional dependency`)
  })

  test('node_modules was copied from another platform', () => {
    const { folder, place } = makeProject('copied')
    mkdirSync(place(ELSEWHERE))
    const exports = { './package.json': './package.json' }
    writeFileSync(place(`${ELSEWHERE}/package.json`), JSON.stringify({ name: ELSEWHERE, exports }))
    expect(probeIn(folder).reason).toContain(
      `it was installed on another platform (it holds ${ELSEWHERE})`,
    )
  })

  test('the package is there, and its binary is not what it was', () => {
    const { folder, place } = makeProject('broken')
    mkdirSync(place(OWN))
    const exports = { './package.json': './package.json', './rope.node': './rope.node' }
    writeFileSync(place(`${OWN}/package.json`), JSON.stringify({ name: OWN, exports }))
    writeFileSync(place(`${OWN}/rope.node`), '')
    const { reason: text } = probeIn(folder)
    expect(text).toContain(`package ${OWN}: the file is empty`)
    expect(text).toContain(`to fix it, install ${OWN} again`)
  })

  test.each(['esm', 'cjs'] as const)(
    'an %s bundle was taken away from node_modules',
    async (format) => {
      const { folder } = makeProject(`away-${format}`)
      await bundle(folder, format)
      const away = mkdtempSync(join(root, 'away '))
      cpSync(join(folder, 'out', fileOf(format)), join(away, fileOf(format)))
      const { available: is, reason: text } = JSON.parse(run(away, fileOf(format))) as Probe
      expect(is).toBe(false)
      expect(text).toContain('keep @rope/native out of the bundle')
    },
  )

  test('there is no compiler: the build that the message names says so', () => {
    const { folder, place } = makeProject('no-compiler')
    cpSync(join(modules, 'node-addon-api'), place('node-addon-api'), { recursive: true })
    const script = place('@rope/native/scripts/build-addon.js')
    const env = { ...process.env, CC: 'no-such-compiler' }
    const { stderr } = spawnSync(process.execPath, [script], { cwd: folder, encoding: 'utf8', env })
    expect(stderr).toMatch(
      process.platform === 'win32' ? /on Windows/ : /no C compiler \(tried no-such-compiler\)/,
    )
    expect(probeIn(folder).available).toBe(false)
  })
})
