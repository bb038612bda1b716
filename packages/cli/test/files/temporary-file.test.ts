import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { removeLeftovers, temporaryPath } from '../../src/files/temporary-file.js'
import { temporaryFolder } from '../helpers.js'

/** The id of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid
}

/** The name this machine would give to the file of another process. */
function nameOf(pid: number): string {
  return basename(temporaryPath('.')).replace(`-${process.pid}-`, `-${pid}-`)
}

function put(folder: string, name: string, ageInHours = 0): string {
  const path = join(folder, name)
  writeFileSync(path, '')
  const seconds = Date.now() / 1000 - 3600 * ageInHours
  utimesSync(path, seconds, seconds)
  return name
}

test('what a process that was killed has left is removed', async () => {
  const folder = temporaryFolder()
  put(folder, nameOf(deadProcess()))
  await removeLeftovers(folder)
  expect(readdirSync(folder)).toEqual([])
})

test('what is being written stays, and so does what is none of ours', async () => {
  const folder = temporaryFolder()
  const dead = deadProcess()
  const elsewhere = nameOf(dead).replace(/^\.rope-.{8}/, '.rope-00000000')
  const kept = [
    put(folder, nameOf(process.pid)),
    put(folder, nameOf(1), 23),
    put(folder, elsewhere, 23),
    put(folder, `${nameOf(dead)}.bak`, 1000),
    put(folder, '.rope-mine.tmp', 1000),
  ]
  mkdirSync(join(folder, nameOf(dead)))
  symlinkSync(join(folder, '.rope-mine.tmp'), join(folder, nameOf(dead).replace(/.\.tmp$/, 'x')))
  await removeLeftovers(folder)
  expect(readdirSync(folder)).toHaveLength(kept.length + 2)
})

test('after a day, what another machine left goes, and a process id that was used again', async () => {
  const folder = temporaryFolder()
  put(folder, nameOf(process.pid), 25)
  put(folder, nameOf(deadProcess()).replace(/^\.rope-.{8}/, '.rope-00000000'), 25)
  await removeLeftovers(folder)
  expect(readdirSync(folder)).toEqual([])
})

test('a folder that cannot be read is left alone', async () => {
  await expect(removeLeftovers(join(temporaryFolder(), 'missing'))).resolves.toBeUndefined()
})
