import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkOutput, writeOutput } from '../../src/files/output-file.js'
import { temporaryFolder } from '../helpers.js'

const CONTENT = Uint8Array.of(1, 2, 3)

describe('writeOutput', () => {
  test('writes a new file and nothing else', async () => {
    const folder = temporaryFolder()
    await writeOutput(await checkOutput(join(folder, 'new'), []), CONTENT)
    expect(readdirSync(folder)).toEqual(['new'])
    expect(new Uint8Array(readFileSync(join(folder, 'new')))).toEqual(CONTENT)
  })

  test('a replaced file keeps its permissions', async () => {
    const path = join(temporaryFolder(), 'private')
    writeFileSync(path, 'old')
    chmodSync(path, 0o600)
    await writeOutput(await checkOutput(path, []), CONTENT)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(new Uint8Array(readFileSync(path))).toEqual(CONTENT)
  })

  test('a link is followed, not replaced', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'elsewhere'))
    writeFileSync(join(folder, 'elsewhere', 'file'), 'old')
    symlinkSync(join('elsewhere', 'file'), join(folder, 'link'))
    await writeOutput(await checkOutput(join(folder, 'link'), []), CONTENT)
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true)
    expect(new Uint8Array(readFileSync(join(folder, 'elsewhere', 'file')))).toEqual(CONTENT)
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['file'])
  })

  test('what cannot be renamed into place leaves no temporary file', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'target'))
    const file = { name: 'out', path: join(folder, 'target'), mode: null }
    await expect(writeOutput(file, CONTENT)).rejects.toMatchObject({
      code: 'INVALID_FILE',
      message: expect.stringMatching(/^cannot write "out": /),
    })
    expect(readdirSync(folder)).toEqual(['target'])
  })

  test('what cannot be created is an error that names it', async () => {
    const path = join(temporaryFolder(), 'gone', 'out')
    await expect(writeOutput({ name: 'out', path, mode: null }, CONTENT)).rejects.toThrow(
      'cannot write "out": no such file or directory',
    )
  })

  test('signals and the exit of the process are watched only while it writes', async () => {
    const EVENTS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit']
    const listeners = (): readonly number[] => EVENTS.map((event) => process.listenerCount(event))
    const before = listeners()
    const path = join(temporaryFolder(), 'new')
    const writing = writeOutput(await checkOutput(path, []), CONTENT)
    expect(listeners()).toEqual(before.map((amount) => amount + 1))
    await writing
    expect(listeners()).toEqual(before)
  })

  test('a signal removes the temporary file and is passed on', async () => {
    const folder = temporaryFolder()
    const received: string[] = []
    const listen = (signal: string): void => {
      received.push(signal)
    }
    const target = await checkOutput(join(folder, 'new'), [])
    const writing = writeOutput(target, new Uint8Array(64 * 2 ** 20))
    await expect.poll(() => readdirSync(folder), { interval: 1 }).toHaveLength(1)
    // The worker survives the signal that is passed on, since somebody listens.
    process.on('SIGTERM', listen)
    process.emit('SIGTERM', 'SIGTERM')
    expect(readdirSync(folder)).toEqual([])
    await expect(writing).rejects.toThrow('cannot write')
    await expect.poll(() => received).toEqual(['SIGTERM', 'SIGTERM'])
    process.removeListener('SIGTERM', listen)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('checkOutput', () => {
  test('answers with the real path', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'real'))
    symlinkSync('real', join(folder, 'link'))
    const { path, mode } = await checkOutput(join(folder, 'link', 'new'), [])
    expect(path).toBe(join(realpathSync(folder), 'real', 'new'))
    expect(mode).toBeNull()
  })

  test('refuses what cannot be a file', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    symlinkSync('nowhere', join(folder, 'dangling'))
    const attempts = [
      [folder, 'it is a directory'],
      [join(folder, 'missing', 'out'), 'its folder does not exist'],
      [join(folder, 'dangling'), 'it is a link to nothing'],
      [join(folder, 'file', 'out'), 'not a directory'],
      ['/dev/null', 'it is not a regular file'],
    ] as const
    for (const [path, message] of attempts) {
      await expect(checkOutput(path, [])).rejects.toMatchObject({
        code: 'INVALID_FILE',
        message: expect.stringContaining(message),
      })
    }
  })

  test('an input that does not exist is somebody else’s problem', async () => {
    const path = join(temporaryFolder(), 'out')
    writeFileSync(path, 'old')
    expect((await checkOutput(path, [['--in', `${path}.missing`]])).name).toBe(path)
  })
})
