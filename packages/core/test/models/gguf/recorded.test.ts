/**
 * GGUF's names and llama.cpp's switch as other people wrote them down: pairings by architecture, the
 * spelling and the meaning of every key, tensors that divide.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { computeFrequencies, type RopeConfig, resolveConfig } from '../../../src/config/config.js'
import { RopeError } from '../../../src/errors.js'
import {
  GGUF_ARCHITECTURES,
  type GgufRopeKind,
  ggufRopeKind,
} from '../../../src/models/gguf/architectures.js'
import { fromGguf, ggufProfiles } from '../../../src/models/gguf/from-gguf.js'
import { SCHEDULE_KEYS } from '../../../src/models/gguf/read-schedule.js'
import { toGguf } from '../../../src/models/gguf/to-gguf.js'
import type { GgufRope } from '../../../src/models/gguf/values.js'
import { errorOf } from '../../fixtures/error-of.js'
import * as switchOf from './llama-cpp-rope-types.js'

interface Recorded {
  readonly architectures: readonly string[]
  readonly rope: Readonly<Record<string, string>>
  readonly attention: Readonly<Record<string, string>>
  readonly model: Readonly<Record<string, string>>
  readonly tensors: Readonly<Record<string, string>>
  readonly scalingTypes: readonly string[]
}

const recorded = JSON.parse(
  readFileSync(new URL('recorded-gguf.json', import.meta.url), 'utf8'),
) as Recorded

/** The enum and the name in the file are the same letters, but for two. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '')
const OTHERWISE: Readonly<Record<string, string>> = {
  OPENAI_MOE: 'gptoss',
  PANGU_EMBED: 'pangu-embedded',
}
const letters = (entry: string): string => plain(OTHERWISE[entry] ?? entry)

/** Every entry of the switch: without sections, with them. */
const KINDS: readonly (readonly [readonly string[], GgufRopeKind, GgufRopeKind])[] = [
  [switchOf.NORM, 'interleaved', 'interleaved'],
  [switchOf.DRAFT_NORM, 'interleaved', 'interleaved'],
  [switchOf.NORM_OR_SECTIONS, 'interleaved', 'mrope'],
  [switchOf.NEOX, 'half', 'half'],
  [switchOf.NEOX_IN_GRAPH, 'half', 'half'],
  [switchOf.NEOX_OR_SECTIONS, 'half', 'mrope'],
  [switchOf.MROPE, 'mrope', 'mrope'],
  [switchOf.IMROPE, 'imrope', 'imrope'],
  [switchOf.NONE, 'none', 'none'],
]
const EXPECTED = new Map(
  KINDS.flatMap(([entries, without, within]) =>
    entries.map((entry) => [letters(entry), [without, within]] as const),
  ),
)

describe('architectures', () => {
  test.each(GGUF_ARCHITECTURES)('%s turns as the switch says', (name) => {
    expect([ggufRopeKind(name, false), ggufRopeKind(name, true)]).toEqual(EXPECTED.get(plain(name)))
  })

  test('every entry of the switch is in the table', () => {
    const known = new Set(GGUF_ARCHITECTURES.map(plain))
    expect([...EXPECTED.keys()].filter((entry) => !known.has(entry))).toEqual([])
  })

  test('factor tensors are written for those whose graphs use them, and for no others', () => {
    const config = resolveConfig({
      ...{ headDim: 128, pairing: 'half' },
      schedule: { type: 'proportional', base: 1e4, partialRotaryFactor: 0.5 },
    })
    const refused = GGUF_ARCHITECTURES.filter((architecture) =>
      String(errorOf(() => toGguf(config, { architecture }))).includes('does not use'),
    )
    expect(refused.map(plain).sort()).toEqual(switchOf.WITHOUT_FACTORS.map(letters).sort())
  })

  test('names are spelled as in files', () => {
    const spelled = new Map(recorded.architectures.map((name) => [plain(name), name]))
    for (const name of GGUF_ARCHITECTURES) expect(spelled.get(plain(name)) ?? name).toBe(name)
    const met = GGUF_ARCHITECTURES.filter((name) => recorded.architectures.includes(name))
    expect(met.length).toBeGreaterThan(100)
  })
})

const YARN = { SCALING_TYPE: 'yarn', SCALING_FACTOR: 8, SCALING_ORIG_CTX_LEN: 4096 } as const

/** A file of heads with 128 channels, its keys under the package's own names. */
function file(
  architecture: string,
  keys: Readonly<Record<string, unknown>>,
  tensors: Readonly<Record<string, Float32Array>> = {},
): GgufRope {
  const names = { ...recorded.attention, ...recorded.model, ...recorded.rope }
  const entries = Object.entries({ KEY_LENGTH: 128, FREQ_BASE: 10000, ...keys }).map(
    ([name, value]) => {
      const key = (names[name] as string).replace('{arch}', architecture)
      return [key, typeof value === 'number' ? Math.fround(value) : value]
    },
  )
  return {
    metadata: { 'general.architecture': architecture, ...Object.fromEntries(entries) },
    tensors,
  }
}

const read = (...given: Parameters<typeof file>): RopeConfig => fromGguf(file(...given))

describe('every key about RoPE that the package has means what it says', () => {
  const MEANINGS: Readonly<Record<string, () => void>> = {
    DIMENSION_COUNT: () => expect(read('llama', { DIMENSION_COUNT: 64 }).rotaryDim).toBe(64),
    DIMENSION_COUNT_SWA: () => {
      const [full, sliding] = ggufProfiles(
        file('gemma3', { DIMENSION_COUNT_SWA: 32, BLOCK_COUNT: 6, SLIDING_WINDOW: 512 }),
      )
      expect([full?.config?.rotaryDim, sliding?.config?.rotaryDim]).toEqual([128, 32])
    },
    DIMENSION_SECTIONS: () => {
      const { axes } = read('qwen2vl', { DIMENSION_SECTIONS: [16, 24, 24, 0] })
      const counts = [0, 1, 2].map(
        (own) => axes?.kind === 'one-hot' && axes.axisOfPair.filter((axis) => axis === own).length,
      )
      expect(counts).toEqual([16, 24, 24])
    },
    FREQ_BASE: () =>
      expect(read('llama', { FREQ_BASE: 5e5 }).schedule).toEqual({ type: 'default', base: 5e5 }),
    FREQ_BASE_SWA: () => {
      const profiles = ggufProfiles(file('gemma3', { FREQ_BASE: 1e6, FREQ_BASE_SWA: 2e4 }))
      expect(profiles.map(({ config }) => config?.schedule)).toMatchObject([
        { base: 1e6 },
        { base: 2e4 },
      ])
    },
    SCALING_TYPE: () => {
      expect(read('llama', { SCALING_TYPE: 'linear', SCALING_FACTOR: 4 }).schedule.type).toBe(
        'linear',
      )
      expect(read('llama', { SCALING_TYPE: 'none', SCALING_FACTOR: 4 }).schedule.type).toBe(
        'default',
      )
      expect(read('llama', YARN).schedule.type).toBe('yarn')
    },
    SCALING_FACTOR: () => expect(read('llama', YARN).schedule).toMatchObject({ factor: 8 }),
    SCALING_ALPHA: () =>
      expect(read('hunyuan_vl', { SCALING_ALPHA: 50 }).schedule).toMatchObject({ alpha: 50 }),
    SCALING_ATTN_FACTOR: () => {
      const plainFactor = computeFrequencies(read('llama', YARN)).attentionFactor
      const { attentionFactor } = computeFrequencies(
        read('llama', { ...YARN, SCALING_ATTN_FACTOR: 0.5 }),
      )
      expect(attentionFactor).toBe(0.5 * plainFactor)
    },
    SCALING_ORIG_CTX_LEN: () =>
      expect(
        read('llama', { ...YARN, SCALING_ORIG_CTX_LEN: 2048, CONTEXT_LENGTH: 32768 }).schedule,
      ).toMatchObject({ originalMaxPositionEmbeddings: 2048 }),
    // Says how the model was trained, and changes nothing.
    SCALING_FINETUNED: () =>
      expect(read('llama', { ...YARN, SCALING_FINETUNED: true })).toEqual(read('llama', YARN)),
    SCALING_YARN_LOG_MUL: () =>
      expect(read('mistral3', { ...YARN, SCALING_YARN_LOG_MUL: 0.5 }).schedule).toMatchObject({
        mscale: 1,
        mscaleAllDim: 0.5,
      }),
    SCALING_YARN_EXT_FACTOR: () => {
      expect(read('llama', { ...YARN, SCALING_YARN_EXT_FACTOR: 0.5 }).schedule).toMatchObject({
        extrapolationFactor: 0.5,
      })
      expect(read('llama', { ...YARN, SCALING_YARN_EXT_FACTOR: -1 })).toEqual(read('llama', YARN))
    },
    SCALING_YARN_ATTN_FACTOR: () => {
      const both = { ...YARN, SCALING_YARN_ATTN_FACTOR: 0.5, SCALING_ATTN_FACTOR: 0.5 }
      expect(read('llama', both).schedule).toMatchObject({ attnFactor: 0.25 })
    },
    SCALING_YARN_BETA_FAST: () =>
      expect(read('llama', { ...YARN, SCALING_YARN_BETA_FAST: 16 }).schedule).toMatchObject({
        betaFast: 16,
      }),
    SCALING_YARN_BETA_SLOW: () =>
      expect(read('llama', { ...YARN, SCALING_YARN_BETA_SLOW: 2 }).schedule).toMatchObject({
        betaSlow: 2,
      }),
  }

  test('and there is a meaning for each', () => {
    expect(Object.keys(MEANINGS).sort()).toEqual(Object.keys(recorded.rope).sort())
  })

  test.each(Object.entries(MEANINGS))('%s', (_, meaning) => {
    expect.hasAssertions()
    meaning()
  })

  test('keys that only we read are few', () => {
    const theirs = new Set(Object.values(recorded.rope).map((key) => key.replace('{arch}.', '')))
    expect(SCHEDULE_KEYS.filter((key) => !theirs.has(key))).toEqual([
      // Files from before there were scaling types.
      'rope.scale_linear',
      ...['rope.llama3.factor', 'rope.llama3.low_freq_factor', 'rope.llama3.high_freq_factor'],
    ])
  })

  test('the types of scaling are the known ones', () => {
    const accepted = (type: string): boolean => {
      try {
        read('llama', { ...YARN, SCALING_TYPE: type })
      } catch (error) {
        return RopeError.isInstance(error) && error.code !== 'UNKNOWN_SCHEDULE'
      }
      return true
    }
    expect(recorded.scalingTypes.map(accepted)).toEqual(recorded.scalingTypes.map(() => true))
    expect(accepted('llama3')).toBe(false)
  })

  test('heads follow from the attention keys', () => {
    expect(read('llama', { KEY_LENGTH: 96 }).headDim).toBe(96)
    const { metadata } = file('llama', { EMBEDDING_LENGTH: 4096, HEAD_COUNT: 64 })
    const { [`llama.${'attention.key_length'}`]: _, ...without } = metadata
    expect(fromGguf({ metadata: without }).headDim).toBe(64)
    const [full, sliding] = ggufProfiles(
      file('gemma4', { KEY_LENGTH: 512, KEY_LENGTH_SWA: 256, FREQ_BASE_SWA: 1e4 }),
    )
    expect([full?.config?.headDim, sliding?.config?.headDim]).toEqual([512, 256])
  })
})

describe('layers that differ, where a file does not list them', () => {
  const LAYERS = 60
  /** llama.cpp 3f545becc, `set_swa_pattern` and `n_no_rope_layer_step` in the models' loaders. */
  const RULES: Readonly<Record<string, (layer: number) => boolean>> = {
    gemma3: (layer) => layer % 6 === 5,
    'gemma-embedding': (layer) => layer % 6 === 5,
    gemma3n: (layer) => layer % 5 === 4,
    olmo2: (layer) => layer % 4 === 3,
    cohere2: (layer) => layer % 4 === 3,
    cohere2moe: (layer) => layer % 4 === 0,
    exaone4: (layer) => layer % 4 === 3,
    llama4: (layer) => layer % 4 === 3,
    smollm3: (layer) => layer % 4 === 3,
    'modern-bert': (layer) => layer % 3 === 0,
  }

  test.each(Object.entries(RULES))('%s', (architecture, isOther) => {
    const keys = { BLOCK_COUNT: LAYERS, SLIDING_WINDOW: 1024, FREQ_BASE_SWA: 1e4 }
    const profiles = ggufProfiles(
      file(
        architecture,
        ['llama4', 'smollm3'].includes(architecture) ? { BLOCK_COUNT: LAYERS } : keys,
      ),
    )
    const other = profiles.find(({ name }) => ['full_attention', 'nope'].includes(name))
    expect(other?.layers).toEqual(Array.from({ length: LAYERS }, (_, i) => i).filter(isOther))
    expect(profiles.flatMap(({ layers }) => layers ?? []).length).toBe(LAYERS)
  })
})

describe('layers that differ, where a file says an interval', () => {
  const LAST = ['gemma3', 'gemma3n', 'olmo2', 'cohere2', 'exaone4']
  const FIRST = ['cohere2moe', 'modern-bert']
  const cases = [...LAST, ...FIRST].flatMap((name) => [2, 7].map((every) => [name, every] as const))

  test.each(cases)('%s, every %d', (architecture, interval) => {
    const full = FIRST.includes(architecture) ? 0 : interval - 1
    const { metadata } = file(architecture, { BLOCK_COUNT: 30, SLIDING_WINDOW: 1024 })
    const key = `${architecture}.attention.sliding_window_pattern`
    const profiles = ggufProfiles({ metadata: { ...metadata, [key]: interval } })
    const layers = profiles.find(({ name }) => name === 'full_attention')?.layers
    const all = Array.from({ length: 30 }, (_, layer) => layer)
    expect(layers).toEqual(all.filter((layer) => layer % interval === full))
  })
})

describe('bases of sliding layers, where a file does not say them', () => {
  /** The same loaders: `rope_freq_base_train_swa`, which is 10000 unless they set the model's. */
  const BASES: Readonly<Record<string, number>> = {
    ...{ gemma3: 10000, gemma3n: 10000, 'gemma-embedding': 10000, 'modern-bert': 10000 },
    ...{ olmo2: 5e5, cohere2: 5e5, cohere2moe: 5e5, exaone4: 5e5 },
  }
  /** These rotate in their sliding layers only. */
  const SLIDING_ONLY: readonly string[] = ['cohere2', 'cohere2moe', 'exaone4']

  test.each(Object.entries(BASES))('%s', (architecture, base) => {
    const keys = { BLOCK_COUNT: 12, SLIDING_WINDOW: 1024, FREQ_BASE: 5e5 }
    const schedules = (more: object): unknown[] =>
      ggufProfiles(file(architecture, { ...keys, ...more })).map(
        ({ config }) => config?.schedule ?? null,
      )
    const full = SLIDING_ONLY.includes(architecture) ? null : { type: 'default', base: 5e5 }
    expect(schedules({})).toEqual([full, { type: 'default', base }])
    expect(schedules({ FREQ_BASE_SWA: 3e4 })).toEqual([full, { type: 'default', base: 3e4 }])
  })

  test('sliding layers of olmo2 are not scaled', () => {
    const profiles = ggufProfiles(file('olmo2', { ...YARN, SLIDING_WINDOW: 1024, FREQ_BASE: 5e5 }))
    expect(profiles.map(({ config }) => config?.schedule)).toMatchObject([
      { type: 'yarn', base: 5e5 },
      { type: 'default', base: 5e5 },
    ])
  })
})

describe('tensors divide frequencies', () => {
  const { ROPE_FREQS, ROPE_FACTORS_LONG, ROPE_FACTORS_SHORT } = recorded.tensors
  const divisors = (of: (i: number) => number): Float32Array =>
    Float32Array.from({ length: 64 }, (_, i) => of(i))
  const base = computeFrequencies(read('llama', {})).inverseFrequencies

  test('rope_freqs: a divisor of 2 halves the frequency', () => {
    const tensors = { [`${ROPE_FREQS}.weight`]: divisors((i) => (i % 3 === 0 ? 2 : 4)) }
    const { inverseFrequencies } = computeFrequencies(read('llama', {}, tensors))
    inverseFrequencies.forEach((frequency, i) => {
      expect(frequency).toBeCloseTo((base[i] ?? 0) / (i % 3 === 0 ? 2 : 4), 15)
    })
  })

  test('of the whole model, of its first block, or by the name alone', () => {
    const halved = base.map((frequency) => frequency / 2)
    for (const name of [`${ROPE_FREQS}.weight`, `blk.0.${ROPE_FREQS}.weight`, `${ROPE_FREQS}`]) {
      const config = read('llama', {}, { [name]: divisors(() => 2) })
      const { inverseFrequencies } = computeFrequencies(config)
      inverseFrequencies.forEach((frequency, i) => {
        expect(frequency).toBeCloseTo(halved[i] ?? 0, 15)
      })
    }
  })

  test('rope_factors_short up to the original length, rope_factors_long beyond it', () => {
    const tensors = {
      [`${ROPE_FACTORS_SHORT}.weight`]: divisors(() => 2),
      [`${ROPE_FACTORS_LONG}.weight`]: divisors((i) => 8 + i),
    }
    const config = read(
      'phi3',
      { SCALING_TYPE: 'longrope', SCALING_ORIG_CTX_LEN: 4096, CONTEXT_LENGTH: 131072 },
      tensors,
    )
    const first = (length: number): number =>
      computeFrequencies(config, length).inverseFrequencies[0] ?? 0
    expect([first(4096), first(4097)]).toEqual([1 / 2, 1 / 8])
    // The amplitude is a key of its own; the lengths alone imply none.
    expect(computeFrequencies(config, 4097).attentionFactor).toBe(1)
    const stated = read(
      'phi3',
      {
        ...{ SCALING_TYPE: 'longrope', SCALING_ORIG_CTX_LEN: 4096, CONTEXT_LENGTH: 131072 },
        SCALING_ATTN_FACTOR: Math.sqrt(1 + Math.log(32) / Math.log(4096)),
      },
      tensors,
    )
    expect(stated.schedule).toMatchObject({ type: 'longrope', factor: 32 })
  })

  test('what is written has only names that the package has, and those that only we read', () => {
    const theirs = Object.values({ ...recorded.rope, ...recorded.attention, ...recorded.model })
    const known = new Set([...theirs.map((key) => key.replace('{arch}.', '')), ...SCHEDULE_KEYS])
    const schedules = [
      { type: 'linear', base: 1e4, factor: 4 },
      { type: 'yarn', base: 1e4, factor: 4, originalMaxPositionEmbeddings: 4096, betaFast: 16 },
      {
        ...{ type: 'llama3', base: 5e5, factor: 8, lowFreqFactor: 1, highFreqFactor: 4 },
        originalMaxPositionEmbeddings: 8192,
      },
      { type: 'ntk-alpha', base: 1e4, alpha: 50 },
    ] as const
    for (const schedule of schedules) {
      const config = resolveConfig({ headDim: 128, pairing: 'half', schedule } as never)
      for (const architecture of ['phi3', 'hunyuan_vl']) {
        const { metadata, tensors } = toGguf(config, { architecture })
        const keys = Object.keys(metadata).filter((key) => key !== 'general.architecture')
        expect(keys.length).toBeGreaterThan(2)
        for (const key of keys) expect(known).toContain(key.replace(`${architecture}.`, ''))
        const names = Object.values(recorded.tensors).map((name) => `${name}.weight`)
        for (const name of Object.keys(tensors)) expect(names).toContain(name)
      }
    }
  })
})
