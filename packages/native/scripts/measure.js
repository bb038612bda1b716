/**
 * A short measurement of what this package promises: ratios of medians in one run, contenders
 * interleaved (A B B A). Needs a built package. The benchmark package measures the same, and much
 * more, with more care; this one answers within half a minute while one works on the addon.
 *
 *     node scripts/measure.js [name ...]
 */
import { computeFrequencies, createRope, resolveConfig } from '@rope/core'
import { createRotationBuilder, expandPositions, makePlan, readPositions } from '@rope/core/backend'
import { createJsBackend } from '@rope/js'
import { createNativeBackend } from '@rope/native'

/** @typedef {import('@rope/core').DType} DType */
/** @typedef {import('@rope/core/backend').Backend} Backend */
/** @typedef {import('@rope/native').NativeBackend} NativeBackend */
/** @typedef {() => void} Call */

/** Llama 3 8B. */
const HEADS = /** @type {const} */ ([32, 8])
const HEAD_DIM = 128

const SAMPLE_MILLISECONDS = 1
const ROUNDS = 61

const one = createNativeBackend({ threads: 1 })
const all = createNativeBackend()

/**
 * @typedef {object} Shape
 * @property {number} tokens
 * @property {DType} [dtype]
 * @property {'half' | 'interleaved'} [pairing]
 * @property {'bshd' | 'bhsd'} [layout]
 * @property {boolean} [outOfPlace]
 * @property {boolean} [own] memory of the backend
 */

/**
 * @param {DType} dtype
 * @param {number} length
 */
function ordinary(dtype, length) {
  return dtype === 'float32' ? new Float32Array(length) : new Uint16Array(length)
}

/**
 * @param {NativeBackend} backend
 * @param {Shape} shape
 */
function tensorsOf(backend, { tokens, dtype = 'float32', layout = 'bshd', outOfPlace, own }) {
  /** @param {number} heads */
  const tensor = (heads) => ({
    data: own
      ? backend.allocate(dtype, tokens * heads * HEAD_DIM)
      : ordinary(dtype, tokens * heads * HEAD_DIM),
    shape: layout === 'bshd' ? [1, tokens, heads, HEAD_DIM] : [1, heads, tokens, HEAD_DIM],
    layout,
    dtype,
  })
  const [q, k] = [tensor(HEADS[0]), tensor(HEADS[1])]
  for (const { data } of [q, k]) data.fill(dtype === 'float32' ? 1 : 0x3c00)
  return outOfPlace ? { q, k, out: { q: tensor(HEADS[0]), k: tensor(HEADS[1]) } } : { q, k }
}

/** @param {'half' | 'interleaved'} pairing */
function configOf(pairing) {
  return resolveConfig({ headDim: HEAD_DIM, pairing, schedule: { type: 'default', base: 500000 } })
}

/**
 * A call of the kernel with rows that are there: what is left when positions do not change.
 * @param {NativeBackend} backend
 * @param {Shape} shape
 * @returns {Call}
 */
function rotation(backend, shape) {
  const config = configOf(shape.pairing ?? 'half')
  const { plan, views } = makePlan(config, tensorsOf(backend, shape), 'bshd')
  const builder = createRotationBuilder(config, computeFrequencies(config))
  const rows = builder.build(expandPositions(readPositions(0, 1), 1, shape.tokens, 1), 'float32')
  return backend.compile(plan).bind({ views, rotation: rows })
}

/**
 * A decode step through the public interface, at a new position each time.
 * @param {Backend} backend
 * @param {Shape} shape
 * @returns {Call}
 */
function decode(backend, shape) {
  const rope = createRope(configOf('half'), { backend, layout: 'bshd' })
  const bound = rope.bind(tensorsOf(one, shape))
  let position = 0
  return () => bound.rotate(position++ & 4095)
}

/**
 * @param {NativeBackend} backend
 * @param {Shape} shape
 * @param {number} repeat calls in one, so that the limit is that of memory
 * @returns {Call}
 */
function scale(backend, shape, repeat = 1) {
  const { q, k } = tensorsOf(backend, { ...shape, dtype: 'float32' })
  const arrays = /** @type {Float32Array[]} */ ([q.data, k.data])
  return () => backend.limits.scale(arrays, -1, repeat)
}

/**
 * @param {NativeBackend} backend
 * @param {Shape} shape
 * @param {number} repeat
 * @returns {Call}
 */
function copy(backend, shape, repeat = 1) {
  const { q, k, out } = tensorsOf(backend, { ...shape, outOfPlace: true })
  const sources = /** @type {Float32Array[]} */ ([q.data, k.data])
  const targets = /** @type {Float32Array[]} */ ([out?.q.data, out?.k.data])
  return () => backend.limits.copy(targets, sources, repeat)
}

/**
 * Nanoseconds per call, from one sample.
 * @param {Call} call
 * @param {number} count
 */
function sample(call, count) {
  const start = process.hrtime.bigint()
  for (let i = 0; i < count; i++) call()
  return Number(process.hrtime.bigint() - start) / count
}

/** @param {Call} call */
function countFor(call) {
  let count = 1
  while (sample(call, count) * count < SAMPLE_MILLISECONDS * 1e6) count *= 2
  return count
}

/**
 * @param {readonly number[]} values
 * @param {number} part 0.5 is the median
 */
function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN
}

/**
 * @typedef {object} Comparison
 * @property {number} a median, nanoseconds
 * @property {number} b
 * @property {number} ratio of the medians: how much faster a is
 * @property {number} undisturbed the same of the fastest tenths, for machines that do other work
 */

/**
 * Two calls, interleaved; `perCall` is how often the second does its work in one call.
 * @param {Call} a
 * @param {Call} b
 * @param {number} perCall
 * @returns {Comparison}
 */
function compare(a, b, perCall) {
  const counts = [countFor(a), countFor(b)]
  /** @type {[number[], number[]]} */
  const samples = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    for (const which of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const nanoseconds = sample(which === 0 ? a : b, counts[which] ?? 1)
      samples[which === 0 ? 0 : 1].push(which === 0 ? nanoseconds : nanoseconds / perCall)
    }
  }
  const [medianA, medianB] = [quantile(samples[0], 0.5), quantile(samples[1], 0.5)]
  const undisturbed = quantile(samples[1], 0.1) / quantile(samples[0], 0.1)
  return { a: medianA, b: medianB, ratio: medianB / medianA, undisturbed }
}

/**
 * One line each: two calls, and the ratio that is promised. A ratio is speed: above 1, the first
 * is faster.
 * @type {readonly { name: string, goal: string, perCall?: number, a: () => Call, b: () => Call }[]}
 */
const COMPARISONS = [
  {
    name: '4096 tokens, 1 thread : in-place scale',
    goal: '0.95',
    a: () => rotation(one, { tokens: 4096 }),
    b: () => scale(one, { tokens: 4096 }),
  },
  {
    name: '512 tokens, 1 thread : in-place scale',
    goal: '0.80',
    a: () => rotation(one, { tokens: 512 }),
    b: () => scale(one, { tokens: 512 }),
  },
  {
    name: '4096 tokens, all threads : in-place scale',
    goal: '0.90',
    a: () => rotation(all, { tokens: 4096 }),
    b: () => scale(all, { tokens: 4096 }),
  },
  {
    name: '32768 tokens, all threads : in-place scale',
    goal: '0.90',
    a: () => rotation(all, { tokens: 32768 }),
    b: () => scale(all, { tokens: 32768 }),
  },
  {
    name: 'decode, rows there : memcpy',
    goal: '-',
    perCall: 100,
    a: () => rotation(one, { tokens: 1 }),
    b: () => copy(one, { tokens: 1 }, 100),
  },
  {
    name: 'decode, rows there, own memory : memcpy',
    goal: '-',
    perCall: 100,
    a: () => rotation(one, { tokens: 1, own: true }),
    b: () => copy(one, { tokens: 1, own: true }, 100),
  },
  {
    name: 'decode, whole bound call (0.40 us) : memcpy',
    goal: '0.50',
    perCall: 100,
    a: () => decode(one, { tokens: 1 }),
    b: () => copy(one, { tokens: 1 }, 100),
  },
  {
    name: 'decode, whole, own memory (0.40 us) : memcpy',
    goal: '0.50',
    perCall: 100,
    a: () => decode(one, { tokens: 1, own: true }),
    b: () => copy(one, { tokens: 1, own: true }, 100),
  },
  {
    name: 'decode, whole bound call : @rope/js',
    goal: '-',
    a: () => decode(one, { tokens: 1 }),
    b: () => decode(createJsBackend(), { tokens: 1 }),
  },
  {
    name: '4096 tokens, bfloat16 : float32',
    goal: '1.80',
    a: () => rotation(one, { tokens: 4096, dtype: 'bfloat16' }),
    b: () => rotation(one, { tokens: 4096 }),
  },
  {
    name: '4096 tokens, float16 : float32',
    goal: '1.80',
    a: () => rotation(one, { tokens: 4096, dtype: 'float16' }),
    b: () => rotation(one, { tokens: 4096 }),
  },
  {
    name: 'decode, bfloat16 : float32',
    goal: '0.91',
    a: () => rotation(one, { tokens: 1, dtype: 'bfloat16' }),
    b: () => rotation(one, { tokens: 1 }),
  },
  {
    name: 'decode, float16 : float32',
    goal: '0.59',
    a: () => rotation(one, { tokens: 1, dtype: 'float16' }),
    b: () => rotation(one, { tokens: 1 }),
  },
  {
    name: 'decode, interleaved : half',
    goal: '0.91',
    a: () => rotation(one, { tokens: 1, pairing: 'interleaved' }),
    b: () => rotation(one, { tokens: 1 }),
  },
  {
    name: '4096 tokens, interleaved : half',
    goal: '0.91',
    a: () => rotation(one, { tokens: 4096, pairing: 'interleaved' }),
    b: () => rotation(one, { tokens: 4096 }),
  },
  {
    name: '512 tokens, bhsd : bshd',
    goal: '0.85',
    a: () => rotation(one, { tokens: 512, layout: 'bhsd' }),
    b: () => rotation(one, { tokens: 512 }),
  },
  {
    name: '4096 tokens, bhsd : bshd',
    goal: '0.85',
    a: () => rotation(one, { tokens: 4096, layout: 'bhsd' }),
    b: () => rotation(one, { tokens: 4096 }),
  },
  {
    name: '4096 tokens, out of place : memcpy',
    goal: '1.00',
    a: () => rotation(one, { tokens: 4096, outOfPlace: true }),
    b: () => copy(one, { tokens: 4096 }),
  },
]

/** @param {number} nanoseconds */
const time = (nanoseconds) =>
  nanoseconds < 1e5
    ? `${(nanoseconds / 1e3).toFixed(3)} us`
    : `${(nanoseconds / 1e6).toFixed(3)} ms`

const wanted = process.argv.slice(2)
for (const { name, goal, perCall = 1, a, b } of COMPARISONS) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue
  const result = compare(a(), b(), perCall)
  const columns = [
    name.padEnd(46),
    time(result.a).padStart(12),
    time(result.b).padStart(12),
    result.ratio.toFixed(2).padStart(7),
    result.undisturbed.toFixed(2).padStart(7),
  ]
  process.stdout.write(`${columns.join('')}   goal ${goal}\n`)
}
