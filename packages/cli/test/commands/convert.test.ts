import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSafetensors } from '@rope/core/safetensors'
import { describe, expect, test } from 'vitest'
import { partOf } from '../../src/commands/convert-weights.js'
import { ggufWeightsFile } from '../gguf-files.js'
import { configFile, lines, rope, SMALL_LLAMA, TWO_PROFILES, temporaryFolder } from '../helpers.js'
import { numbers, readTensor, rotated, tensor, tensorFile } from '../tensor-files.js'

const out = (name: string): string => join(temporaryFolder(), name)

/** Runs a conversion that must work and returns what it printed as JSON. */
async function json(...argv: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await rope(['convert', ...argv])
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout)
}

const profilesOf = async (path: string): Promise<readonly Record<string, unknown>[]> =>
  JSON.parse((await rope(['inspect', path, '--json'])).stdout).profiles

describe('forms', () => {
  test('version 5 and legacy give one another back', async () => {
    const legacy = { ...SMALL_LLAMA, rope_scaling: { rope_type: 'linear', factor: 4 } }
    const current = await json(configFile(legacy), '--to', 'v5')
    expect(current).toEqual({
      model_type: 'llama',
      head_dim: 8,
      max_position_embeddings: 512,
      rope_parameters: { rope_type: 'linear', factor: 4, rope_theta: 10000 },
    })
    expect(await json(configFile(current), '--to', 'legacy')).toMatchObject({
      rope_theta: 10000,
      rope_scaling: { rope_type: 'linear', factor: 4 },
    })
  })

  test('a GGUF file from a config.json, and a config.json from it', async () => {
    const scaling = {
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 128,
    }
    const config = { ...SMALL_LLAMA, rope_scaling: { rope_type: 'llama3', factor: 8, ...scaling } }
    const path = out('rope.gguf')
    const argv = ['--to', 'gguf', '--architecture', 'llama', '--out', path]
    const { code, stdout, stderr } = await rope(['convert', configFile(config), ...argv])
    expect([code, stdout]).toEqual([0, `wrote ${path}\n`])
    expect(stderr).toContain(
      'architecture llama has interleaved weights: permute q and k from half',
    )
    const options = ['--to', 'legacy', '--model-type', 'llama', '--pairing', 'half']
    const back = await rope(['convert', path, ...options])
    expect([back.code, lines(back.stderr)]).toEqual([
      0,
      [
        `rope: note: architecture llama has interleaved weights: --pairing half is right once q and k of ${path} are permuted to half (rope convert --weights)`,
      ],
    ])
    expect(JSON.parse(back.stdout)).toEqual({
      model_type: 'llama',
      head_dim: 8,
      max_position_embeddings: 512,
      rope_theta: 10000,
      rope_scaling: { type: 'llama3', rope_type: 'llama3', factor: 8, ...scaling },
    })
  })

  describe('weights that are not as the model type has them', () => {
    const noted = async (config: object, ...argv: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await rope(['convert', configFile(config), ...argv])
      expect(code).toBe(0)
      return `${JSON.parse(stdout).rope_interleave} ${stderr}`
    }
    const permute = (to: string): string =>
      `permute q and k to ${to} (rope convert --weights), then use --pairing ${to}\n`

    test.each(['legacy', 'v5'])('a GGUF file of architecture llama to %s', async (form) => {
      const path = out('rope.gguf')
      const argv = ['--to', 'gguf', '--architecture', 'llama', '--out', path]
      await rope(['convert', configFile(SMALL_LLAMA), ...argv])
      const to = ['--to', form, '--model-type', 'llama']
      const { code, stdout, stderr } = await rope(['convert', path, ...to])
      expect([code, JSON.parse(stdout).rope_interleave]).toEqual([0, true])
      expect(stderr).toBe(
        `rope: note: model type llama has half weights, these are interleaved: ${permute('half')}`,
      )
      const untyped = await rope(['convert', path, '--to', form])
      expect(untyped.stderr).toBe(
        'rope: note: no table knows the pairing of this model type, and these weights are interleaved: permute q and k to half (rope convert --weights) for code that has rotate_half, then use --pairing half\n',
      )
    })

    test('a config.json to another model type, and the one that reads rope_interleave', async () => {
      expect(await noted(SMALL_LLAMA, '--to', 'v5', '--model-type', 'cohere')).toBe(
        `false rope: note: model type cohere has interleaved weights, these are half: ${permute('interleaved')}`,
      )
      expect(await noted(SMALL_LLAMA, '--to', 'v5', '--model-type', 'deepseek_v3')).toBe('false ')
      expect(await noted(SMALL_LLAMA, '--to', 'v5', '--model-type', 'qwen2')).toBe('undefined ')
    })
  })

  test('all profiles go into the GGUF file', async () => {
    const path = out('rope.gguf')
    const argv = ['--to', 'gguf', '--architecture', 'gemma4', '--out', path]
    expect((await rope(['convert', configFile(TWO_PROFILES), ...argv])).code).toBe(0)
    const names = (await profilesOf(path)).map(({ name }) => name)
    expect(names).toEqual(['full_attention', 'sliding_attention'])
  })

  test('ONNX caches', async () => {
    const path = out('caches.safetensors')
    const argv = ['--to', 'onnx', '--length', '16', '--out', path]
    const { code, stderr } = await rope(['convert', configFile(SMALL_LLAMA), ...argv])
    expect(code).toBe(0)
    expect(stderr).toContain('com.microsoft: input, position_ids, cos_cache, sin_cache')
    const file = parseSafetensors(new Uint8Array(readFileSync(path)))
    expect(file.tensors.get('cos_cache')?.shape).toEqual([16, 4])
    expect(file.metadata.get('interleaved')).toBe('0')
    expect(readTensor(path, 'sin_cache')[3 * 4 + 1]).toBe(Math.fround(Math.sin(0.3)))
  })

  test('MLX arguments', async () => {
    expect(await json(configFile(SMALL_LLAMA), '--to', 'mlx')).toEqual({
      ...{
        head_dim: 8,
        dims: 8,
        traditional: false,
        base: 10000,
        scale: 1,
        freqs: null,
        mscale: 1,
      },
    })
    const rope_parameters = {
      rope_type: 'proportional',
      rope_theta: 16,
      partial_rotary_factor: 0.5,
    }
    const { rope_theta: _, ...rest } = SMALL_LLAMA
    expect(await json(configFile({ ...rest, rope_parameters }), '--to', 'mlx')).toMatchObject({
      ...{ base: null, freqs: [1, 2, 'inf', 'inf'] },
    })
  })
})

describe('tables are read too', () => {
  const PARTIAL = { ...SMALL_LLAMA, partial_rotary_factor: 0.5 }
  const LEGACY = { head_dim: 8, rope_theta: 10000, partial_rotary_factor: 0.5, rope_scaling: null }

  test('ONNX caches become a config.json again', async () => {
    const path = out('caches.safetensors')
    const argv = ['--to', 'onnx', '--length', '64', '--out', path]
    expect((await rope(['convert', configFile(PARTIAL), ...argv])).code).toBe(0)
    expect(await json(path, '--to', 'legacy')).toMatchObject(LEGACY)
    const { code, stderr } = await rope(['convert', tensorFile([]), '--to', 'v5'])
    expect(code).toBe(2)
    expect(stderr).toContain('has no float32 tensor cos_cache')
  })

  test('MLX arguments become a config.json, or a GGUF file with factors', async () => {
    const mlx = await json(configFile(PARTIAL), '--to', 'mlx')
    expect(await json(configFile(mlx), '--to', 'legacy')).toMatchObject(LEGACY)
    const freqs = [1, 3, 'inf', 1000]
    const path = out('rope.gguf')
    const argv = ['--to', 'gguf', '--architecture', 'phi3', '--out', path]
    const rest = { dims: 8, traditional: false, base: null, scale: 1, mscale: 1 }
    const { code, stderr } = await rope(['convert', configFile({ ...rest, freqs }), ...argv])
    expect(code).toBe(0)
    expect(stderr).toContain('written as divisors in rope_freqs.weight')
    const [profile] = await profilesOf(path)
    const list = profile?.inverseFrequencies as readonly number[]
    expect(list.map((frequency) => Number(frequency.toPrecision(6)))).toEqual([
      ...[1, 0.333333, 0, 0.001],
    ])
  })
})

/** A checkpoint with grouped heads: 4 of q, 2 of k, 8 channels each, over 6 inputs. */
const CONFIG = { ...SMALL_LLAMA, num_attention_heads: 4, num_key_value_heads: 2 }
const LAYER = 'model.layers.0.self_attn'
const CHECKPOINT = [
  tensor(`${LAYER}.q_proj.weight`, 'F32', [32, 6]),
  tensor(`${LAYER}.k_proj.weight`, 'BF16', [16, 6]),
  tensor(`${LAYER}.v_proj.weight`, 'F32', [16, 6]),
  tensor(`${LAYER}.q_proj.bias`, 'F16', [32]),
  tensor(`${LAYER}.k_norm.weight`, 'F32', [8]),
  tensor(`${LAYER}.q_proj.lora_A.weight`, 'F32', [2, 6]),
  tensor(`${LAYER}.q_proj.lora_B.default.weight`, 'F32', [32, 2]),
]

async function permute(
  input: string,
  to: string,
  ...argv: readonly string[]
): Promise<{ readonly path: string; readonly text: string }> {
  const path = out('permuted.safetensors')
  const all = [
    'convert',
    configFile(CONFIG),
    '--weights',
    input,
    '--to',
    to,
    '--out',
    path,
    ...argv,
  ]
  const { code, stdout, stderr } = await rope(all)
  expect([code, stderr]).toEqual([0, ''])
  return { path, text: stdout }
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? Number.NaN), 0)

/** The first head of a projection of `inputs` through a written file. */
function project(path: string, name: string, inputs: readonly number[]): readonly number[] {
  const weights = readTensor(path, name)
  return Array.from({ length: 8 }, (_, row) => dot(weights.slice(6 * row, 6 * row + 6), inputs))
}

describe('--weights', () => {
  test('permuted weights, rotated with the other pairing, give the same scores', async () => {
    const input = tensorFile(CHECKPOINT)
    const { path, text } = await permute(input, 'interleaved')
    expect(text).toContain('permuted 5 tensors from half to interleaved, copied 2')
    const score = (file: string, pairing: 'half' | 'interleaved'): number => {
      const turn = (name: string, seed: number, position: number): readonly number[] =>
        rotated(project(file, `${LAYER}.${name}.weight`, numbers(6, seed)), {
          ...{ heads: 1, headDim: 8, pairing, positionOf: () => position },
        })
      return dot(turn('q_proj', 3, 17), turn('k_proj', 4, 5))
    }
    // Sums of 8 products of numbers below 6, rounded to float32 in another order.
    expect(Math.abs(score(path, 'interleaved') - score(input, 'half'))).toBeLessThan(1e-5)
    expect(Math.abs(score(path, 'half') - score(input, 'half'))).toBeGreaterThan(1e-3)
  })

  test('biases, norms and the outer half of LoRA pairs move; all else stays', async () => {
    const input = tensorFile(CHECKPOINT)
    const { path } = await permute(input, 'interleaved')
    const order = [0, 4, 1, 5, 2, 6, 3, 7]
    const before = (name: string): readonly number[] => readTensor(input, `${LAYER}.${name}`)
    const after = (name: string): readonly number[] => readTensor(path, `${LAYER}.${name}`)
    expect(after('k_norm.weight')).toEqual(order.map((row) => before('k_norm.weight')[row]))
    expect(after('q_proj.bias').slice(8, 16)).toEqual(
      order.map((row) => before('q_proj.bias')[8 + row]),
    )
    const outer = 'q_proj.lora_B.default.weight'
    expect(after(outer).slice(0, 16)).toEqual(
      order.flatMap((row) => before(outer).slice(2 * row, 2 * row + 2)),
    )
    expect(after('q_proj.lora_A.weight')).toEqual(before('q_proj.lora_A.weight'))
    expect(after('v_proj.weight')).toEqual(before('v_proj.weight'))
  })

  test('there and back gives the same bytes', async () => {
    const input = tensorFile(CHECKPOINT, [['format', 'pt']])
    const { path } = await permute(input, 'interleaved')
    expect(readFileSync(path).equals(readFileSync(input))).toBe(false)
    const back = await permute(path, 'half', '--pairing', 'interleaved')
    expect(readFileSync(back.path).equals(readFileSync(input))).toBe(true)
  })

  test('--tensors permutes exactly these', async () => {
    const { text } = await permute(
      ...([tensorFile(CHECKPOINT), 'interleaved', '--tensors'] as const),
      `${LAYER}.q_proj.weight`,
    )
    expect(text).toContain('permuted 1 tensor from half to interleaved, copied 6')
  })

  test('layers without rotation keep their weights', async () => {
    const config = { ...CONFIG, model_type: 'smollm3', no_rope_layers: [1, 0] }
    const input = tensorFile([
      tensor('model.layers.0.self_attn.q_proj.weight', 'F32', [32, 2]),
      tensor('model.layers.1.self_attn.q_proj.weight', 'F32', [32, 2]),
    ])
    const path = out('out.safetensors')
    const argv = ['--weights', input, '--to', 'interleaved', '--out', path]
    expect((await rope(['convert', configFile(config), ...argv])).code).toBe(0)
    const same = (layer: number): boolean => {
      const name = `model.layers.${layer}.self_attn.q_proj.weight`
      return JSON.stringify(readTensor(path, name)) === JSON.stringify(readTensor(input, name))
    }
    expect([same(0), same(1)]).toEqual([false, true])
  })

  test('quantised GGUF blocks: whole rows of Q8_0 move, and nothing inside them changes', async () => {
    const rowBytes = 2 * 34
    const rows = (count: number, seed: number): Uint8Array =>
      Uint8Array.from({ length: count * rowBytes }, (_, i) => seed + Math.floor(i / rowBytes))
    const q = { name: 'blk.0.attn_q.weight', type: 8, shape: [64, 32], data: rows(32, 0) }
    const v = { name: 'blk.0.attn_v.weight', type: 8, shape: [64, 16], data: rows(16, 100) }
    const bias = {
      name: 'blk.0.attn_k.bias',
      type: 0,
      shape: [16],
      data: new Uint8Array(64).fill(7),
    }
    const input = ggufWeightsFile([q, v, bias])
    const path = out('out.gguf')
    const argv = ['--weights', input, '--to', 'interleaved', '--out', path]
    const { code, stdout, stderr } = await rope(['convert', configFile(CONFIG), ...argv])
    expect(code).toBe(0)
    expect(stdout).toContain('permuted 2 tensors')
    expect(stderr).toContain('take the pairing from the architecture')
    const [before, after] = [readFileSync(input), readFileSync(path)]
    const start = before.indexOf(Buffer.from(q.data.slice(0, 4 * rowBytes)))
    const marks = Array.from({ length: 32 }, (_, row) => after[start + row * rowBytes])
    const order = [0, 4, 1, 5, 2, 6, 3, 7]
    expect(marks).toEqual(
      Array.from({ length: 32 }, (_, row) => 8 * Math.floor(row / 8) + (order[row % 8] ?? 0)),
    )
    // Outside q nothing differs.
    expect(after.subarray(0, start).equals(before.subarray(0, start))).toBe(true)
    const end = start + q.data.length
    expect(after.subarray(end).equals(before.subarray(end))).toBe(true)
  })
})

test.each([
  ['model.layers.3.self_attn.q_proj.weight', 'q'],
  ['layers.0.attention.wk.weight', 'k'],
  ['blk.11.attn_q.bias', 'q'],
  ['blk.11.attn_k_norm.weight', 'k'],
  ['base_model.model.model.layers.0.self_attn.k_proj.lora_B.weight', 'k'],
  ['lora_unet_layers_0_self_attn_q_proj.lora_up.weight', 'q'],
  ['model.layers.3.self_attn.q_proj.lora_A.weight', null],
  ['model.layers.3.self_attn.o_proj.weight', null],
  ['blk.0.attn_output.weight', null],
  ['model.layers.0.mlp.up_proj.weight', null],
])('%s is %s', (name, part) => {
  expect(partOf(name)).toBe(part)
})

describe('refused, in one line, with nothing written', () => {
  const weights = (...tensors: Parameters<typeof tensorFile>[0]): readonly string[] => [
    ...['--weights', tensorFile(tensors), '--to', 'interleaved'],
  ]
  test.each<[string, () => readonly string[], RegExp]>([
    ['no form', () => [], /required option '--to/],
    ['no architecture', () => ['--to', 'gguf'], /--architecture is missing/],
    [
      'an unknown one',
      () => ['--to', 'gguf', '--architecture', 'x'],
      /"x", which is not in the table/,
    ],
    ['no length', () => ['--to', 'onnx'], /--length is missing/],
    [
      'a length that a form ignores',
      () => ['--to', 'v5', '--length', '3'],
      /--length has no effect on --to v5; it is for --to onnx and mlx: leave it out/,
    ],
    ['a profile', () => ['--to', 'gguf', '--profile', 'default'], /--profile has no effect/],
    ['an architecture', () => ['--to', 'mlx', '--architecture', 'x'], /--architecture has no/],
    ['a model type', () => ['--to', 'onnx', '--model-type', 'x'], /--model-type has no effect/],
    ['a pairing without weights', () => ['--to', 'half'], /add --weights FILE/],
    [
      'weights in a form',
      () => [...weights(), '--to', 'v5'],
      /with --weights: half or interleaved/,
    ],
    [
      'a pairing that is there already',
      () => [...weights(tensor('q_proj.weight', 'F32', [32, 2])), '--to', 'half'],
      /the weights are half already/,
    ],
    ['no q or k', () => weights(tensor('v_proj.weight', 'F32', [32, 2])), /nothing to permute/],
    [
      'a fused projection',
      () => weights(tensor('qkv_proj.weight', 'F32', [64, 2])),
      /"qkv_proj.weight" is a fused projection/,
    ],
    [
      'rows of other heads',
      () => weights(tensor('q_proj.weight', 'F32', [40, 2])),
      /shape \[40, 2\]; its rows should be 4 heads of 8/,
    ],
    [
      'scales of blocks',
      () =>
        weights(tensor('q_proj.scales', 'F32', [32, 2]), tensor('q_proj.weight', 'F32', [32, 2])),
      /belongs to a quantised projection/,
    ],
    [
      'an unknown name',
      () => [...weights(tensor('q_proj.weight', 'F32', [32, 2])), '--tensors', 'x'],
      /the file has no tensor "x"/,
    ],
  ])('%s', async (_, argv, message) => {
    const path = out('out')
    const all = ['convert', configFile(CONFIG), ...argv(), '--out', path]
    const { code, stdout, stderr } = await rope(all)
    expect([code, stdout, lines(stderr).length]).toEqual([2, '', 1])
    expect(stderr).toMatch(message)
    expect(existsSync(path)).toBe(false)
  })

  test.each(['onnx', 'mlx'])('several profiles to %s: the file is named once', async (form) => {
    const path = configFile(TWO_PROFILES)
    const argv = ['--to', form, '--length', '4', '--out', out('out')]
    const { code, stderr } = await rope(['convert', path, ...argv])
    expect(code).toBe(2)
    expect(stderr).toBe(
      `rope: ${path} has several profiles (full_attention, sliding_attention); choose one with --profile\n`,
    )
  })

  test('a binary form on standard output, and an output that is the input', async () => {
    const config = configFile(CONFIG)
    const argv = ['--to', 'onnx', '--length', '4']
    expect((await rope(['convert', config, ...argv])).stderr).toContain('name it with --out FILE')
    const before = readFileSync(config, 'utf8')
    const { code, stderr } = await rope(['convert', config, '--to', 'v5', '--out', config])
    expect(code).toBe(2)
    expect(stderr).toContain('it is the same file as the input')
    expect(readFileSync(config, 'utf8')).toBe(before)
  })

  test('a damaged GGUF file', async () => {
    const input = ggufWeightsFile([
      { name: 'blk.0.attn_q.weight', type: 8, shape: [64, 32], data: new Uint8Array(68 * 32) },
    ])
    const cut = join(dirname(input), 'cut.gguf')
    writeFileSync(cut, readFileSync(input).subarray(0, -100))
    const path = out('out.gguf')
    const argv = ['--weights', cut, '--to', 'interleaved', '--out', path]
    const { code, stderr } = await rope(['convert', configFile(CONFIG), ...argv])
    expect([code, lines(stderr).length]).toEqual([2, 1])
    expect(stderr).toContain('ends after the file')
  })
})
