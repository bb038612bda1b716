/**
 * Small files that ask for much: a size of each kind set to numbers that no size may be. The built
 * executable answers each with a result or with one line and exit code 2, within a small heap and
 * a small resident set, before a deadline at which it is killed.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { resolveConfig } from '@rope/core'
import { toGguf, writeGgufFile } from '@rope/core/gguf'
import { describe, expect, test } from 'vitest'
import { configFile, SMALL_LLAMA, temporaryFolder } from './helpers.js'
import { tensor, tensorFile } from './tensor-files.js'

const PROGRAM = fileURLToPath(new URL('../dist/rope.js', import.meta.url))

/** Milliseconds after which a run is killed and has failed; each takes well below a second. */
const DEADLINE = 30_000

/** MiB of V8's heap, and of everything. A run on a good file takes 10 and 70. */
const HEAP = 64
const RESIDENT = 192

/** Says on descriptor 3 how much memory the process had at most, in KiB. */
const REPORT = `data:text/javascript,${encodeURIComponent(
  `import { writeSync } from 'node:fs'
   process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)))`,
)}`

interface Ended {
  readonly code: number | null
  readonly stderr: string
}

/** Runs the executable under the limits; one that breaks them fails the test. */
function rope(...words: readonly string[]): Ended {
  const { status, stderr, output } = spawnSync(
    process.execPath,
    [`--max-old-space-size=${HEAP}`, '--import', REPORT, PROGRAM, ...words],
    {
      encoding: 'utf8',
      timeout: DEADLINE,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH },
    },
  )
  // Without a report the process was killed or has aborted.
  const resident = Number(output?.[3] || Number.POSITIVE_INFINITY) / 1024
  expect(resident, `${words.join(' ')}\n${stderr}`).toBeLessThan(RESIDENT)
  return { code: status, stderr }
}

function expectRefusal({ code, stderr }: Ended, message: RegExp = /^rope: .+\n$/): void {
  expect(stderr).toMatch(message)
  expect([code, stderr.split('\n').length]).toEqual([2, 2])
}

/** A file in a folder of its own. */
function fileOf(name: string, content: Uint8Array | string): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

/** A GGUF file that has everything: a text, numbers, a list and a factor tensor. */
function goodGguf(): Buffer {
  const schedule = {
    type: 'llama3',
    base: 500000,
    factor: 8,
    lowFreqFactor: 1,
    highFreqFactor: 4,
    originalMaxPositionEmbeddings: 8192,
  } as const
  const config = resolveConfig({ headDim: 16, pairing: 'interleaved', schedule })
  const { metadata, tensors } = toGguf(config, { architecture: 'llama' })
  const pattern = { 'llama.attention.sliding_window_pattern': [true, false] }
  return Buffer.from(writeGgufFile({ ...metadata, ...pattern }, tensors))
}

/** Where the value of a key begins, or what follows the name of a tensor. */
function after(file: Buffer, text: string): number {
  const at = file.indexOf(text)
  expect(at).toBeGreaterThan(0)
  return at + text.length
}

type Field = readonly [at: number, bytes: 4 | 8]

/** Every number of the file that is a size, by what it counts. */
function sizesOf(file: Buffer): Readonly<Record<string, Field>> {
  const tensor = after(file, 'rope_freqs.weight')
  const list = after(file, 'sliding_window_pattern')
  return {
    'tensors of the file': [8, 8],
    'keys of the file': [16, 8],
    'bytes of a key': [24, 8],
    'bytes of a text': [after(file, 'general.architecture') + 4, 8],
    'the type of a value': [after(file, 'general.architecture'), 4],
    'entries of a list': [list + 8, 8],
    'the type of a list': [list + 4, 4],
    'channels of a head': [after(file, 'attention.key_length') + 4, 4],
    'channels that rotate': [after(file, 'rope.dimension_count') + 4, 4],
    'axes of a tensor': [tensor, 4],
    'numbers of a tensor': [tensor + 4, 8],
    'the type of a tensor': [tensor + 12, 4],
    'where a tensor begins': [tensor + 16, 8],
  }
}

/** A copy with another number in one place, cut to as many bytes as it has there. */
function withNumber(file: Buffer, [at, bytes]: Field, value: number | bigint): Buffer {
  const copy = Buffer.from(file)
  if (bytes === 8) copy.writeBigUInt64LE(BigInt(value), at)
  else copy.writeUInt32LE(Number(BigInt.asUintN(32, BigInt(value))), at)
  return copy
}

describe.runIf(process.env.TEST_BUILT === '1')('GGUF files', () => {
  const good = goodGguf()

  test('a good one is read', () => {
    expect(rope('inspect', fileOf('good.gguf', good))).toEqual({ code: 0, stderr: '' })
  })

  test.each(Object.entries(sizesOf(good)))(
    'a huge number for %s',
    (_, field) => {
      for (const value of field[1] === 8 ? [2 ** 31, 2n ** 64n - 1n] : [2 ** 31]) {
        expectRefusal(rope('inspect', fileOf('huge.gguf', withNumber(good, field, value))))
      }
    },
    120_000,
  )

  test('one that ends anywhere in its metadata', () => {
    const end = after(good, 'rope_freqs.weight') + 24
    for (const length of [5, 192, end - 1]) {
      const cut = fileOf('cut.gguf', good.subarray(0, length))
      expectRefusal(rope('inspect', cut), /is not a GGUF file that can be read/)
    }
    const cut = fileOf('cut.gguf', good.subarray(0, end))
    expectRefusal(rope('inspect', cut), /rope_freqs.weight" ends after the file does/)
  }, 120_000)

  test('a file of lists within lists', () => {
    const list = Buffer.alloc(12)
    list.writeUInt32LE(9, 0)
    list.writeBigUInt64LE(1n, 4)
    const at = after(good, 'sliding_window_pattern') + 4
    const nested = Array.from({ length: 100_000 }, () => list)
    const deep = Buffer.concat([good.subarray(0, at), ...nested])
    expectRefusal(rope('inspect', fileOf('deep.gguf', deep)), /depth/)
  })

  test('weights that reach past the end of the file', () => {
    const config = configFile({ ...SMALL_LLAMA, head_dim: 16 })
    for (const value of [2 ** 31, 2n ** 64n - 1n]) {
      const huge = withNumber(good, sizesOf(good)['numbers of a tensor'] as Field, value)
      const words = ['--weights', fileOf('huge.gguf', huge), '--to', 'interleaved']
      expectRefusal(rope('convert', config, ...words, '--out', join(temporaryFolder(), 'new')))
    }
  }, 120_000)
})

/** A safetensors file with this header and nothing behind it. */
function header(text: string, length: bigint = BigInt(Buffer.byteLength(text))): Buffer {
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(length)
  return Buffer.concat([size, Buffer.from(text)])
}

function emptyTensor(shape: readonly (number | string)[]): Buffer {
  return header(`{"q":{"dtype":"F32","shape":[${shape.join()}],"data_offsets":[0,0]}}`)
}

describe.runIf(process.env.TEST_BUILT === '1')('safetensors files', () => {
  const apply = (file: Uint8Array, ...words: readonly string[]): Ended => {
    const [config, input] = [configFile(SMALL_LLAMA), fileOf('in.safetensors', file)]
    const out = join(temporaryFolder(), 'out')
    return rope(
      'apply',
      '--config',
      config,
      '--in',
      input,
      '--out',
      out,
      '--backend',
      'js',
      ...words,
    )
  }

  test.each([
    [[1, 2 ** 53 - 1, 0, 8], 'bshd'],
    [[2 ** 53 - 1, 2 ** 53 - 1, 0, 8], 'bshd'],
    [[0, 2 ** 53 - 1, 2 ** 53 - 1, 8], 'bshd'],
    [[2 ** 53 - 1, 0, 2 ** 53 - 1, 8], 'bhsd'],
    [[2 ** 53 - 1, 0, 8], 'thd'],
    [[2 ** 53 - 1, 0, 1e9, 8], 'sbhd'],
    [[2 ** 53 - 1, 1e9, 0], 'flat'],
  ])(
    'no elements in the shape %j, layout %s',
    (shape, layout) => {
      for (const backend of layout === 'bshd' ? ['js', 'wasm'] : ['js']) {
        const { code, stderr } = applyWith(shape, layout, backend)
        expect([code, stderr]).toEqual([0, ''])
      }
    },
    120_000,
  )

  function applyWith(shape: readonly number[], layout: string, backend: string): Ended {
    const file = fileOf('in.safetensors', emptyTensor(shape))
    const out = ['--out', join(temporaryFolder(), 'out'), '--layout', layout]
    const words = ['--config', configFile(SMALL_LLAMA), '--in', file, ...out]
    return rope('apply', ...words, '--backend', backend)
  }

  test('huge numbers in the header, and before it', () => {
    expectRefusal(apply(emptyTensor(['9007199254740992', 0, 1, 8])))
    expectRefusal(apply(emptyTensor(['1e400', 0, 1, 8])))
    expectRefusal(apply(emptyTensor([2 ** 53 - 1, 2 ** 53 - 1, 2 ** 53 - 1, 8])))
    expectRefusal(apply(header(`{"q":${'['.repeat(100_000)}`)))
    for (const length of [2 ** 53, 2n ** 64n - 1n])
      expectRefusal(apply(header('{}', BigInt(length))))
    const good = readFileSync(tensorFile([tensor('q', 'F32', [1, 2, 2, 8])]))
    const offsets = good.toString('latin1').replace('[0,128]', '[0,9e9]')
    expectRefusal(apply(Buffer.from(offsets, 'latin1')))
  }, 120_000)
})

const BASE = { model_type: 'llama', head_dim: 8, rope_theta: 10000 }
const HOSTILE = ['0', '2147483648', '9007199254740992', '1e999']

/** A config.json with a number where `"?"` stands. */
const CONFIGS: readonly (readonly [name: string, config: unknown])[] = [
  ['head_dim', { ...BASE, head_dim: '?' }],
  ['hidden_size', { model_type: 'llama', hidden_size: '?', num_attention_heads: 1 }],
  ['qk_rope_head_dim', { model_type: 'deepseek_v3', qk_rope_head_dim: '?' }],
  ['num_hidden_layers', { model_type: 'smollm3', head_dim: 8, num_hidden_layers: '?' }],
  ['rotary_dim', { ...BASE, rotary_dim: '?' }],
]

describe.runIf(process.env.TEST_BUILT === '1')('config.json files', () => {
  test.each(CONFIGS)(
    'numbers that %s may not be',
    (_, config) => {
      for (const number of HOSTILE) {
        const path = configFile(JSON.stringify(config).replace('"?"', number))
        expectRefusal(rope('inspect', path))
      }
    },
    120_000,
  )

  test('sections of a head that is too wide', () => {
    const mrope_section = [2 ** 29, 2 ** 28, 2 ** 28]
    const rope_scaling = { type: 'mrope', mrope_section }
    const config = configFile({ model_type: 'qwen2_vl', head_dim: 2 ** 31, rope_scaling })
    expectRefusal(rope('inspect', config), /at most 65536 channels per head/)
  })

  test('lists without end, and brackets without end', () => {
    const layer_types = Array(5000).fill('full_attention')
    const rope_parameters = { full_attention: { rope_type: 'default', rope_theta: 10000 } }
    expectRefusal(rope('inspect', configFile({ ...BASE, layer_types, rope_parameters })))
    expectRefusal(rope('inspect', configFile({ ...BASE, rope_theta: Array(5000).fill(10000) })))
    expectRefusal(rope('inspect', configFile('['.repeat(1_000_000))))
    const deep = `{"model_type":"llama","head_dim":8,"rope_scaling":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`
    expect([0, 2]).toContain(rope('inspect', configFile(deep)).code)
  }, 120_000)

  test('the widest head there may be', () => {
    const wide = configFile({ ...BASE, head_dim: 65536 })
    expect(rope('convert', wide, '--to', 'mlx').code).toBe(0)
    expectRefusal(rope('convert', wide, '--to', 'onnx', '--length', '16777216', '--out', 'new'))
  })
})

describe.runIf(process.env.TEST_BUILT === '1')('sizes of options', () => {
  test.each(['16777216', '1e300', '9007199254740991', '-1', 'Infinity'])(
    '--length %s',
    (length) => {
      const config = configFile({ ...BASE, head_dim: 128 })
      const { code, stderr } = rope(
        ...['convert', config, '--to', 'onnx', '--out', join(temporaryFolder(), 'new')],
        ...['--length', length],
      )
      expect(stderr).toMatch(/^rope: .+\n$/)
      expect(code).toBe(2)
    },
  )
})
