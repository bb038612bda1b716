import { describe, expect, test } from 'vitest'
import { loadAddon } from '../../src/binary/load.js'
import { ELF_MACHINES, elfFile, type FakeMachine, fakeHost, GOOD_ADDON } from './fake-host.js'

const PACKAGE = '/modules/@rope/native-linux-x64-gnu/rope.node'
const PREBUILD = '/package/prebuilds/linux-x64-gnu/rope.node'
const LOCAL = '/package/build/Release/rope.node'
const BINARY = elfFile(ELF_MACHINES.x64)
const INSTALLED = { '@rope/native-linux-x64-gnu/rope.node': PACKAGE }

function reasonOf(machine: FakeMachine): string {
  const loaded = loadAddon(fakeHost(machine))
  if (loaded.addon === null) return loaded.reason
  throw new Error(`loaded ${loaded.path}; it must be refused`)
}

describe('the order of places', () => {
  const everywhere = { [PACKAGE]: BINARY, [PREBUILD]: BINARY, [LOCAL]: BINARY }

  test('the platform package comes first', () => {
    const host = fakeHost({ files: everywhere, packages: INSTALLED })
    expect(loadAddon(host)).toEqual({ addon: GOOD_ADDON, path: PACKAGE })
    expect(host.opened).toEqual([PACKAGE])
  })

  test('then a prebuilt binary', () => {
    expect(loadAddon(fakeHost({ files: everywhere }))).toMatchObject({ path: PREBUILD })
  })

  test('then a local build', () => {
    expect(loadAddon(fakeHost({ files: { [LOCAL]: BINARY } }))).toMatchObject({ path: LOCAL })
  })

  test('a place that fails is passed over', () => {
    const open = (path: string): unknown => {
      if (path === PACKAGE) throw new Error("version `GLIBC_2.38' not found\nsecond line")
      return GOOD_ADDON
    }
    const host = fakeHost({ files: everywhere, packages: INSTALLED, open })
    expect(loadAddon(host)).toMatchObject({ path: PREBUILD })
    expect(host.opened).toEqual([PACKAGE, PREBUILD])
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
    expect(loadAddon(fakeHost({ environment, files: everywhere }))).toMatchObject({
      path: PREBUILD,
    })
  })
})

describe('reasons', () => {
  test('nothing is there: every place is named, and two ways out', () => {
    expect(reasonOf({})).toBe(
      'no binary for linux-x64-gnu (package @rope/native-linux-x64-gnu: not installed; ' +
        'prebuilds/linux-x64-gnu/rope.node: no such file; build/Release/rope.node: no such file); ' +
        'to fix it, run: npm install @rope/native-linux-x64-gnu; ' +
        'or install a C compiler and run: node /package/scripts/build-addon.js',
    )
  })

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
    expect(reason).toContain('Release/rope.node: libfoo.so.1: cannot open shared object file)')
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
