/**
 * `rope inspect` on config.json, safetensors and GGUF files with damaged bytes: a result, or one
 * line and the exit code that the help documents for a file that is wrong. Most files are in memory
 * and only read, since the command line, the file system and the text take many times as long.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RopeError, resolveConfig } from '@rope/core'
import { toOnnx } from '@rope/core/onnx'
import { writeSafetensors } from '@rope/core/safetensors'
import { afterAll, vi } from 'vitest'
import { fuzz } from '../../../../tooling/fuzz/fuzz.js'
import { mutated } from '../../../../tooling/fuzz/mutate.js'
import { chance, pick, type Random } from '../../../../tooling/fuzz/random.js'
import { BAD_INPUT, OK } from '../../src/exit-codes.js'
import type { Io } from '../../src/io.js'
import { readModelConfig } from '../../src/profiles.js'
import { lines, Recording, rope, SMALL_LLAMA, TWO_PROFILES } from '../helpers.js'
import { damaged, GGUF_FILES } from './gguf-seeds.js'
import { openInMemory } from './memory-file.js'

/** What stands at a path in place of a file on disk. */
const inMemory = new Map<string, Uint8Array>()
vi.mock(import('../../src/files/regular-file.js'), async (importOriginal) => {
  const original = await importOriginal()
  return {
    ...original,
    withRegularFile: async (path, use) => {
      const bytes = inMemory.get(path)
      if (bytes === undefined) return original.withRegularFile(path, use)
      return use(openInMemory(path, bytes))
    },
  }
})

const folder = mkdtempSync(join(tmpdir(), 'rope-cli-fuzz-'))
afterAll(() => rmSync(folder, { recursive: true }))

const encoder = new TextEncoder()
const CONFIGS: readonly object[] = [SMALL_LLAMA, TWO_PROFILES]

const config = resolveConfig({
  headDim: 8,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
})
const { cosCache, sinCache } = toOnnx(config, { length: 12 })
const CACHES = writeSafetensors([
  { name: 'cos_cache', dtype: 'F32', shape: [12, 4], data: cosCache },
  { name: 'sin_cache', dtype: 'F32', shape: [12, 4], data: sinCache },
])

const sink = new Recording(false)
const io: Io = { stdout: sink, stderr: sink, env: {}, readStdin: async () => new Uint8Array() }

interface Input {
  readonly name: string
  readonly bytes: Uint8Array
  readonly json: boolean
}

function jsonBytes(random: Random): Uint8Array {
  const text = JSON.stringify(mutated(random, CONFIGS), (_, value) =>
    typeof value === 'bigint' ? Number(value) : value,
  )
  return encoder.encode(text)
}

function contentOf(random: Random, name: string): Uint8Array {
  if (name === 'config.json') {
    const bytes = jsonBytes(random)
    return chance(random, 0.2) ? damaged(random, bytes) : bytes
  }
  const whole = name === 'model.gguf' ? pick(random, GGUF_FILES) : CACHES
  return chance(random, 0.6) ? damaged(random, whole) : whole
}

/** The whole command on a file on disk. */
async function inspect({ name, bytes, json }: Input): Promise<void> {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  const { code, stdout, stderr } = await rope(['inspect', path, ...(json ? ['--json'] : [])])
  if (code === OK) {
    assert.equal(stderr, '')
    assert.ok(json ? Array.isArray(JSON.parse(stdout).profiles) : stdout.includes(', profile '))
    return
  }
  assert.deepEqual([code, stdout, lines(stderr).length], [BAD_INPUT, '', 1])
  assert.match(stderr, /^rope: /)
  throw new RopeError('INVALID_FILE', stderr)
}

/** What the command does first, on a file in memory. */
async function read({ name, bytes }: Input): Promise<void> {
  inMemory.set(name, bytes)
  const { profiles } = await readModelConfig(name, undefined, io)
  assert.ok(profiles.length > 0)
}

fuzz<Input>('rope inspect', {
  make: (random) => {
    const name = pick(random, ['config.json', 'caches.safetensors', 'model.gguf'])
    return { name, bytes: contentOf(random, name), json: chance(random, 0.3) }
  },
  check: (input, random) => (chance(random, 1 / 32) ? inspect(input) : read(input)),
})
