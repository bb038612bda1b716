import { describe, expect, test } from 'vitest'
import { createHost } from '../../src/binary/host.js'
import { libraryOf, platformName } from '../../src/binary/platform.js'
import { ELF_MACHINES, elfFile } from './fake-host.js'

describe('platformName', () => {
  test.each([
    [{ system: 'linux', processor: 'x64', library: 'gnu' }, 'linux-x64-gnu'],
    [{ system: 'linux', processor: 'arm64', library: 'musl' }, 'linux-arm64-musl'],
    [{ system: 'darwin', processor: 'arm64', library: null }, 'darwin-arm64'],
    [{ system: 'win32', processor: 'x64', library: null }, 'win32-x64'],
  ] as const)('%o', (platform, name) => {
    expect(platformName(platform)).toBe(name)
  })
})

describe('libraryOf', () => {
  const X64 = ELF_MACHINES.x64
  const MUSL = '/lib/ld-musl-x86_64.so.1'
  const of = (bytes: Uint8Array): string =>
    libraryOf((start, length) => bytes.subarray(start, start + length))

  test('reads the loader that a program asks for', () => {
    expect(of(elfFile(X64, '/lib64/ld-linux-x86-64.so.2'))).toBe('gnu')
    expect(of(elfFile(X64, MUSL))).toBe('musl')
  })

  test('finds it far behind the headers, where patchelf puts it', () => {
    expect(of(elfFile(X64, MUSL, 128_000_000))).toBe('musl')
  })

  test('a program without loader, or none at all, is taken for the usual one', () => {
    expect(of(elfFile(X64))).toBe('gnu')
    expect(of(new Uint8Array())).toBe('gnu')
  })

  test('so is one of which a part is missing', () => {
    for (const length of [63, 100, 260]) {
      expect(of(elfFile(X64, MUSL).subarray(0, length))).toBe('gnu')
    }
  })
})

describe('createHost', () => {
  const host = createHost(new URL('../../', import.meta.url))

  test('is this machine', () => {
    const { system, processor, library } = host.platform
    expect(system).toBe(process.platform)
    expect(processor).toBe(process.arch)
    const report = process.report.getReport() as {
      readonly header: { readonly glibcVersionRuntime?: string }
    }
    const wanted = report.header.glibcVersionRuntime === undefined ? 'musl' : 'gnu'
    expect(library).toBe(system === 'linux' ? wanted : null)
  })

  test('knows whether it lies in its package', () => {
    expect(host.platformPackages).toContain('@rope/native-linux-x64-gnu')
    expect(createHost(new URL('./', import.meta.url)).platformPackages).toBeNull()
    expect(createHost(new URL('../../../core/', import.meta.url)).platformPackages).toBeNull()
  })

  test('finds modules and says null for those that are not there', () => {
    expect(host.resolve('@rope/core')).not.toBeNull()
    expect(host.resolve('@rope/native-plan9-vax/rope.node')).toBeNull()
  })

  test('reads heads of files, not of folders', () => {
    const head = host.readHead(process.execPath)
    expect(head?.bytes.length).toBe(4096)
    expect(head?.size).toBeGreaterThan(1e6)
    expect(host.readHead(host.packageRoot)).toBeNull()
    expect(host.readHead(`${host.packageRoot}no-such-file`)).toBeNull()
  })
})
