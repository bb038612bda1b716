import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { cacheFolder, fileStore } from '../../src/cache/file-store.js'

const root = mkdtempSync(join(tmpdir(), 'rope cache '))
afterAll(() => rmSync(root, { recursive: true }))
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

function onPlatform(platform: string): void {
  vi.spyOn(process, 'platform', 'get').mockReturnValue(platform as NodeJS.Platform)
}

describe('the folder', () => {
  test('is that of the XDG specification where it is set', () => {
    vi.stubEnv('XDG_CACHE_HOME', '/var/cache/me')
    expect(cacheFolder()).toBe('/var/cache/me/rope')
  })

  test('is below the home folder where it is not, or is relative', () => {
    onPlatform('linux')
    vi.stubEnv('HOME', '/home-of/me')
    vi.stubEnv('XDG_CACHE_HOME', '')
    expect(cacheFolder()).toBe('/home-of/me/.cache/rope')
    vi.stubEnv('XDG_CACHE_HOME', 'cache')
    expect(cacheFolder()).toBe('/home-of/me/.cache/rope')
    vi.stubEnv('HOME', undefined)
    expect(cacheFolder()).toBe(join(homedir(), '.cache', 'rope'))
  })

  test('follows the customs of macOS and Windows', () => {
    vi.stubEnv('XDG_CACHE_HOME', '')
    vi.stubEnv('HOME', '/Users-of/me')
    onPlatform('darwin')
    expect(cacheFolder()).toBe('/Users-of/me/Library/Caches/rope')
    onPlatform('win32')
    vi.stubEnv('LOCALAPPDATA', '/AppData/Local')
    expect(cacheFolder()).toBe('/AppData/Local/rope/Cache')
    vi.stubEnv('LOCALAPPDATA', '')
    expect(cacheFolder()).toBeUndefined()
  })

  test('is nowhere without Node', () => {
    vi.stubGlobal('process', undefined)
    expect(cacheFolder()).toBeUndefined()
    expect(fileStore()).toBeNull()
    expect(fileStore('/tmp')).toBeNull()
  })

  test('is nowhere when Deno has not allowed files', () => {
    const querySync = ({ name }: { readonly name: string }) => ({
      state: name === 'write' ? 'prompt' : 'granted',
    })
    vi.stubGlobal('Deno', { permissions: { querySync } })
    expect(fileStore(root)).toBeNull()
  })
})

describe('a store in a folder', () => {
  test('has nothing at first, then what was saved', () => {
    const store = fileStore(join(root, 'a', 'b'))
    expect(store?.load()).toBeNull()
    store?.save('one')
    store?.save('two')
    expect(store?.load()).toBe('two')
  })

  test('is for its owner alone, and leaves nothing else behind', () => {
    const folder = join(root, 'private')
    fileStore(folder)?.save('text')
    expect(readdirSync(folder)).toEqual(['calibration.json'])
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'calibration.json')).mode & 0o777).toBe(0o600)
  })

  test('says what is wrong when it cannot read or write, and leaves no half file', () => {
    const file = join(root, 'file')
    writeFileSync(file, '')
    expect(() => fileStore(file)?.save('text')).toThrow(/EEXIST|ENOTDIR/)
    const folder = join(root, 'taken')
    mkdirSync(join(folder, 'calibration.json'), { recursive: true })
    expect(() => fileStore(folder)?.load()).toThrow('it is not a regular file')
    expect(() => fileStore(folder)?.save('text')).toThrow()
    expect(readdirSync(folder)).toEqual(['calibration.json'])
  })

  test.runIf(process.getuid?.() !== 0)('in a folder that is read-only', () => {
    const folder = join(root, 'read-only')
    mkdirSync(folder)
    chmodSync(folder, 0o500)
    expect(() => fileStore(folder)?.save('text')).toThrow('EACCES')
  })

  test('reads regular files of bounded size only', () => {
    const folder = join(root, 'strange')
    mkdirSync(folder)
    const path = join(folder, 'calibration.json')
    symlinkSync('/dev/null', path)
    expect(() => fileStore(folder)?.load()).toThrow('it is not a regular file')
    rmSync(path)
    writeFileSync(path, '')
    truncateSync(path, 3 * 2 ** 30)
    expect(() => fileStore(folder)?.load()).toThrow('it has 3221225472 bytes; accepted: at most')
    // What stands in the way is replaced by what is saved.
    fileStore(folder)?.save('text')
    expect(fileStore(folder)?.load()).toBe('text')
  })

  test('keeps text as it is', () => {
    const folder = join(root, 'text')
    fileStore(folder)?.save('Grüße')
    expect(readFileSync(join(folder, 'calibration.json'), 'utf8')).toBe('Grüße')
  })
})
