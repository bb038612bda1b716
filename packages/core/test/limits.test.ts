/**
 * Sizes out of files, options and calls: each is refused where it is read, before memory of that
 * size is asked for. A refusal names the option and says what is accepted.
 */
import { describe, expect, test } from 'vitest'
import { sectionAxes } from '../src/config/axes.js'
import { resolveConfig } from '../src/config/config.js'
import { RopeError } from '../src/errors.js'
import { ggufProfiles } from '../src/models/gguf/from-gguf.js'
import { huggingFaceProfiles } from '../src/models/huggingface/from-hugging-face.js'
import { toOnnx } from '../src/models/onnx/caches.js'
import { shardOf } from '../src/parallel/shard.js'
import { shardPositions } from '../src/parallel/shard-positions.js'
import { expandPositions } from '../src/positions/expand.js'
import { readPositions } from '../src/positions/forms.js'
import { countedCoordinates } from '../src/presets/positions/coordinates.js'
import { gridPositions } from '../src/presets/positions/grid.js'
import { sequencePositions } from '../src/presets/positions/multimodal.js'
import { blockDiagonalMatrix } from '../src/reference/faces/block-diagonal.js'
import { inverseFrequencies } from '../src/reference/frequencies.js'
import { permutePairing } from '../src/weights/permute-pairing.js'

/** Numbers that no size may be; none of them may cost memory or time. */
const HOSTILE = [2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 1e308, Infinity, NaN, -1, 0.5]

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (RopeError.isInstance(error)) return error.message
    throw error
  }
  return 'accepted'
}

/** A list that says it is longer than it is. */
function longList(): number[] {
  const list: number[] = []
  list.length = 2 ** 32 - 1
  return list
}

const llama = { model_type: 'llama', head_dim: 8, rope_theta: 10000 }

describe('sizes in a config.json', () => {
  const model = (size: number): Readonly<Record<string, unknown>>[] => [
    { ...llama, head_dim: size },
    { model_type: 'llama', hidden_size: size, num_attention_heads: 1 },
    { model_type: 'llama', n_embd: size, n_head: 1 },
    { model_type: 'deepseek_v3', qk_rope_head_dim: size },
    { model_type: 'deepseek_v4', head_dim: size, qk_rope_head_dim: 64 },
    { model_type: 'gemma4_text', head_dim: 8, global_head_dim: size },
    { ...llama, rotary_dim: size },
    { model_type: 'smollm3', head_dim: 8, num_hidden_layers: size },
    { model_type: 'cohere2', head_dim: 8, num_hidden_layers: size, sliding_window: 1 },
    { model_type: 'qwen2_vl', head_dim: 8, rope_scaling: { mrope_section: [size, 1, 1] } },
    { model_type: 'qwen2_vl', head_dim: size, rope_scaling: { mrope_section: [size / 2, 0, 0] } },
  ]

  test.each(HOSTILE)('%d', (size) => {
    for (const json of model(size)) {
      expect(refusal(() => huggingFaceProfiles(json))).toMatch(/; (accepted: .+|.+ add head_dim)$/)
    }
  })
})

describe('sizes in GGUF metadata', () => {
  const llama = (key: string, size: number): unknown => ({
    metadata: {
      'general.architecture': 'llama',
      'llama.attention.key_length': 8,
      'llama.rope.freq_base': 10000,
      [`llama.${key}`]: size,
    },
  })
  const keys = ['attention.key_length', 'rope.dimension_count', 'block_count']

  test.each(keys.flatMap((key) => HOSTILE.map((size) => [key, size] as const)))(
    '%s %d',
    (key, size) => {
      expect(refusal(() => ggufProfiles(llama(key, size) as never))).toMatch(/; accepted: .+/)
    },
  )

  test('a head that follows from two other keys, with an amplitude', () => {
    const metadata = {
      'general.architecture': 'llama',
      'llama.embedding_length': 2 ** 31,
      'llama.attention.head_count': 1,
      'llama.rope.scaling.attn_factor': 2,
    }
    expect(refusal(() => ggufProfiles({ metadata }))).toMatch(/at most 65536 channels per head$/)
  })
})

describe('sizes of options', () => {
  const config = resolveConfig({
    headDim: 128,
    pairing: 'half',
    schedule: { type: 'default', base: 10000 },
  })

  test.each(HOSTILE)('%d', (size) => {
    const refusals = [
      () => resolveConfig({ ...config, headDim: size }),
      () => resolveConfig({ ...config, rotaryDim: size }),
      () => resolveConfig({ ...config, windowOffset: size }),
      () => resolveConfig({ ...config, axes: { kind: 'one-hot', count: size, axisOfPair: [] } }),
      () => sectionAxes([size]),
      () => toOnnx(config, { length: size }),
      () => shardOf({ sharding: 'striped', ranks: 1, rank: 0, tokens: size }),
      () =>
        shardPositions(0, { indices: new Int32Array(1), sequenceLengths: [1] }, { tokens: size }),
    ].map(refusal)
    for (const message of refusals) expect(message).toMatch(/; accepted: .+/)
  })

  test('lists that say they are longer than they are', () => {
    const list = longList()
    const axes = { kind: 'one-hot', count: 3, axisOfPair: list } as const
    const schedule = { type: 'custom', inverseFrequencies: list } as const
    const fope = { type: 'fope', base: 1e4, cosCoefficients: [list], sinCoefficients: [list] }
    const refusals = [
      () => resolveConfig({ ...config, axes }),
      () => resolveConfig({ ...config, axes: { kind: 'dense', weights: [list] } }),
      () => resolveConfig({ ...config, schedule }),
      () => resolveConfig({ ...config, schedule: { ...fope, restSin: 0 } as never }),
      () => sectionAxes(list),
      () => readPositions(list, 1),
      () => readPositions({ offsets: list }, 1),
      () => readPositions({ sequenceLengths: list }, 1),
      () => readPositions({ axes: list as never }, 3),
    ].map(refusal)
    for (const message of refusals) expect(message).toMatch(/accepted: .+|the config has 3 axes$/)
  })

  test('builders of positions list a bounded number of them', () => {
    const long = new Float64Array(5000)
    for (const size of HOSTILE) {
      const refusals = [
        () => countedCoordinates(size),
        () => gridPositions([long, long], { repeat: size }),
        () => gridPositions([long, long], { leading: size }),
        () => sequencePositions([{ kind: 'text', tokens: size }]),
        () => sequencePositions([{ kind: 'vision', rows: size, columns: 1, frames: [0] }]),
      ].map(refusal)
      for (const message of refusals) expect(message).toMatch(/; accepted: .+/)
    }
    const text = { kind: 'text', tokens: 2 ** 21 } as const
    expect(refusal(() => gridPositions([long, long]))).toMatch(/^the number of tokens is 25000000;/)
    expect(refusal(() => sequencePositions([text, text, text]))).toMatch(/^the number of tokens/)
  })

  test('a video far away in time, with its sound, is built at once', () => {
    const frames = [0, 2 ** 40]
    const video = {
      kind: 'audio-video',
      rows: 1,
      columns: 1,
      frames,
      audioTokens: 3,
      chunk: 1,
    } as const
    expect(sequencePositions([video]).time).toEqual([0, 0, 1, 2, 2 ** 40])
  })

  test('a matrix of all pairs, and frequencies of an oracle', () => {
    const angles = new Float64Array(513)
    expect(refusal(() => blockDiagonalMatrix(angles, 'half'))).toMatch(/or another face$/)
    for (const size of [...HOSTILE, 0]) {
      const schedule = { type: 'default', base: 1e4 } as const
      expect(refusal(() => inverseFrequencies(schedule, size))).toMatch(/; accepted: .+/)
    }
  })

  test('weights of many axes of a wide head', () => {
    const weights = Array.from({ length: 64 }, () => Array<number>(32768).fill(1))
    const axes = { kind: 'dense', weights } as const
    const wide = { headDim: 65536, pairing: config.pairing, schedule: config.schedule, axes }
    expect(refusal(() => resolveConfig(wide))).toMatch(/an integer from 1 to 131072$/)
  })

  test('a cache of a million rows may have 64 pairs, and no more', () => {
    const message = refusal(() => toOnnx(config, { length: 2 ** 20 + 1 }))
    expect(message).toMatch(/^length is 1048577; accepted: an integer from 1 to 1048576: /)
  })

  test('a rank holds a bounded number of tokens of a long sequence', () => {
    const whole = { sharding: 'zig-zag', tokens: 2 ** 31 - 1 } as const
    expect(refusal(() => shardOf({ ...whole, ranks: 31, rank: 0 }))).toMatch(/more ranks/)
    const { indices, sequenceLengths } = shardOf({ ...whole, ranks: 2 ** 20, rank: 2 ** 20 - 1 })
    expect(sequenceLengths).toEqual([2048])
    expect(indices.at(0)).toBe(Math.floor((whole.tokens * (2 ** 20 - 1)) / 2 ** 21))
  })

  test('positions of more rows than fit into a call', () => {
    const start = readPositions(0, 1)
    expect(refusal(() => expandPositions(start, 1, 2 ** 53 - 1, 1))).toMatch(/several calls$/)
    expect(refusal(() => expandPositions(start, 2 ** 53 - 1, 0, 1))).toBe('accepted')
  })

  test('no weights are permuted at once, however many heads they are said to have', () => {
    const options = { from: 'half', to: 'interleaved', heads: 65536, headDim: 65536 } as const
    expect(permutePairing(new Float32Array(0), options)).toEqual(new Float32Array(0))
  })
})
