/**
 * Hostile input: whatever a config.json or a safetensors file holds, the answer is a result or
 * one RopeError, soon. A failing run prints its seed and the smallest input that fails.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { computeFrequencies, type PairingName, RopeError, resolveConfig } from '@rope/core'
import { ggufProfiles, toGguf } from '@rope/core/gguf'
import { fromHuggingFace, huggingFaceProfiles, toHuggingFace } from '@rope/core/huggingface'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { configFile, lines, rope, SMALL_LLAMA } from './helpers.js'
import { REAL_CONFIGS } from './real-configs.js'
import { tensor, tensorFile } from './tensor-files.js'

/** Milliseconds one config may take: far more than any real one needs, far less than a hang. */
const SOON = 1000

/** Every key that a config parser may look at, and names that objects have of their own. */
const KEYS = [
  ...new Set(Object.values(REAL_CONFIGS).flatMap(keysOf)),
  'layer_types',
  'partial_rotary_factor',
  'rope_interleave',
  'no_rope_layers',
  '__proto__',
  'constructor',
  'toString',
  'length',
]

const WORDS = [...KEYS, 'default', 'linear', 'mrope', 'su', 'yarn', 'half', 'interleaved', '', '0']

const NUMBERS = [0, -0, 1, 2, 3, -1, 0.5, 1e-308, 5e-324, 1e308, 2 ** 31, 2 ** 53, 2 ** 64, 65536]

/** JSON values, most of them of the kind configs are made of. */
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 2, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom(...NUMBERS), { maxLength: 70 }) },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.constantFrom(...WORDS), fc.jsonValue(), { maxKeys: 6 }),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
)

/** One change to an object somewhere: which of its nested objects, which key, what value. */
interface Mutation {
  readonly object: number
  readonly key: string
  /** undefined removes the key. */
  readonly value: unknown
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  object: fc.nat(5),
  key: fc.constantFrom(...KEYS),
  value: fc.oneof(
    { weight: 4, arbitrary: value },
    { weight: 1, arbitrary: fc.constant(undefined) },
  ),
})

/** A real config with one to four changes; now and then all of it sits in `text_config`. */
const mutated: fc.Arbitrary<unknown> = fc
  .record({
    model: fc.constantFrom(...Object.keys(REAL_CONFIGS)),
    mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }),
    nested: fc.boolean(),
  })
  .map(({ model, mutations, nested }) => {
    const config: unknown = structuredClone(REAL_CONFIGS[model])
    for (const change of mutations) mutate(config, change)
    return nested ? { text_config: config } : config
  })

const pairing = fc.constantFrom<PairingName | undefined>(undefined, 'half', 'interleaved')

function keysOf(config: unknown): readonly string[] {
  return objectsIn(config).flatMap((object) => Object.keys(object))
}

function objectsIn(root: unknown): readonly Record<string, unknown>[] {
  if (typeof root !== 'object' || root === null || Array.isArray(root)) return []
  const record = root as Record<string, unknown>
  return [record, ...Object.values(record).flatMap(objectsIn)]
}

function mutate(config: unknown, { object, key, value }: Mutation): void {
  const objects = objectsIn(config)
  const target = objects[object % objects.length]
  if (target === undefined) return
  if (value === undefined) delete target[key]
  // As JSON.parse does it: a key named __proto__ is a key like any other.
  else
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
}

/** Parses; checks that the outcome is a sound result or a RopeError, and comes soon. */
function parse(json: unknown, chosen: PairingName | undefined): 'parsed' | 'refused' {
  const started = process.cpuUsage()
  try {
    const profiles = huggingFaceProfiles(json, { pairing: chosen })
    for (const { config } of profiles) if (config !== null) checkConfig(config)
    fromHuggingFace(json, { profile: profiles[0]?.name, pairing: chosen })
    return 'parsed'
  } catch (error) {
    if (!RopeError.isInstance(error)) throw error
    expect(error.message.length).toBeGreaterThan(10)
    return 'refused'
  } finally {
    // The processor's time, not the clock's: a busy machine is no failure.
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(SOON)
  }
}

/** What was read can be written, or is refused in words; what is written was read back first. */
function write(profiles: ReturnType<typeof huggingFaceProfiles>): void {
  const forms = [
    () => toHuggingFace(profiles, { version: 'v5' }),
    () => toHuggingFace(profiles, { version: 'legacy' }),
    () => toGguf(profiles, { architecture: 'qwen2' }),
  ]
  for (const form of forms) {
    try {
      form()
    } catch (error) {
      if (!RopeError.isInstance(error)) throw error
    }
  }
}

/** A config that was accepted is one that works. */
function checkConfig(config: Parameters<typeof computeFrequencies>[0]): void {
  expect(resolveConfig(config)).toEqual(config)
  expect(JSON.parse(JSON.stringify(config))).toEqual(config)
  const { inverseFrequencies, attentionFactor, softmaxScale } = computeFrequencies(config)
  expect(inverseFrequencies).toHaveLength(config.rotaryDim / 2)
  const all = [...inverseFrequencies, attentionFactor, softmaxScale]
  expect(all.every((number) => Number.isFinite(number))).toBe(true)
}

describe('the config parser', () => {
  test.each(Object.keys(REAL_CONFIGS))('%s is parsed or refused', (model) => {
    expect(['parsed', 'refused']).toContain(parse(REAL_CONFIGS[model], undefined))
  })

  test('any JSON value', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), value), pairing, (json, chosen) => {
        parse(json, chosen)
      }),
      { numRuns: 3000 },
    )
  })

  test('what was read is written, or refused in words', () => {
    fc.assert(
      fc.property(mutated, (json) => {
        let profiles: ReturnType<typeof huggingFaceProfiles>
        try {
          profiles = huggingFaceProfiles(json)
        } catch (error) {
          if (!RopeError.isInstance(error)) throw error
          return
        }
        // Heads as wide as any real one: writing computes every frequency several times.
        if (profiles.every(({ config }) => (config?.headDim ?? 0) <= 256)) write(profiles)
      }),
      { numRuns: 150 },
    )
  })

  test('any value at all, since callers may pass what no JSON holds', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSparseArray: true,
      withTypedArray: true,
    })
    const config = fc.dictionary(fc.constantFrom(...KEYS), anything, { maxKeys: 8 })
    fc.assert(
      fc.property(fc.oneof(anything, config), pairing, (input, chosen) => {
        parse(input, chosen)
      }),
      { numRuns: 3000 },
    )
  })

  test('real configs with something changed; both outcomes occur', () => {
    const seen = { parsed: 0, refused: 0 }
    fc.assert(
      fc.property(mutated, pairing, (json, chosen) => {
        seen[parse(json, chosen)] += 1
      }),
      { numRuns: 3000 },
    )
    expect(seen.parsed).toBeGreaterThan(300)
    expect(seen.refused).toBeGreaterThan(300)
  })

  // What fuzzing has found, or would find only after a very long time.
  test.each([
    ['frequencies beyond the largest double', { rope_scaling: { type: 'linear', factor: 5e-324 } }],
    ['a base next to 0', { head_dim: 128, rope_theta: 5e-324 }],
    ['a base next to infinity', { head_dim: 128, rope_theta: 1.7e308 }],
    ['a BigInt in a list', { local_rope_theta: [], rope_local_base_freq: [{ '': 0n }] }],
    ['half of a head of odd size', { head_dim: 9, partial_rotary_factor: 0.5 }],
    ['a name every object has as rope type', { rope_scaling: { rope_type: 'constructor' } }],
    ['a name every object has as model type', { model_type: '__proto__' }],
  ])('%s', (_, changes) => {
    expect(['parsed', 'refused']).toContain(parse({ ...SMALL_LLAMA, ...changes }, undefined))
  })

  test('values nested deeper than any stack', () => {
    const depth = 100_000
    const list: unknown = JSON.parse('['.repeat(depth) + ']'.repeat(depth))
    const object: unknown = JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)
    for (const deep of [list, object]) {
      parse(deep, undefined)
      for (const key of KEYS) {
        parse({ head_dim: 8, [key]: deep }, undefined)
        parse(
          { head_dim: 8, rope_scaling: { [key]: deep }, rope_parameters: { [key]: deep } },
          undefined,
        )
        parse({ head_dim: 8, text_config: { head_dim: 8, [key]: deep } }, undefined)
      }
    }
  })

  test('values of enormous size', () => {
    const list = Array.from({ length: 200_000 }, (_, index) => index)
    const text = 'x'.repeat(5_000_000)
    for (const key of KEYS) {
      parse({ ...SMALL_LLAMA, [key]: list }, undefined)
      parse({ ...SMALL_LLAMA, [key]: text }, undefined)
      parse({ ...SMALL_LLAMA, rope_parameters: { [key]: list } }, undefined)
      parse({ ...SMALL_LLAMA, rope_parameters: { [key]: text } }, undefined)
    }
  })
})

/** Keys of GGUF files, and names that objects have of their own. */
const GGUF_KEYS = [
  ...['rope.freq_base', 'rope.freq_base_swa', 'rope.dimension_count', 'rope.dimension_sections'],
  ...['rope.scaling.type', 'rope.scaling.factor', 'rope.scaling.original_context_length'],
  ...['rope.scaling.attn_factor', 'rope.scaling.alpha', 'rope.scaling.yarn_log_multiplier'],
  ...['attention.key_length', 'attention.key_length_swa', 'attention.sliding_window_pattern'],
  ...['attention.rope_pattern', 'attention.head_count', 'embedding_length', 'block_count'],
  ...['context_length', 'constructor', '__proto__'],
]

/** No head of 65536 channels in every other case: its frequencies take a while. */
const SMALL_NUMBERS = NUMBERS.filter((number) => number !== 65536)

describe('the GGUF reader', () => {
  test('any metadata and factor tensors; both outcomes occur', () => {
    const architecture = fc.constantFrom('llama', 'gemma3', 'qwen3vl', 'deepseek2', 'llama4', 'x')
    const item = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom<unknown>(...SMALL_NUMBERS, 64, 128, 10000) },
      { weight: 1, arbitrary: fc.constantFrom('none', 'linear', 'yarn', 'longrope', 5n) },
      { weight: 1, arbitrary: value },
    )
    const keys = fc.dictionary(fc.constantFrom(...GGUF_KEYS), item, { maxKeys: 6 })
    const factors = fc.dictionary(
      fc.constantFrom('rope_freqs.weight', 'rope_factors_long.weight', 'rope_factors_short.weight'),
      fc.float32Array({ minLength: 32, maxLength: 32 }),
      { maxKeys: 2 },
    )
    const seen = { parsed: 0, refused: 0 }
    fc.assert(
      fc.property(architecture, keys, fc.option(factors), (name, given, tensors) => {
        const common = { [`${name}.attention.key_length`]: 64, 'general.architecture': name }
        const own = Object.entries(given).map(([key, entry]) => [`${name}.${key}`, entry])
        try {
          const metadata = { ...common, ...Object.fromEntries(own) }
          const profiles = ggufProfiles({ metadata, tensors: tensors ?? {} })
          for (const { config } of profiles) if (config !== null) checkConfig(config)
          seen.parsed += 1
        } catch (error) {
          if (!RopeError.isInstance(error)) throw error
          seen.refused += 1
        }
      }),
      { numRuns: 500 },
    )
    expect(Math.min(seen.parsed, seen.refused)).toBeGreaterThan(50)
  })
})

describe('the command', () => {
  test('rope inspect on any text: a result, or one line and exit code 2', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      mutated.map((json) => JSON.stringify(json)),
    )
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (stdin, json) => {
        const argv = json ? ['inspect', '-', '--json'] : ['inspect', '-']
        const { code, stdout, stderr } = await rope(argv, { stdin })
        if (code === 0) {
          expect(stderr).toBe('')
          expect(stdout).toMatch(json ? /^\{/ : /^standard input, profile /)
          return
        }
        expect([code, stdout, lines(stderr).length]).toEqual([2, '', 1])
        expect(stderr).toMatch(/^rope: standard input/)
      }),
      { numRuns: 500 },
    )
  })

  test('rope convert on any MLX arguments: a result, or one line and exit code 2', async () => {
    const keys = ['dims', 'head_dim', 'traditional', 'base', 'scale', 'freqs', 'mscale']
    const rope8 = { dims: 8, traditional: true, base: 10000, scale: 1, freqs: null, mscale: 1 }
    const json = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 3 })
    await fc.assert(
      fc.asyncProperty(json, async (changes) => {
        const stdin = JSON.stringify({ ...rope8, ...changes })
        const { code, stderr } = await rope(['convert', '-', '--to', 'v5'], { stdin })
        if (code !== 0) expect([code, lines(stderr).length]).toEqual([2, 1])
      }),
      { numRuns: 200 },
    )
  })

  test('rope apply on a damaged file: a result, or one line, exit code 2 and no output', async () => {
    const shape = [1, 3, 2, 8]
    const input = tensorFile([tensor('q', 'F32', shape), tensor('k', 'BF16', shape)])
    const config = configFile(SMALL_LLAMA)
    const whole = new Uint8Array(readFileSync(input))
    const headerLength = new DataView(whole.buffer).getUint32(0, true)
    const output = join(dirname(input), 'out.safetensors')
    // Damage to the payload goes unnoticed, so most of it is aimed at the header.
    const place = fc.oneof(
      { weight: 1, arbitrary: fc.nat(7) },
      { weight: 6, arbitrary: fc.nat(7 + headerLength) },
      { weight: 1, arbitrary: fc.nat(whole.length - 1) },
    )
    const damage = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 255 })), { maxLength: 4 })
    const codes = new Set<number>()
    await fc.assert(
      fc.asyncProperty(damage, fc.option(fc.nat(whole.length)), async (changes, cut) => {
        const bytes = whole.slice(0, cut ?? whole.length)
        for (const [index, byte] of changes) if (index < bytes.length) bytes[index] = byte
        writeFileSync(input, bytes)
        const argv = ['apply', '--config', config, '--in', input, '--out', output]
        const { code, stdout, stderr } = await rope(argv)
        codes.add(code)
        expect(new Uint8Array(readFileSync(input))).toEqual(bytes)
        if (code === 0) {
          expect(readFileSync(output)).toHaveLength(bytes.length)
        } else {
          expect([code, stdout, lines(stderr).length]).toEqual([2, '', 1])
          expect(stderr).toMatch(/^rope: /)
        }
        const left = readdirSync(dirname(input)).filter((name) => name.endsWith('.tmp'))
        expect(left).toEqual([])
      }),
      { numRuns: 400 },
    )
    expect([...codes].sort()).toEqual([0, 2])
  })
})
