/**
 * The reader of binaries against binutils: the same libraries and versions of this very Node.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { versionNeeds } from '../elf.js'

/** What objdump prints: a line for each library, and a line below it for each of its versions. */
const LINES = /required from (\S+):\n((?:\s+0x\S+ 0x\S+ \S+ \S+\n)+)/g

const { status, stdout } = spawnSync('objdump', ['-p', process.execPath], { encoding: 'utf8' })
const readable = process.platform === 'linux' && status === 0
const why = readable ? '' : ' (skipped: no objdump that reads an ELF file of this Node)'

test.skipIf(!readable)(`finds what objdump finds${why}`, () => {
  const expected = [...stdout.matchAll(LINES)].map(([, library = '', lines = '']) => ({
    library,
    versions: lines
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).at(-1)),
  }))
  expect(expected.length).toBeGreaterThan(1)
  expect(versionNeeds(readFileSync(process.execPath))).toEqual(expected)
})

test('says what is no such file', () => {
  expect(() => versionNeeds(Buffer.from('MZ and more'))).toThrow('this is no ELF file')
})
