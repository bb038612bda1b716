/**
 * GGUF metadata and factor tensors with something changed: profiles that can be used, and that
 * come back with the same numbers when they are written; or a refusal.
 */
import assert from 'node:assert/strict'
import { fuzz } from '../../../../tooling/fuzz/fuzz.js'
import { mutated, otherNumber } from '../../../../tooling/fuzz/mutate.js'
import { chance, pick, type Random, whole } from '../../../../tooling/fuzz/random.js'
import { computeFrequencies, resolveConfig } from '../../src/config/config.js'
import { RopeError } from '../../src/errors.js'
import { ggufProfiles } from '../../src/models/gguf/from-gguf.js'
import { toGguf } from '../../src/models/gguf/to-gguf.js'
import type { GgufRope } from '../../src/models/gguf/values.js'
import { writeGgufFile } from '../../src/models/gguf/write-file.js'
import type { RopeProfile } from '../../src/models/profile.js'
import { checkConfig } from './check-config.js'
import { OPTIONS } from './seeds.js'

const ARCHITECTURES = ['llama', 'qwen2', 'qwen3vl', 'phi3', 'deepseek2', 'gemma3']

/** What `toGguf` writes for every config that it can write, and keys it does not write. */
const SEEDS: readonly GgufRope[] = OPTIONS.flatMap((options) =>
  ARCHITECTURES.flatMap((architecture): GgufRope[] => {
    try {
      const config = resolveConfig({ ...options, headDim: 8, windowOffset: 0 })
      const { metadata, tensors } = toGguf(config, { architecture })
      return [{ metadata: { ...metadata, [`${architecture}.block_count`]: 12 }, tensors }]
    } catch (error) {
      if (RopeError.isInstance(error)) return []
      throw error
    }
  }),
).concat(
  ARCHITECTURES.map((name) => ({
    metadata: {
      'general.architecture': name,
      [`${name}.attention.key_length`]: 8,
      [`${name}.attention.key_length_swa`]: 8,
      [`${name}.rope.freq_base`]: 10000,
      [`${name}.rope.freq_base_swa`]: 1000,
      [`${name}.rope.dimension_count`]: 8,
      [`${name}.rope.dimension_sections`]: [2, 1, 1, 0],
      [`${name}.attention.sliding_window`]: 512,
      [`${name}.attention.sliding_window_pattern`]: [true, false, true],
      [`${name}.attention.head_count`]: 4,
      [`${name}.embedding_length`]: 32,
      [`${name}.context_length`]: 4096,
      [`${name}.block_count`]: 3,
    },
    tensors: { 'rope_freqs.weight': Float32Array.of(1, 1, 2, 4) },
  })),
)

/** Factor tensors are typed arrays, which the general changes leave alone. */
function changeTensors(random: Random, { tensors }: GgufRope): void {
  const list = Object.values(tensors ?? {}).filter((data) => data instanceof Float32Array)
  if (list.length === 0 || !chance(random, 0.2)) return
  const data = pick(random, list)
  const at = whole(random, 0, data.length - 1)
  data[at] = otherNumber(random, data[at] as number)
}

function checkRoundTrip(profiles: readonly RopeProfile[], architecture: unknown): void {
  try {
    const output = toGguf(profiles, { architecture: String(architecture) })
    writeGgufFile(output.metadata, output.tensors)
    const back = ggufProfiles(output)
    profiles.forEach(({ config }, i) => {
      const read = back[i]?.config ?? null
      if (config === null || read === null) return
      const [own, other] = [computeFrequencies(config), computeFrequencies(read)]
      own.inverseFrequencies.forEach((frequency, pair) => {
        const distance = Math.abs(frequency - (other.inverseFrequencies[pair] as number))
        if (distance > 1e-6 * Math.abs(frequency)) assert.deepEqual(other, own)
      })
    })
  } catch (error) {
    if (!RopeError.isInstance(error)) throw error
  }
}

fuzz('GGUF metadata', {
  make: (random) => {
    const file = mutated(random, SEEDS)
    if (typeof file.tensors === 'object' && file.tensors !== null) changeTensors(random, file)
    return file
  },
  check: (file, random) => {
    const profiles = ggufProfiles(file)
    assert.ok(profiles.length > 0)
    if (!chance(random, 1 / 8)) return
    for (const { config } of profiles) if (config !== null) checkConfig(config)
    checkRoundTrip(profiles, file.metadata['general.architecture'])
  },
})
