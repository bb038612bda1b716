/**
 * The caches of ONNX and the periods of MLX with something changed: a config that gives the same
 * tables again, or a refusal.
 */
import assert from 'node:assert/strict'
import { fuzz } from '../../../../tooling/fuzz/fuzz.js'
import { copyOf, mutated, otherNumber } from '../../../../tooling/fuzz/mutate.js'
import { chance, pick, type Random, whole } from '../../../../tooling/fuzz/random.js'
import { computeFrequencies, resolveConfig } from '../../src/config/config.js'
import { RopeError } from '../../src/errors.js'
import { fromMlx, type MlxRope, toMlx } from '../../src/models/mlx/periods.js'
import { fromOnnx, type OnnxCaches, toOnnx } from '../../src/models/onnx/caches.js'
import { checkConfig } from './check-config.js'
import { OPTIONS } from './seeds.js'

const CONFIGS = OPTIONS.filter(({ axes }) => axes === null).map((options) =>
  resolveConfig({ ...options, headDim: 8, windowOffset: 0 }),
)

function writable<Table>(write: (config: (typeof CONFIGS)[number]) => Table): readonly Table[] {
  return CONFIGS.flatMap((config) => {
    try {
      return [write(config)]
    } catch (error) {
      if (RopeError.isInstance(error)) return []
      throw error
    }
  })
}

const CACHES: readonly OnnxCaches[] = writable((config) => {
  const { cosCache, sinCache } = toOnnx(config, { length: 12 })
  return { cosCache, sinCache, headDim: 8, pairing: config.pairing, rotaryDim: 8 }
}).filter((caches) => {
  try {
    fromOnnx(caches)
    return true
  } catch (error) {
    if (RopeError.isInstance(error)) return false
    throw error
  }
})
const PERIODS: readonly { readonly rope: MlxRope; readonly headDim: number }[] = writable(
  (config) => ({
    rope: toMlx(config),
    headDim: 8,
  }),
)

function changeArray(random: Random, list: unknown): void {
  if (!(list instanceof Float32Array) || list.length === 0 || !chance(random, 0.1)) return
  const at = whole(random, 0, list.length - 1)
  list[at] = otherNumber(random, list[at] as number)
}

fuzz('ONNX caches', {
  make: (random) => {
    const caches = chance(random, 0.5) ? copyOf(pick(random, CACHES)) : mutated(random, CACHES)
    changeArray(random, caches.cosCache)
    changeArray(random, caches.sinCache)
    return caches
  },
  check: (caches) => {
    const config = fromOnnx(caches)
    checkConfig(config)
    const pairs = config.rotaryDim / 2
    const { cosCache } = toOnnx(config, { length: caches.cosCache.length / pairs })
    const limit = 2 ** -21 * Math.max(1, Math.abs(caches.cosCache[0] as number))
    const isNear = cosCache.every(
      (cos, i) => Math.abs(cos - (caches.cosCache[i] as number)) <= limit,
    )
    assert.equal(isNear, true)
  },
})

fuzz('MLX periods', {
  make: (random) => {
    const given = mutated(random, PERIODS)
    changeArray(random, given.rope?.freqs)
    return given
  },
  check: ({ rope, headDim }) => {
    const config = fromMlx(rope, headDim)
    checkConfig(config)
    const again = fromMlx(toMlx(config), headDim)
    const [own, other] = [computeFrequencies(config), computeFrequencies(again)]
    own.inverseFrequencies.forEach((frequency, i) => {
      const distance = Math.abs(frequency - (other.inverseFrequencies[i] as number))
      if (distance > 2 ** -22 * Math.abs(frequency) + 1e-38) assert.deepEqual(other, own)
    })
  },
})
