import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resolveConfig } from '@rope/core'
import { toGguf, writeGgufFile } from '@rope/core/gguf'
import { describe, expect, test } from 'vitest'
import { configFile, lines, rope, SMALL_LLAMA, TWO_PROFILES, temporaryFolder } from '../helpers.js'

describe('text', () => {
  test('one profile: its numbers, its pairs and their wavelengths', async () => {
    const path = configFile(SMALL_LLAMA)
    const { code, stdout, stderr } = await rope(['inspect', path])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(lines(stdout)).toEqual([
      `${path}, profile default`,
      '  schedule          default, base 10000',
      '  head              8 channels, all rotate',
      '  pairs             4, half: channel c turns with channel c + 4',
      '  range             0-3 kept',
      '  axes              one position per token',
      '  attention factor  1 (on cos and sin; schedule default has none)',
      '  softmax scale     1 (on 1/sqrt(8); the model has none)',
      '  context           512 tokens',
      '',
      '  pair  channels  radians per token  tokens per turn  turns in 512',
      '     0  0, 4                      1            6.283         81.49',
      '     1  1, 5                    0.1            62.83         8.149',
      '     2  2, 6                   0.01            628.3        0.8149',
      '     3  3, 7                  0.001             6283       0.08149',
      '',
      '  tokens per turn of each pair, log scale: * kept, + blended, o interpolated',
      '            6300 |   *',
      '            2300 |',
      '             870 |  *',
      '     context 512 |----',
      '             120 |',
      '              45 | *',
      '              17 |',
      '             6.3 |*',
      '                 +----',
      '',
      '  2 of 4 pairs never complete a turn within 512 tokens',
    ])
  })

  test('a config without a context has no turns to count', async () => {
    const { max_position_embeddings: _, ...config } = SMALL_LLAMA
    const { stdout } = await rope(['inspect', configFile(config)])
    expect(stdout).toContain('context           not stated')
    expect(stdout).not.toContain('turns in')
    expect(stdout).not.toContain('never complete')
  })

  test('many pairs: twelve of them, the first and the last included', async () => {
    const path = configFile({ ...SMALL_LLAMA, head_dim: 128 })
    const rows = lines((await rope(['inspect', path])).stdout).filter((line) =>
      /^ +\d+ {2}\d/.test(line),
    )
    expect(rows).toHaveLength(12)
    expect(rows[0]).toMatch(/^ +0 {2}0, 64 /)
    expect(rows[11]).toMatch(/^ +63 {2}63, 127 /)
  })

  test('interleaved pairing and partial rotation', async () => {
    const path = configFile({ ...SMALL_LLAMA, partial_rotary_factor: 0.5 })
    const { stdout } = await rope(['inspect', path, '--pairing', 'interleaved'])
    expect(stdout).toContain(
      'head              8 channels, 4 rotate (0 to 3), the others pass through',
    )
    expect(stdout).toContain('pairs             2, interleaved: channel c turns with channel c + 1')
    expect(stdout).toMatch(/^ +1 {2}2, 3 /m)
  })

  test('axes have a column', async () => {
    const rope_scaling = { type: 'mrope', mrope_section: [1, 2, 1] }
    const path = configFile({ ...SMALL_LLAMA, model_type: 'qwen2_vl', rope_scaling })
    const { stdout } = await rope(['inspect', path])
    expect(stdout).toContain('axes              3, with 1, 2, 1 pairs one after the other')
    expect(stdout).toMatch(/^ +0 .* 0\n +1 .* 1\n +2 .* 1\n +3 .* 2$/m)
  })

  test('several profiles follow one another, and --profile picks one', async () => {
    const path = configFile(TWO_PROFILES)
    const both = await rope(['inspect', path])
    expect(both.stdout).toContain(
      `${path}, profile full_attention\n  schedule          linear, base 1000000, factor 8`,
    )
    expect(both.stdout).toContain(
      `\n\n${path}, profile sliding_attention\n  schedule          default, base 10000`,
    )
    const one = await rope(['inspect', path, '--profile', 'sliding_attention'])
    expect(one.stdout).not.toContain('full_attention')
    expect(both.stdout.endsWith(one.stdout)).toBe(true)
  })

  test('layers without RoPE say so', async () => {
    const rope_parameters = { ...TWO_PROFILES.rope_parameters, full_attention: null }
    const { code, stdout } = await rope([
      'inspect',
      configFile({ ...TWO_PROFILES, rope_parameters }),
    ])
    expect(code).toBe(0)
    expect(stdout).toContain('nothing rotates')
  })

  test('warnings are shown, one line each', async () => {
    const path = configFile({ ...SMALL_LLAMA, 'rope_\nnews': 1 })
    const { code, stdout } = await rope(['inspect', path])
    expect(code).toBe(0)
    expect(stdout).toContain('  warning: rope_\\nnews is not read\n')
  })
})

describe('--json', () => {
  test('has exactly the agreed keys and every frequency in full precision', async () => {
    const { code, stdout, stderr } = await rope(['inspect', configFile(SMALL_LLAMA), '--json'])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    const { profiles } = JSON.parse(stdout)
    expect(profiles).toHaveLength(1)
    const { pairs, ...rest } = profiles[0]
    expect(rest).toEqual({
      name: 'default',
      layers: null,
      context: 512,
      length: null,
      regime: null,
      type: 'default',
      pairing: 'half',
      ranges: { kept: [[0, 3]] },
      config: {
        headDim: 8,
        pairing: 'half',
        schedule: { type: 'default', base: 10000 },
        rotaryDim: 8,
        windowOffset: 0,
        axes: null,
        angles: 'exact',
      },
      inverseFrequencies: [1, 0.1, 0.01, 0.001],
      attentionFactor: 1,
      attentionRule: 'schedule default has none',
      softmaxScale: 1,
      softmaxRule: 'the model has none',
      attentionDim: 8,
      assumptions: [],
      warnings: [],
    })
    expect(pairs).toHaveLength(4)
    expect(pairs[1]).toEqual({
      ...{ pair: 1, channels: [1, 5], frequency: 0.1, axis: null, state: 'kept' },
      ...{ wavelength: (2 * Math.PI) / 0.1, turns: 51.2 / (2 * Math.PI) },
    })
  })

  test('several profiles, and --profile', async () => {
    const path = configFile(TWO_PROFILES)
    const names = async (...argv: string[]): Promise<readonly string[]> => {
      const { profiles } = JSON.parse((await rope(['inspect', path, '--json', ...argv])).stdout)
      return profiles.map(({ name }: { readonly name: string }) => name)
    }
    expect(await names()).toEqual(['full_attention', 'sliding_attention'])
    expect(await names('--profile', 'full_attention')).toEqual(['full_attention'])
  })

  test('layers without RoPE have no pairs and change nothing', async () => {
    const rope_parameters = { ...TWO_PROFILES.rope_parameters, full_attention: null }
    const path = configFile({ ...TWO_PROFILES, rope_parameters })
    const { stdout } = await rope(['inspect', path, '--json', '--profile', 'full_attention'])
    expect(JSON.parse(stdout).profiles).toEqual([
      {
        ...{ name: 'full_attention', layers: null, context: 4096, length: null, config: null },
        ...{ type: null, pairing: null, regime: null, ranges: {}, inverseFrequencies: [] },
        ...{ attentionFactor: 1, attentionRule: 'no rotation' },
        ...{ softmaxScale: 1, softmaxRule: 'no rotation', pairs: [], warnings: [] },
        ...{ attentionDim: null, assumptions: [] },
      },
    ])
  })

  test('warnings are data', async () => {
    const { stdout } = await rope([
      'inspect',
      configFile({ ...SMALL_LLAMA, rope_news: 1 }),
      '--json',
    ])
    expect(JSON.parse(stdout).profiles[0].warnings).toEqual(['rope_news is not read'])
  })
})

describe('what a schedule does to each pair', () => {
  const YARN = {
    ...SMALL_LLAMA,
    ...{ model_type: 'deepseek_v3', head_dim: 64, rope_theta: 10000 },
    rope_scaling: {
      ...{ type: 'yarn', factor: 40, original_max_position_embeddings: 4096 },
      ...{ mscale: 1, mscale_all_dim: 1 },
    },
  }

  test('YaRN: the ends of the ramp, both amplitudes and their rules', async () => {
    const { stdout } = await rope(['inspect', configFile(YARN)])
    expect(stdout).toContain('range             0-10 kept, 11-22 blended, 23-31 interpolated')
    expect(stdout).toMatch(
      /attention factor {2}1 \(on cos and sin; g\(s, mscale\) \/ g\(s, mscale_all/,
    )
    expect(stdout).toMatch(/softmax scale {5}1\.87385\d+ \(.*; g\(s, mscale_all_dim\)\^2\)/)
    expect(stdout).toMatch(/^ {9}\S.*\|.*o{3,}$/m)
    const json = JSON.parse((await rope(['inspect', configFile(YARN), '--json'])).stdout)
    expect(json.profiles[0].ranges).toEqual({
      ...{ kept: [[0, 10]], blended: [[11, 22]], interpolated: [[23, 31]] },
    })
  })

  test('pairs that stand still', async () => {
    const rope_parameters = {
      rope_type: 'proportional',
      rope_theta: 1e4,
      partial_rotary_factor: 0.5,
    }
    const { rope_theta: _, ...rest } = SMALL_LLAMA
    const { stdout } = await rope(['inspect', configFile({ ...rest, rope_parameters })])
    expect(stdout).toContain('range             0-1 kept, 2-3 still')
    expect(stdout).toMatch(/never +0 +still/)
  })
})

describe('--length', () => {
  const DYNAMIC = { ...SMALL_LLAMA, rope_scaling: { type: 'dynamic', factor: 2 } }
  const table = async (config: unknown, ...argv: string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await rope(['inspect', configFile(config), '--json', ...argv])).stdout).profiles[0]

  test('dynamic: up to the context nothing changes, beyond it every length has its table', async () => {
    expect(await table(DYNAMIC, '--length', '512')).toMatchObject({
      ...{ regime: 512, ranges: { kept: [[0, 3]] } },
    })
    const long = await table(DYNAMIC, '--length', '1024')
    // theta (s L / max - (s - 1))^(d / (d - 2)) = 10000 * 3^(8/6), and the last pair is its -6/8th.
    const last = (10000 * 3 ** (8 / 6)) ** (-6 / 8)
    expect(long.regime).toBe(1024)
    expect((long.inverseFrequencies as number[])[3]).toBeCloseTo(last, 12)
  })

  test('longrope: short at the original length, long above it', async () => {
    const config = {
      ...SMALL_LLAMA,
      original_max_position_embeddings: 64,
      rope_scaling: { type: 'longrope', short_factor: [1, 1, 1, 1], long_factor: [1, 2, 3, 4] },
    }
    expect(await table(config, '--length', '64')).toMatchObject({ regime: 'short' })
    const long = await table(config, '--length', '65')
    expect(long).toMatchObject({ regime: 'long', attentionRule: 'sqrt(1 + ln s / ln L0)' })
    expect((long.inverseFrequencies as number[])[1]).toBeCloseTo(0.05, 12)
    const { stdout } = await rope(['inspect', configFile(config), '--length', '65'])
    expect(stdout).toContain('table             of a sequence of 65 tokens, regime long')
    expect((await rope(['inspect', configFile(config)])).stdout).toContain('--length N shows that')
  })

  test('a schedule that does not depend on the length says so', async () => {
    const { code, stdout } = await rope(['inspect', configFile(SMALL_LLAMA), '--length', '8192'])
    expect(code).toBe(0)
    expect(stdout).toContain(
      '  table             the same for every length; --length 8192 has no effect here\n',
    )
    expect(await table(SMALL_LLAMA, '--length', '8192')).toMatchObject({ regime: 'fixed' })
  })

  test('a layer type without parameters is an error', async () => {
    const rope_parameters = { sliding_attention: { rope_type: 'default', rope_theta: 1e4 } }
    const layer_types = ['sliding_attention', 'full_attention']
    const path = configFile({ ...SMALL_LLAMA, rope_parameters, layer_types })
    const { code, stdout, stderr } = await rope(['inspect', path])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toBe(
      `rope: ${path}: rope_parameters has no entry for layer type "full_attention" (layer 1); it has: sliding_attention\n`,
    )
  })

  test.each(['0', '-1', '1.5', 'x'])('%s is refused', async (length) => {
    const { code, stderr } = await rope(['inspect', configFile(DYNAMIC), `--length=${length}`])
    expect(code).toBe(2)
    expect(lines(stderr)).toHaveLength(1)
    expect(stderr).toContain('--length')
  })
})

describe('a GGUF file', () => {
  const ggufFile = (bytes: Uint8Array): string => {
    const path = join(temporaryFolder(), 'model.gguf')
    writeFileSync(path, bytes)
    return path
  }
  const LLAMA31 = toGguf(
    resolveConfig({
      ...{ headDim: 128, pairing: 'interleaved' },
      schedule: {
        ...{ type: 'llama3', base: 500000, factor: 8, lowFreqFactor: 1, highFreqFactor: 4 },
        originalMaxPositionEmbeddings: 8192,
      },
    }),
    { architecture: 'llama', maxPositionEmbeddings: 131072 },
  )

  test('shows the schedule behind its factor tensor, and the pairing of its weights', async () => {
    const path = ggufFile(writeGgufFile(LLAMA31.metadata, LLAMA31.tensors))
    const { code, stdout, stderr } = await rope(['inspect', path])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('schedule          llama3, base 500000, factor 8')
    expect(stdout).toContain('64, interleaved: channel c turns with channel c + 1')
    expect(stdout).toContain('context           131072 tokens')
    expect(stdout).toContain('28 kept')
    const { profiles } = JSON.parse((await rope(['inspect', path, '--json'])).stdout)
    expect(profiles[0].inverseFrequencies[32]).toBeCloseTo(5.24846161e-4, 12)
  })

  test('profiles, and warnings', async () => {
    const file = {
      'general.architecture': 'gemma3',
      'gemma3.block_count': 12,
      'gemma3.attention.key_length': 256,
      'gemma3.attention.sliding_window': 1024,
      'gemma3.rope.news': 1,
    }
    const { stdout } = await rope(['inspect', ggufFile(writeGgufFile(file, {}))])
    expect(stdout).toContain('profile full_attention\n  layers            2: 5, 11')
    expect(stdout).toContain('profile sliding_attention\n  layers            10: 0-4, 6-10')
    expect(stdout).toContain('assumed: rope.freq_base is missing')
    expect(stdout).toContain('warning: gemma3.rope.news is not read')
  })

  test('a damaged one is one line and exit code 2', async () => {
    const whole = writeGgufFile(LLAMA31.metadata, LLAMA31.tensors)
    for (const length of [4, 12, 60, whole.length - 40]) {
      const { code, stdout, stderr } = await rope(['inspect', ggufFile(whole.slice(0, length))])
      expect([code, stdout]).toEqual([2, ''])
      expect(lines(stderr)).toHaveLength(1)
      expect(stderr).toMatch(/^rope: .*model\.gguf/)
    }
  })
})

describe('standard input', () => {
  test('- reads it', async () => {
    const { code, stdout } = await rope(['inspect', '-'], { stdin: JSON.stringify(SMALL_LLAMA) })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^standard input, profile default\n/)
  })

  test('a byte order mark is no problem', async () => {
    const stdin = `\ufeff${JSON.stringify(SMALL_LLAMA)}`
    expect((await rope(['inspect', '-'], { stdin })).code).toBe(0)
  })
})

describe('bad input is one line and exit code 2', () => {
  test.each([
    ['', 'standard input is empty'],
    ['{"rope_theta": ', 'standard input is not valid JSON'],
    ['{"model_type": "llama", "head_dim": 8, "rope_theta": NaN}', 'rope_theta is "NaN"'],
    ['not json\nat all', 'standard input is not valid JSON'],
    ['[]', 'standard input: the file holds'],
    ['null', 'standard input: the file holds null'],
    ['{}', "model_type is missing: a tokenizer's"],
    ['{"model_type": "llama"}', 'head_dim is missing'],
    [JSON.stringify({ ...SMALL_LLAMA, head_dim: -8 }), 'head_dim is -8'],
    [JSON.stringify({ ...SMALL_LLAMA, head_dim: 2 ** 40 }), 'head_dim comes to 1099511627776'],
    [JSON.stringify({ ...SMALL_LLAMA, head_dim: 9 }), 'rotary_dim comes to 9'],
    [JSON.stringify({ ...SMALL_LLAMA, rope_theta: '1\n0' }), 'rope_theta is'],
    [
      JSON.stringify({ ...SMALL_LLAMA, rope_scaling: { type: 'warp', factor: 2 } }),
      'rope type "warp"',
    ],
    [
      JSON.stringify({
        ...SMALL_LLAMA,
        rope_scaling: { type: 'linear', factor: 2 },
        rope_parameters: { rope_type: 'default' },
      }),
      'keep one of the two',
    ],
  ])('%s', async (stdin, message) => {
    const { code, stdout, stderr } = await rope(['inspect', '-'], { stdin })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(lines(stderr)).toHaveLength(1)
    expect(stderr).toMatch(/^rope: standard input/)
    expect(stderr).toContain(message)
  })

  test('bytes that are not UTF-8', async () => {
    const { code, stderr } = await rope(['inspect', '-'], { stdin: new Uint8Array([0x7b, 0xff]) })
    expect(code).toBe(2)
    expect(stderr).toContain('standard input is not text in UTF-8')
  })

  test('endless input', async () => {
    const stdin = new Uint8Array(16 * 2 ** 20 + 1).fill(0x20)
    const { code, stderr } = await rope(['inspect', '-'], { stdin })
    expect(code).toBe(2)
    expect(stderr).toContain('standard input is longer than 16.0 MiB')
  })

  test('nesting deeper than any stack', async () => {
    const depth = 200_000
    const nested = `${'{"rope_scaling":'.repeat(depth)}null${'}'.repeat(depth)}`
    const stdin = `{"head_dim":8,"rope_scaling":${nested},"rope_parameters":${nested}}`
    const { code, stderr } = await rope(['inspect', '-'], { stdin })
    expect(lines(stderr)).toHaveLength(1)
    expect(code).toBe(2)
  })

  test('files that cannot be read', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'large.json'), new Uint8Array(16 * 2 ** 20 + 1))
    const attempts = [
      ['missing.json', 'missing.json": no such file or directory'],
      ['.', 'it is a directory'],
      ['large.json/config.json', 'not a directory'],
      ['large.json', 'it has 16.0 MiB; accepted: up to 16.0 MiB'],
    ] as const
    for (const [name, message] of attempts) {
      const { code, stdout, stderr } = await rope(['inspect', join(folder, name)])
      expect([code, stdout]).toEqual([2, ''])
      expect(lines(stderr)).toHaveLength(1)
      expect(stderr).toMatch(/^rope: cannot read "/)
      expect(stderr).toContain(message)
    }
  })

  test('an unknown profile lists the known ones', async () => {
    const path = configFile(TWO_PROFILES)
    const { code, stderr } = await rope(['inspect', path, '--profile', 'chunked'])
    expect(code).toBe(2)
    expect(stderr).toBe(
      `rope: ${path} has no profile "chunked"; it has: full_attention, sliding_attention\n`,
    )
  })
})
