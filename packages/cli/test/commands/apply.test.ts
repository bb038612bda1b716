import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { BackendEntry } from '@rope/auto/backends'
import { RopeError } from '@rope/core'
import type { Kernel } from '@rope/core/backend'
import { parseSafetensors, tensorBytes } from '@rope/core/safetensors'
import { describe, expect, test } from 'vitest'
import * as fake from '../fake-backends.js'
import {
  configFile,
  lines,
  type Outcome,
  rope,
  SMALL_LLAMA,
  TWO_PROFILES,
  temporaryFolder,
} from '../helpers.js'
import {
  decode,
  encode,
  numbers,
  readTensor,
  rotated,
  tensor,
  tensorFile,
} from '../tensor-files.js'

/** Two batch entries of five tokens; eight heads in q, two in k, eight channels each. */
const Q = [2, 5, 8, 8]
const K = [2, 5, 2, 8]

/** The command, with the small Llama as config and an output beside the input. */
async function apply(
  input: string,
  argv: readonly string[] = [],
  config: unknown = SMALL_LLAMA,
  backends?: readonly BackendEntry[],
): Promise<Outcome & { readonly output: string }> {
  const output = join(dirname(input), 'out.safetensors')
  const all = ['apply', '--config', configFile(config), '--in', input, '--out', output, ...argv]
  return { ...(await rope(all, backends === undefined ? {} : { backends })), output }
}

/** Position of each row of a bshd tensor with these sizes, when the first token is at `offset`. */
function bshd(shape: readonly number[], offset = 0): (row: number) => number {
  const [, tokens = 1, heads = 1] = shape
  return (row) => offset + (Math.floor(row / heads) % tokens)
}

function original(name: string, shape: readonly number[]): readonly number[] {
  const { data } = tensor(name, 'F64', shape)
  return Array.from(data as Float64Array)
}

describe('what is rotated', () => {
  test('q and k with different head counts, in float32, bit for bit', async () => {
    const input = tensorFile([tensor('query', 'F32', Q), tensor('k', 'F32', K)])
    const { code, stdout, stderr, output } = await apply(input)
    expect([code, stderr]).toEqual([0, ''])
    expect(readTensor(output, 'query')).toEqual(
      rotated(original('query', Q), { heads: 8, headDim: 8, positionOf: bshd(Q) }),
    )
    expect(readTensor(output, 'k')).toEqual(
      rotated(original('k', K), { heads: 2, headDim: 8, positionOf: bshd(K) }),
    )
    expect(lines(stdout)).toEqual([
      expect.stringMatching(
        /^rotated 2 tensors forward \(half pairing, positions from 0\) on \w+$/,
      ),
      '  tensor  dtype  shape (bshd)',
      '  query   F32    [2, 5, 8, 8]',
      '  k       F32    [2, 5, 2, 8]',
      `wrote ${output}`,
    ])
  })

  test.each(['F16', 'BF16'] as const)('%s: computed in float32, rounded once', async (dtype) => {
    const input = tensorFile([tensor('q', dtype, Q)])
    const { code, output } = await apply(input)
    const exact = decode(encode(original('q', Q), dtype), dtype)
    const expected = rotated(exact, { heads: 8, headDim: 8, positionOf: bshd(Q) })
    expect(code).toBe(0)
    expect(readTensor(output, 'q')).toEqual(decode(encode(expected, dtype), dtype))
  })

  test('F64 where the backend has it', async () => {
    const { code, output } = await apply(tensorFile([tensor('q', 'F64', Q)]))
    const expected = rotated(original('q', Q), {
      heads: 8,
      headDim: 8,
      positionOf: bshd(Q),
      double: true,
    })
    expect(code).toBe(0)
    readTensor(output, 'q').forEach((value, index) => {
      expect(Math.abs(value - (expected[index] ?? Number.NaN))).toBeLessThan(1e-15)
    })
  })

  test('a partial rotation leaves the other channels as they are', async () => {
    const { code, output } = await apply(tensorFile([tensor('q', 'F32', Q)]), [], {
      ...SMALL_LLAMA,
      partial_rotary_factor: 0.5,
    })
    expect(code).toBe(0)
    expect(readTensor(output, 'q')).toEqual(
      rotated(original('q', Q), { heads: 8, headDim: 8, rotaryDim: 4, positionOf: bshd(Q) }),
    )
  })

  test('everything else and the metadata stay byte for byte', async () => {
    const ids = {
      name: 'ids',
      dtype: 'I64',
      shape: [1, 1, 1, 8],
      data: new BigInt64Array(8).fill(7n),
    }
    const mask = { name: 'mask', dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) }
    const input = tensorFile(
      [
        tensor('q', 'F32', Q),
        tensor('weight', 'F32', [16, 8]),
        tensor('norm', 'BF16', [8]),
        { ...ids, dtype: 'I64' },
        { ...mask, dtype: 'BOOL' },
      ],
      [
        ['format', 'pt'],
        ['note', 'zwölf\n'],
      ],
    )
    const before = new Uint8Array(readFileSync(input))
    const { code, stderr, output } = await apply(input)
    expect(code).toBe(0)
    expect(new Uint8Array(readFileSync(input))).toEqual(before)
    // Byte for byte: with the rotated tensor put back, the files are equal.
    const after = new Uint8Array(readFileSync(output))
    const file = parseSafetensors(after)
    expect(tensorBytes(file, 'q')).not.toEqual(tensorBytes(parseSafetensors(before), 'q'))
    tensorBytes(file, 'q').set(tensorBytes(parseSafetensors(before), 'q'))
    expect(after).toEqual(before)
    expect(new Set(lines(stderr))).toEqual(
      new Set([
        'copied unchanged: ids (dtype I64)',
        'copied unchanged: weight (shape [16, 8], while layout bshd has 4 axes)',
        'copied unchanged: norm (shape [8], while layout bshd has 4 axes)',
        'copied unchanged: mask (shape [3], while layout bshd has 4 axes)',
      ]),
    )
  })

  test('a tensor that is not aligned in the file', async () => {
    const values = numbers(8)
    const header = JSON.stringify({
      byte: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
      q: { dtype: 'F32', shape: [1, 1, 1, 8], data_offsets: [1, 33] },
    })
    const path = join(temporaryFolder(), 'in.safetensors')
    const bytes = Buffer.alloc(8 + header.length + 33, 0x7f)
    bytes.writeBigUInt64LE(BigInt(header.length))
    bytes.write(header, 8)
    bytes.set(new Uint8Array(Float32Array.from(values).buffer), 8 + header.length + 1)
    writeFileSync(path, bytes)
    const { code, output } = await apply(path, ['--offset', '3'])
    expect(code).toBe(0)
    expect(readTensor(output, 'q')).toEqual(
      rotated(values, { heads: 1, headDim: 8, positionOf: () => 3 }),
    )
    expect(readTensor(output, 'byte')).toEqual([0x7f])
  })

  test('--tensors names them; the others are copied, whatever they are', async () => {
    const input = tensorFile([
      tensor('q', 'F32', Q),
      tensor('k', 'F32', K),
      tensor('kernel', 'F32', [4, 3, 3, 3]),
    ])
    const { code, stdout, stderr, output } = await apply(input, ['--tensors', 'k'])
    expect(code).toBe(0)
    expect(stdout).toContain('rotated 1 tensor forward')
    expect(lines(stderr)).toEqual([
      'copied unchanged: q (not named by --tensors)',
      'copied unchanged: kernel (not named by --tensors)',
    ])
    expect(readTensor(output, 'q')).toEqual(original('q', Q))
    expect(readTensor(output, 'k')).toEqual(
      rotated(original('k', K), { heads: 2, headDim: 8, positionOf: bshd(K) }),
    )
  })

  test('tensors without tokens have nothing to rotate and are fine', async () => {
    const { code, stdout } = await apply(tensorFile([tensor('q', 'F32', [1, 0, 8, 8])]))
    expect(code).toBe(0)
    expect(stdout).toContain('[1, 0, 8, 8]')
  })
})

describe('positions and direction', () => {
  test.each(['4096', '-3', '0.5'])('--offset %s', async (offset) => {
    const { code, output, stdout } = await apply(tensorFile([tensor('q', 'F32', Q)]), [
      '--offset',
      offset,
    ])
    expect(code).toBe(0)
    expect(stdout).toContain(`positions from ${offset}`)
    expect(readTensor(output, 'q')).toEqual(
      rotated(original('q', Q), { heads: 8, headDim: 8, positionOf: bshd(Q, Number(offset)) }),
    )
  })

  test('--positions, one per token', async () => {
    const positions = [7, 0, -2, 7, 1.5]
    const { code, output, stdout } = await apply(tensorFile([tensor('q', 'F32', Q)]), [
      '--positions',
      positions.join(','),
    ])
    const token = bshd(Q)
    expect(code).toBe(0)
    expect(stdout).toContain('5 given positions')
    expect(readTensor(output, 'q')).toEqual(
      rotated(original('q', Q), {
        heads: 8,
        headDim: 8,
        positionOf: (row) => positions[token(row)] ?? Number.NaN,
      }),
    )
  })

  test('--inverse rotates back', async () => {
    const input = tensorFile([tensor('q', 'F32', Q)])
    const forward = await apply(input, ['--offset', '100'])
    const back = join(dirname(input), 'back.safetensors')
    const argv = [
      'apply',
      '--config',
      configFile(SMALL_LLAMA),
      '--in',
      forward.output,
      '--out',
      back,
    ]
    const { code, stdout } = await rope([...argv, '--offset', '100', '--inverse'])
    expect(code).toBe(0)
    expect(stdout).toContain('rotated 1 tensor back')
    const once = rotated(original('q', Q), { heads: 8, headDim: 8, positionOf: bshd(Q, 100) })
    const how = { heads: 8, headDim: 8, positionOf: bshd(Q, 100), inverse: true }
    expect(readTensor(back, 'q')).toEqual(rotated(once, how))
    // Two rotations of numbers below 1: four products and sums of half a unit in the last place.
    readTensor(back, 'q').forEach((value, index) => {
      expect(Math.abs(value - (original('q', Q)[index] ?? Number.NaN))).toBeLessThan(8 * 2 ** -24)
    })
  })
})

describe('layouts', () => {
  test.each([
    ['bhsd', [2, 3, 5, 8], (row: number) => row % 5],
    ['sbhd', [5, 2, 3, 8], (row: number) => Math.floor(row / 6)],
    ['thd', [5, 3, 8], (row: number) => Math.floor(row / 3)],
    ['flat', [2, 5, 24], (row: number) => Math.floor(row / 3) % 5],
  ])('%s', async (layout, shape, positionOf) => {
    const { code, stdout, output } = await apply(tensorFile([tensor('q', 'F32', shape)]), [
      '--layout',
      layout,
    ])
    expect(code).toBe(0)
    expect(stdout).toContain(`shape (${layout})`)
    expect(readTensor(output, 'q')).toEqual(
      rotated(original('q', shape), { heads: 3, headDim: 8, positionOf }),
    )
  })
})

test('bshd takes three axes as one sequence without its batch axis', async () => {
  const { code, output } = await apply(tensorFile([tensor('q', 'F32', [5, 3, 8])]), [])
  expect(code).toBe(0)
  const how = { heads: 3, headDim: 8, positionOf: (row: number) => Math.floor(row / 3) }
  expect(readTensor(output, 'q')).toEqual(rotated(original('q', [5, 3, 8]), how))
})

describe('config', () => {
  test('--pairing overrides the one of the model', async () => {
    const { code, stdout, output } = await apply(tensorFile([tensor('q', 'F32', Q)]), [
      '--pairing',
      'interleaved',
    ])
    expect(code).toBe(0)
    expect(stdout).toContain('interleaved pairing')
    expect(readTensor(output, 'q')).toEqual(
      rotated(original('q', Q), {
        heads: 8,
        headDim: 8,
        positionOf: bshd(Q),
        pairing: 'interleaved',
      }),
    )
  })

  test('--profile chooses among several', async () => {
    const input = tensorFile([tensor('q', 'F32', Q)])
    const { code, output } = await apply(input, ['--profile', 'sliding_attention'], TWO_PROFILES)
    expect(code).toBe(0)
    expect(readTensor(output, 'q')).toEqual(
      rotated(original('q', Q), { heads: 8, headDim: 8, positionOf: bshd(Q) }),
    )
  })

  test('the only profile that rotates need not be named', async () => {
    const rope_parameters = { ...TWO_PROFILES.rope_parameters, full_attention: null }
    const input = tensorFile([tensor('q', 'F32', Q)])
    const { code, output } = await apply(input, [], { ...TWO_PROFILES, rope_parameters })
    expect(code).toBe(0)
    expect(readTensor(output, 'q')).toEqual(
      rotated(original('q', Q), { heads: 8, headDim: 8, positionOf: bshd(Q) }),
    )
  })

  test('standard input', async () => {
    const input = tensorFile([tensor('q', 'F32', Q)])
    const out = join(dirname(input), 'out.safetensors')
    const argv = ['apply', '--config', '-', '--in', input, '--out', out]
    expect((await rope(argv, { stdin: JSON.stringify(SMALL_LLAMA) })).code).toBe(0)
    expect(existsSync(out)).toBe(true)
  })

  test('its warnings are shown on standard error', async () => {
    const config = { ...SMALL_LLAMA, rope_news: 1 }
    const { code, stderr } = await apply(tensorFile([tensor('q', 'F32', Q)]), [], config)
    expect(code).toBe(0)
    expect(stderr).toBe('rope: warning: rope_news is not read\n')
  })
})

describe('backends', () => {
  test('--backend names one', async () => {
    const input = tensorFile([tensor('q', 'F32', Q)])
    const backends = [fake.mirrored(), fake.working()]
    const { code, stdout, output } = await apply(input, ['--backend', 'js'], SMALL_LLAMA, backends)
    expect([code, lines(stdout)[0]]).toEqual([0, expect.stringMatching(/ on js$/)])
    expect(readTensor(output, 'q')).toEqual(
      rotated(original('q', Q), { heads: 8, headDim: 8, positionOf: bshd(Q) }),
    )
  })

  test('without a name the first available one is taken', async () => {
    const backends = [fake.missing(), fake.working()]
    const input = tensorFile([tensor('q', 'F32', Q)])
    expect((await apply(input, [], SMALL_LLAMA, backends)).stdout).toContain(' on js\n')
  })

  test('a dtype that the backend does not have is an error', async () => {
    const narrow = fake.changed('narrow', (backend) => ({
      ...backend,
      capabilities: { ...backend.capabilities, dtypes: ['float32'] },
    }))
    const input = tensorFile([tensor('q', 'F64', Q)])
    const { code, stderr } = await apply(input, [], SMALL_LLAMA, [narrow])
    expect(code).toBe(2)
    expect(stderr).toContain('rope: tensor "q" has dtype F64; this backend rotates float32;')
  })

  test.each([
    [new RopeError('BACKEND_FAILED', 'device lost'), 2, 'rope: tensor "q": device lost\n'],
    [new Error('segmentation'), 70, 'rope: unexpected error: segmentation'],
  ])('one that fails while it runs leaves no output: %s', async (error, expected, message) => {
    const kernel: Kernel = {
      run: () => {
        throw error
      },
    }
    const failing = fake.changed('failing', (backend) => ({ ...backend, compile: () => kernel }))
    const input = tensorFile([tensor('q', 'F32', Q)])
    const { code, stdout, stderr } = await apply(input, [], SMALL_LLAMA, [failing])
    expect([code, stdout]).toEqual([expected, ''])
    expect(stderr).toContain(message)
    expect(readdirSync(dirname(input))).toEqual(['in.safetensors'])
  })
})

describe('bad input is one line, exit code 2, and no output', () => {
  async function refused(
    input: string,
    argv: readonly string[],
    message: string,
    config: unknown = SMALL_LLAMA,
  ): Promise<void> {
    const before = readFileSync(input)
    const { code, stdout, stderr } = await apply(input, argv, config)
    expect(stderr).toContain(message)
    expect(lines(stderr)).toHaveLength(1)
    expect([code, stdout]).toEqual([2, ''])
    expect(readdirSync(dirname(input))).toEqual(['in.safetensors'])
    expect(readFileSync(input).equals(before)).toBe(true)
  }

  test('a head dimension that is not the one of the config', async () => {
    const input = tensorFile([tensor('q', 'F32', Q), tensor('wide', 'F32', [1, 5, 2, 16])])
    await refused(input, [], 'tensor "wide" has 16 as its last axis')
    await refused(
      tensorFile([tensor('q', 'F32', [1, 5, 20])]),
      ['--layout', 'flat'],
      'tensor "q" has 20 as its last axis, but the config\'s head dimension asks for a multiple of 8',
    )
  })

  test('a floating-point dtype that nobody rotates', async () => {
    const data = new Uint8Array(640)
    const input = tensorFile([{ name: 'q', dtype: 'F8_E4M3', shape: Q, data }])
    await refused(input, [], 'tensor "q" has dtype F8_E4M3; this backend rotates')
  })

  test('nothing to rotate', async () => {
    await refused(
      tensorFile([tensor('w', 'F32', [8, 8])]),
      [],
      'nothing to rotate: the file has no floating-point tensor of layout bshd ([batch, tokens, heads, headDim]); for example "w" has dtype F32 and shape [8, 8]',
    )
    await refused(tensorFile([]), [], 'it has no tensors at all')
  })

  test('names that the file does not have, or that have the wrong rank', async () => {
    const input = tensorFile([tensor('q', 'F32', Q), tensor('norm', 'F32', [8])])
    await refused(input, ['--tensors', 'q,k'], '--tensors: the file has no tensor "k"')
    await refused(
      input,
      ['--tensors', 'norm'],
      'tensor "norm" has shape [8]; layout bshd is [batch,',
    )
  })

  test('positions that do not fit the tokens', async () => {
    const input = tensorFile([tensor('q', 'F32', Q)])
    for (const positions of ['1', '1,2,3,4', '1,2,3,4,5,6']) {
      await refused(input, ['--positions', positions], 'tensor "q": positions')
    }
  })

  test.each([
    [['--positions', '0,NaN,2,3,4'], 'Item 2 is "NaN"'],
    [['--positions', ''], 'Item 1 is ""'],
    [['--offset', 'NaN'], "option '--offset <n>' argument 'NaN' is invalid"],
    [['--offset', '1e400'], "option '--offset <n>' argument '1e400' is invalid"],
    [['--offset', '1e300'], 'positions is 1e+300'],
    [['--offset', '1', '--positions', '1,2,3,4,5'], "'--positions <a,b,c>' cannot be used with"],
    [['--layout', 'hdsb'], 'Allowed choices are bshd, bhsd, sbhd, thd, flat'],
    [['--backend', 'cuda'], 'unknown backend "cuda"'],
    [['--profile', 'chunked'], 'has no profile "chunked"; it has: default'],
  ])('%j', async (argv, message) => {
    await refused(tensorFile([tensor('q', 'F32', Q)]), argv, message)
  })

  test('a profile that is missing or does not rotate', async () => {
    const input = tensorFile([tensor('q', 'F32', Q)])
    const message = 'has several profiles (full_attention, sliding_attention); choose one with'
    await refused(input, [], message, TWO_PROFILES)
    const rope_parameters = { ...TWO_PROFILES.rope_parameters, full_attention: null }
    const config = { ...TWO_PROFILES, rope_parameters }
    await refused(input, ['--profile', 'full_attention'], 'does not rotate', config)
  })

  test('a file that is not safetensors, is cut off, or lies', async () => {
    const whole = readFileSync(tensorFile([tensor('q', 'F32', Q)]))
    const lying = Buffer.from(whole)
    lying.set(Buffer.from('F64'), whole.indexOf('F32'))
    const huge = Buffer.from(whole)
    huge.writeBigUInt64LE(2n ** 63n)
    const files: readonly (readonly [Buffer, string])[] = [
      [Buffer.alloc(0), '0 bytes long'],
      [whole.subarray(0, 40), 'but only 32 follow'],
      [whole.subarray(0, whole.length - 1), 'bytes of data follow'],
      [Buffer.concat([whole, Buffer.alloc(1)]), 'belong to no tensor'],
      [Buffer.from('{"not": "safetensors"}'), "above the format's limit"],
      [huge, "above the format's limit"],
      [lying, 'tensor "q": dtype F64'],
    ]
    for (const [bytes, message] of files) {
      const path = join(temporaryFolder(), 'in.safetensors')
      writeFileSync(path, bytes)
      await refused(path, [], message)
    }
  })

  test('an input that does not exist, or is a folder', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'folder'))
    for (const [name, message] of [
      ['missing', 'no such file or directory'],
      ['folder', 'it is a directory'],
    ] as const) {
      const { code, stderr } = await apply(join(folder, name))
      expect(code).toBe(2)
      expect(stderr).toMatch(/^rope: cannot read "/)
      expect(stderr).toContain(message)
      expect(readdirSync(folder)).toEqual(['folder'])
    }
  })
})

describe('where it writes', () => {
  const input = (): string => tensorFile([tensor('q', 'F32', Q)])

  async function to(path: string, file: string): Promise<Outcome> {
    const argv = ['apply', '--config', configFile(SMALL_LLAMA), '--in', file, '--out', path]
    return rope(argv)
  }

  test('an existing file is replaced whole', async () => {
    const file = input()
    const out = join(dirname(file), 'old.safetensors')
    writeFileSync(out, 'x'.repeat(10_000))
    expect((await to(out, file)).code).toBe(0)
    expect(readTensor(out, 'q')).toHaveLength(640)
    expect(readdirSync(dirname(file))).toEqual(['in.safetensors', 'old.safetensors'])
  })

  test('never the input, by whatever name', async () => {
    const file = input()
    const folder = dirname(file)
    const before = readFileSync(file)
    symlinkSync(file, join(folder, 'symbolic'))
    symlinkSync('symbolic', join(folder, 'chain'))
    symlinkSync(folder, join(folder, 'around'))
    linkSync(file, join(folder, 'hard'))
    const names = ['in.safetensors', 'symbolic', 'chain', 'around/in.safetensors', 'hard']
    const present = readdirSync(folder)
    for (const name of [...names, `../${basename(folder)}/in.safetensors`]) {
      const { code, stdout, stderr } = await to(`${folder}/${name}`, file)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toContain('it is the same file as --in')
      expect(readFileSync(file).equals(before)).toBe(true)
      expect(readdirSync(folder)).toEqual(present)
    }
    const reversed = await to(file, join(folder, 'symbolic'))
    expect(reversed.stderr).toContain('it is the same file as --in')
  })

  test('never the config', async () => {
    const config = configFile(SMALL_LLAMA)
    const argv = ['apply', '--config', config, '--in', input(), '--out', config]
    const { code, stderr } = await rope(argv)
    expect(code).toBe(2)
    expect(stderr).toContain('it is the same file as --config')
    expect(JSON.parse(readFileSync(config, 'utf8'))).toEqual(SMALL_LLAMA)
  })
})
