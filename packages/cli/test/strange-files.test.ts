/**
 * The built executable before files that are none, or are not what they seem: pipes, devices,
 * folders, links, names that look like addresses, files that end too early, a disk that is full.
 * Each is one line and exit code 2. Every run is killed after a deadline, since one that waits for
 * a pipe would wait for ever.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, test } from 'vitest'
import { ggufWeightsFile } from './gguf-files.js'
import { configFile, SMALL_LLAMA, temporaryFolder } from './helpers.js'
import { tensor, tensorFile } from './tensor-files.js'

const PROGRAM = fileURLToPath(new URL('../dist/rope.js', import.meta.url))

/** Milliseconds after which a run is killed and has failed; each takes well below a second. */
const DEADLINE = 30_000

let folder: string

interface Ended {
  readonly code: number | null
  readonly stderr: string
}

function rope(...words: readonly string[]): Ended {
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...words], {
    cwd: folder,
    encoding: 'utf8',
    timeout: DEADLINE,
    killSignal: 'SIGKILL',
    env: { PATH: process.env.PATH },
  })
  return { code: status, stderr }
}

/** Exit code 2 and one line that matches. */
function expectRefusal({ code, stderr }: Ended, message: RegExp): void {
  expect(stderr).toMatch(message)
  expect([code, stderr.split('\n').length]).toEqual([2, 2])
}

describe.runIf(process.env.TEST_BUILT === '1')('files that are none', () => {
  let config: string
  let tensors: string

  beforeEach(() => {
    folder = temporaryFolder()
    config = configFile(SMALL_LLAMA)
    tensors = tensorFile([tensor('q', 'F32', [1, 2, 2, 8])])
  })

  /** Every argument that names a file to read, with `path` in its place. */
  const readers = (path: string): readonly (readonly string[])[] => [
    ['inspect', path],
    ['convert', path, '--to', 'v5'],
    ['convert', path, '--to', 'v5', '--out', 'new'],
    ['convert', config, '--weights', path, '--to', 'interleaved', '--out', 'new'],
    ['apply', '--config', path, '--in', tensors, '--out', 'new'],
    ['apply', '--config', config, '--in', path, '--out', 'new'],
  ]

  const PLACES: Readonly<Record<string, readonly [put: (path: string) => void, says: RegExp]>> = {
    'a pipe without a writer': [
      (path) => void spawnSync('mkfifo', [path]),
      /^rope: cannot read ".*": it is not a regular file; /,
    ],
    'a device that never ends': [
      (path) => symlinkSync('/dev/zero', path),
      /^rope: cannot read ".*": it is not a regular file; /,
    ],
    'a folder': [(path) => mkdirSync(path), /^rope: cannot read ".*": it is a directory; /],
    'a link to itself': [
      (path) => symlinkSync(path, path),
      /^rope: cannot (read|look at) ".*": too many symbolic links/,
    ],
    nothing: [() => undefined, /^rope: cannot read ".*": no such file or directory$/m],
  }

  const NAMES = ['model.json', 'model.gguf', 'model.safetensors'] as const

  test.each(Object.keys(PLACES))(
    '%s',
    (place) => {
      const [put, says] = PLACES[place] as (typeof PLACES)[string]
      for (const name of NAMES) {
        put(join(folder, name))
        for (const words of name === NAMES[0] ? readers(name) : readers(name).slice(0, 1)) {
          expectRefusal(rope(...words), says)
        }
      }
      expect(readdirSync(folder).filter((name) => !name.startsWith('model'))).toEqual([])
    },
    120_000,
  )

  test.runIf(process.getuid?.() !== 0)('a file that may not be read', () => {
    writeFileSync(join(folder, 'model'), JSON.stringify(SMALL_LLAMA))
    chmodSync(join(folder, 'model'), 0)
    expectRefusal(rope('inspect', 'model'), /^rope: cannot read "model": permission denied$/m)
  })

  test('a file whose name looks like an address is a file', () => {
    const host = join(folder, 'https:', 'localhost:1')
    mkdirSync(host, { recursive: true })
    const weights = { name: 'w', type: 0, shape: [8], data: new Uint8Array(32) }
    copyFileSync(ggufWeightsFile([weights]), join(host, 'model.gguf'))
    writeFileSync(join(host, 'config.json'), JSON.stringify(SMALL_LLAMA))
    // The file's own faults are told, so it was the file that was read.
    expectRefusal(
      rope('inspect', 'https://localhost:1/model.gguf'),
      /attention.key_length is missing/,
    )
    expect(rope('inspect', 'https://localhost:1/config.json').code).toBe(0)
    expectRefusal(rope('inspect', 'https://localhost:1/none.gguf'), /no such file or directory/)
  })

  test('a file named - is not standard input, nor the other way round', () => {
    copyFileSync(ggufWeightsFile([]), join(folder, '-'))
    expectRefusal(rope('inspect', '-'), /^rope: standard input is empty/)
    expectRefusal(rope('inspect', './-'), /attention.key_length is missing/)
  })

  test('output onto what is no file, or onto an input', () => {
    spawnSync('mkfifo', [join(folder, 'pipe')])
    symlinkSync('loop', join(folder, 'loop'))
    symlinkSync(tensors, join(folder, 'link'))
    const write = (out: string): Ended =>
      rope('apply', '--config', config, '--in', tensors, '--out', out)
    expectRefusal(write('pipe'), /it is not a regular file$/m)
    expectRefusal(write('/dev/full'), /it is not a regular file$/m)
    expectRefusal(write('.'), /it is a directory; name a file in it$/m)
    expectRefusal(write('loop'), /too many symbolic links/)
    expectRefusal(write('link'), /it is the same file as --in/)
    expectRefusal(write(config), /it is the same file as --config/)
    expectRefusal(write('none/new'), /its folder does not exist$/m)
    expect(readdirSync(folder).sort()).toEqual(['link', 'loop', 'pipe'])
  })

  test.runIf(existsSync('/dev/full'))('a disk that is full', () => {
    const line = '"$0" "$1" inspect "$2" > /dev/full'
    const { status, stderr } = spawnSync('bash', ['-c', line, process.execPath, PROGRAM, config], {
      encoding: 'utf8',
      timeout: DEADLINE,
    })
    expectRefusal({ code: status, stderr }, /^rope: cannot write "standard output": no space left/)
  })

  test('what a killed run has left goes with the next file that is written there', async () => {
    writeFileSync(join(folder, 'large.safetensors'), readFileSync(largeTensors()))
    const words = ['apply', '--config', config, '--in', 'large.safetensors', '--out', 'new']
    const leftovers = (): readonly string[] =>
      readdirSync(folder).filter((name) => name.endsWith('.tmp'))
    const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: folder, stdio: 'ignore' })
    const ended = once(child, 'exit')
    await expect.poll(leftovers, { interval: 1, timeout: DEADLINE }).toHaveLength(1)
    child.kill('SIGKILL')
    await ended
    expect(leftovers()).toHaveLength(1)
    expect(rope('apply', '--config', config, '--in', tensors, '--out', 'new').code).toBe(0)
    expect(readdirSync(folder).sort()).toEqual(['large.safetensors', 'new'])
  })

  /** Large enough to be seen while it is written. */
  function largeTensors(): string {
    return tensorFile([tensor('q', 'F32', [1, 2, 2, 8]), tensor('other', 'F32', [2 ** 23])])
  }
})
