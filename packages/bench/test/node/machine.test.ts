import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { describeMachine, featuresOf, readCaches } from '../../src/node/machine.js'

function cacheFolder(caches: readonly (readonly [string, string, string, string])[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'rope-bench-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [index, [level, type, size, shared]] of caches.entries()) {
    const own = join(folder, `index${index}`)
    mkdirSync(own)
    writeFileSync(join(own, 'level'), `${level}\n`)
    writeFileSync(join(own, 'type'), `${type}\n`)
    writeFileSync(join(own, 'size'), `${size}\n`)
    writeFileSync(join(own, 'shared_cpu_list'), `${shared}\n`)
  }
  return folder
}

describe('the machine', () => {
  test('this one is described', () => {
    const machine = describeMachine()
    expect(machine.cores).toBeGreaterThan(0)
    expect(machine.memory).toBeGreaterThan(2 ** 20)
    expect(machine.engine).toBe(`Node ${process.versions.node} (V8 ${process.versions.v8})`)
    expect(machine.sharedArrayBuffer).toBe(true)
  })

  test('caches as Linux writes them', () => {
    const folder = cacheFolder([
      ['1', 'Data', '48K', '0'],
      ['2', 'Unified', '2M', '0-1'],
      ['3', 'Unified', '32768K', '0-3,8,10-11'],
    ])
    expect(readCaches(folder)).toEqual([
      { level: 1, kind: 'data', bytes: 49152, sharedBy: 1 },
      { level: 2, kind: 'unified', bytes: 2097152, sharedBy: 2 },
      { level: 3, kind: 'unified', bytes: 33554432, sharedBy: 7 },
    ])
  })

  test('what cannot be read is left out', () => {
    expect(readCaches(join(tmpdir(), 'there-is-no-such-folder'))).toEqual([])
    expect(readCaches(cacheFolder([['1', 'Data', 'many', '']]))).toEqual([])
  })

  test('features of x86 and of ARM', () => {
    const x86 =
      'processor\t: 0\nflags\t\t: fpu sse4_1 avx2 f16c avx512f hypervisor\nbogomips\t: 1\n'
    expect(featuresOf(x86)).toEqual(['sse4_1', 'avx2', 'f16c', 'avx512f'])
    expect(featuresOf('Features\t: fp asimd asimdhp sve\n')).toEqual(['asimd', 'asimdhp', 'sve'])
    expect(featuresOf('')).toEqual([])
  })
})
