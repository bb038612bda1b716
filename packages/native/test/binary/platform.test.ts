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
  test('reads the loader that a program asks for', () => {
    expect(libraryOf(elfFile(ELF_MACHINES.x64, '/lib64/ld-linux-x86-64.so.2'))).toBe('gnu')
    expect(libraryOf(elfFile(ELF_MACHINES.x64, '/lib/ld-musl-x86_64.so.1'))).toBe('musl')
  })

  test('a program without loader, or none at all, is taken for the usual one', () => {
    expect(libraryOf(elfFile(ELF_MACHINES.x64))).toBe('gnu')
    expect(libraryOf(new Uint8Array())).toBe('gnu')
    expect(libraryOf(elfFile(ELF_MACHINES.x64, '/lib/ld-musl-x86_64.so.1').subarray(0, 100))).toBe(
      'gnu',
    )
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
