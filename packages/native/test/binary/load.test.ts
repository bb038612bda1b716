import { describe, expect, test } from 'vitest'
import { loadAddon } from '../../src/binary/load.js'
import { ELF_MACHINES, elfFile, type FakeMachine, fakeHost, GOOD_ADDON } from './fake-host.js'

const PACKAGE = '/modules/@rope/native-linux-x64-gnu/rope.node'
const LOCAL = '/package/build/Release/rope.node'
const BINARY = elfFile(ELF_MACHINES.x64)
const INSTALLED = { '@rope/native-linux-x64-gnu/rope.node': PACKAGE }

function reasonOf(machine: FakeMachine): string {
  const loaded = loadAddon(fakeHost(machine))
  if (loaded.addon === null) return loaded.reason
  throw new Error(`loaded ${loaded.path}; it must be refused`)
}

describe('the order of places', () => {
  const everywhere = { [PACKAGE]: BINARY, [LOCAL]: BINARY }

  test('a local build comes first', () => {
    const host = fakeHost({ files: everywhere, packages: INSTALLED })
    expect(loadAddon(host)).toEqual({ addon: GOOD_ADDON, path: LOCAL })
    expect(host.opened).toEqual([LOCAL])
  })

  test('then the platform package', () => {
    const host = fakeHost({ files: { [PACKAGE]: BINARY }, packages: INSTALLED })
    expect(loadAddon(host)).toEqual({ addon: GOOD_ADDON, path: PACKAGE })
  })

  test('a place that fails is passed over', () => {
    const open = (path: string): unknown => {
      if (path === LOCAL) throw new Error("version `GLIBC_2.38' not found\nsecond line")
      return GOOD_ADDON
    }
    const host = fakeHost({ files: everywhere, packages: INSTALLED, open })
    expect(loadAddon(host)).toMatchObject({ path: PACKAGE })
    expect(host.opened).toEqual([LOCAL, PACKAGE])
  })

  test("a bundle looks for the platform package alone: a build beside it is somebody else's", () => {
    const host = fakeHost({ files: everywhere, packages: INSTALLED, platformPackages: null })
    expect(loadAddon(host)).toMatchObject({ path: PACKAGE })
    expect(host.opened).toEqual([PACKAGE])
  })

  test('ROPE_NATIVE_BINARY is the only place when it is set', () => {
    const environment = { ROPE_NATIVE_BINARY: '/mine/rope.node' }
    const found = loadAddon(
      fakeHost({ environment, files: { ...everywhere, '/mine/rope.node': BINARY } }),
    )
    expect(found).toMatchObject({ path: '/mine/rope.node' })
    const host = fakeHost({ environment, files: everywhere })
    expect(loadAddon(host)).toMatchObject({
      addon: null,
      reason: expect.stringMatching(
        /ROPE_NATIVE_BINARY \(\/mine\/rope\.node\): no such file.*unset it/,
      ),
    })
    expect(host.opened).toEqual([])
  })

  test('an empty ROPE_NATIVE_BINARY is none', () => {
    const environment = { ROPE_NATIVE_BINARY: '' }
    expect(loadAddon(fakeHost({ environment, files: everywhere }))).toMatchObject({ path: LOCAL })
  })
})

describe('reasons', () => {
  test('a binary for another processor is not opened', () => {
    const host = fakeHost({ files: { [LOCAL]: elfFile(ELF_MACHINES.arm64) } })
    expect(loadAddon(host)).toMatchObject({
      reason: expect.stringContaining(
        'Release/rope.node: it is a binary for arm64, this is linux-x64-gnu',
      ),
    })
    expect(host.opened).toEqual([])
  })

  test('a binary for another system is not opened', () => {
    const windows = Uint8Array.from([0x4d, 0x5a, 0, 0, 0, 0, 0, 0])
    expect(reasonOf({ files: { [LOCAL]: windows } })).toContain('it is a binary for win32')
    const mac = Uint8Array.from([0xcf, 0xfa, 0xed, 0xfe, 0, 0, 0, 0])
    expect(reasonOf({ files: { [LOCAL]: mac } })).toContain('it is a binary for darwin')
    const platform = { system: 'darwin', processor: 'arm64', library: null }
    expect(reasonOf({ platform, files: { [LOCAL]: BINARY } })).toContain(
      'it is a binary for linux, this is darwin-arm64',
    )
  })

  test.each([0, 1, 40, 63, 64, 500, 1024, BINARY.length - 1])(
    'a binary cut off after %i bytes is not opened',
    (size) => {
      const host = fakeHost({ files: { [LOCAL]: BINARY.subarray(0, size) } })
      const loaded = loadAddon(host)
      expect(loaded).toMatchObject({
        reason: expect.stringMatching(
          /Release\/rope\.node: (it is cut off: \d+ of 1152|.*beginning is all|the file is )/,
        ),
      })
      expect(host.opened).toEqual([])
    },
  )

  test('a file that is no binary is not opened', () => {
    const files = { [LOCAL]: new TextEncoder().encode('#!/bin/sh\necho no addon\n'.repeat(9)) }
    expect(reasonOf({ files })).toContain('the file is not a binary')
  })

  test("the system's own words when it refuses", () => {
    const open = (): never => {
      throw new Error('libfoo.so.1: cannot open shared object file\n  at somewhere')
    }
    const reason = reasonOf({ files: { [LOCAL]: BINARY }, open })
    expect(reason).toContain('Release/rope.node: libfoo.so.1: cannot open shared object file; ')
  })

  test('an addon of another version, and one that is something else', () => {
    const files = { [LOCAL]: BINARY }
    expect(reasonOf({ files, open: () => ({ interfaceVersion: 99 }) })).toContain(
      "speaks version 99 of the addon's interface",
    )
    expect(reasonOf({ files, open: () => ({}) })).toContain('an addon, but not this one')
    expect(reasonOf({ files, open: () => null })).toContain('an addon, but not this one')
  })
})

/** What each of the usual accidents looks like to the loader, and what it must say. */
describe('the usual accidents', () => {
  const BUILD = 'install a C compiler and run: node /package/scripts/build-addon.js'
  const MUSL = { system: 'linux', processor: 'x64', library: 'musl' } as const

  test('optional dependencies were skipped', () => {
    expect(reasonOf({})).toBe(
      'no binary for linux-x64-gnu (build/Release/rope.node: no such file; ' +
        'package @rope/native-linux-x64-gnu: not installed); to fix it, ' +
        'run: npm install @rope/native-linux-x64-gnu; it is an optional dependency, and was left ' +
        'out (by --omit=optional, --no-optional, or a lockfile that was written on another ' +
        `platform); or ${BUILD}`,
    )
  })

  test('node_modules was copied from another system', () => {
    const packages = { '@rope/native-darwin-arm64/package.json': '/there' }
    expect(reasonOf({ packages })).toContain(
      'delete node_modules and install again here: it was installed on another platform ' +
        '(it holds @rope/native-darwin-arm64); or install a C compiler',
    )
  })

  test('node_modules of an ordinary Linux on one with musl', () => {
    const packages = { '@rope/native-linux-x64-gnu/package.json': '/there' }
    const reason = reasonOf({ platform: MUSL, packages })
    expect(reason).toMatch(/^no binary for linux-x64-musl .*linux-x64-musl: not installed/)
    expect(reason).toContain('on another platform (it holds @rope/native-linux-x64-gnu)')
  })

  test('a platform that has no package', () => {
    const platform = { system: 'freebsd', processor: 'x64', library: null }
    expect(reasonOf({ platform })).toMatch(
      /to fix it, install a C compiler and run: .* \(no package is made for this platform\)$/,
    )
  })

  test('the code was bundled away from its package', () => {
    const reason = reasonOf({ platformPackages: null })
    expect(reason).toContain('keep @rope/native out of the bundle')
    expect(reason).toContain('esbuild: --external:@rope/native')
    expect(reason).not.toContain('build-addon')
  })

  test('the C library is older than the binary', () => {
    const packages = { ...INSTALLED, '@rope/native-linux-x64-gnu/package.json': '/there' }
    const open = (): never => {
      throw new Error("/lib64/libc.so.6: version `GLIBC_2.28' not found")
    }
    const reason = reasonOf({ packages, files: { [PACKAGE]: BINARY }, open })
    expect(reason).toContain("version `GLIBC_2.28' not found")
    expect(reason).toContain(`on a system that is older than its binary allows, ${BUILD}`)
  })
})
