import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
      '  axes              one position per token',
      '  attention factor  1 (on cos and sin)',
      '  softmax scale     1 (on 1/sqrt(8))',
      '  context           512 tokens',
      '',
      '  pair  channels  radians per token  tokens per turn  turns in 512',
      '     0  0, 4                      1            6.283         81.49',
      '     1  1, 5                    0.1            62.83         8.149',
      '     2  2, 6                   0.01            628.3        0.8149',
      '     3  3, 7                  0.001             6283       0.08149',
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
    expect(stdout).toContain('axes              3, one of them for each pair')
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
    expect(JSON.parse(stdout)).toEqual({
      profiles: [
        {
          name: 'default',
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
          softmaxScale: 1,
          warnings: [],
        },
      ],
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
        name: 'full_attention',
        config: null,
        inverseFrequencies: [],
        attentionFactor: 1,
        softmaxScale: 1,
        warnings: [],
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
    ['{"rope_theta": NaN}', 'standard input is not valid JSON'],
    ['not json\nat all', 'standard input is not valid JSON'],
    ['[]', 'standard input: the file holds'],
    ['null', 'standard input: the file holds null'],
    ['{}', 'head_dim is missing'],
    [JSON.stringify({ ...SMALL_LLAMA, head_dim: -8 }), 'head_dim is -8'],
    [JSON.stringify({ ...SMALL_LLAMA, head_dim: 2 ** 40 }), 'headDim is 1099511627776'],
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
