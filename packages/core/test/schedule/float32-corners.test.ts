/**
 * Float32 twins where an if or a rounding decides, each against its own steps: every operation of
 * the Python code rounded once, in its order. And what a zero means to YaRN.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { computeFrequencies, type RopeOptions, resolveConfig } from '../../src/config/config.js'
import type { Frequencies } from '../../src/schedule/schedule.js'

/** Made by tooling/golden/pixel.py. */
const recorded = JSON.parse(
  readFileSync(new URL('recorded-pixel.json', import.meta.url), 'utf8'),
) as {
  readonly cases: readonly {
    readonly maxFrequency: number
    readonly pairs: number
    readonly frequencies: readonly number[]
  }[]
}

const f = Math.fround

function compute(schedule: RopeOptions['schedule'], pairs: number, length?: number): Frequencies {
  return computeFrequencies(
    resolveConfig({ headDim: 2 * pairs, pairing: 'half', schedule }),
    length,
  )
}

const plain = (base: number, pairs: number): number[] =>
  Array.from({ length: pairs }, (_, i) => f(1 / f(f(base) ** f((2 * i) / (2 * pairs)))))

describe('llama3 with equal factors', () => {
  const step = (factors: number, original: number): RopeOptions['schedule'] => ({
    ...{ type: 'llama3', base: 5e5, factor: 16 },
    ...{ lowFreqFactor: factors, highFreqFactor: factors },
    originalMaxPositionEmbeddings: original,
  })

  test.each([
    [1, 8192],
    [4, 8192],
    [2.5, 1000],
  ])(
    'factors of %d: a pair is kept up to the wavelength, divided beyond it',
    (factors, original) => {
      const { float32Frequencies } = compute(step(factors, original), 64)
      const expected = plain(5e5, 64).map((frequency) => {
        const wavelength = f(f(1 / frequency) * f(2 * Math.PI))
        return wavelength > f(original / factors) ? f(frequency / 16) : frequency
      })
      expect([...float32Frequencies]).toEqual(expected)
      const divided = expected.filter((frequency, i) => frequency !== plain(5e5, 64)[i])
      expect(divided.length).toBeGreaterThan(10)
      expect(divided.length).toBeLessThan(60)
    },
  )

  test('a wavelength of exactly the limit is kept, and nothing is divided by zero', () => {
    // The first pair turns once in 2 pi, which float32 has as 6.2831854820251465.
    const { float32Frequencies, inverseFrequencies } = compute(step(1, f(2 * Math.PI)), 4)
    expect([...float32Frequencies]).toEqual([
      1,
      ...plain(5e5, 4)
        .slice(1)
        .map((frequency) => f(frequency / 16)),
    ])
    expect(inverseFrequencies[0]).toBe(1)
    expect(compute(step(1, 2 * Math.PI), 4).inverseFrequencies[0]).toBe(1)
    expect(inverseFrequencies[1]).toBeCloseTo(5e5 ** -0.25 / 16, 15)
  })
})

describe('dynamic with a factor that float32 has not', () => {
  test.each([
    ...[2049, 3911, 3913, 5000, 16384, 131072].map((length) => [length, 2048] as const),
    // A length that no power of two divides: here it matters which operation comes first.
    ...[3003, 3012, 3025, 3042].map((length) => [length, 3000] as const),
  ])('%d tokens of %d', (length, max) => {
    const schedule = {
      type: 'dynamic',
      base: 1e4,
      factor: 1.1,
      maxPositionEmbeddings: max,
    } as const
    const { float32Frequencies } = compute(schedule, 32, length)
    // factor * tensor / number - (factor - 1): the number in brackets is a double, rounded once.
    const stretch = f(f(f(f(1.1) * length) / max) - f(1.1 - 1))
    const base = f(1e4 * f(stretch ** (64 / 62)))
    const expected = Array.from({ length: 32 }, (_, i) => f(1 / f(base ** f((2 * i) / 64))))
    expect([...float32Frequencies]).toEqual(expected)
    expect(f(1.1 - 1)).not.toBe(f(f(1.1) - 1))
  })
})

test.each([2049, 3911, 16384])(
  'dynamic frozen at %d tokens: its base is a double',
  (frozenLength) => {
    const dynamic = {
      type: 'dynamic',
      base: 1e4,
      factor: 1.1,
      maxPositionEmbeddings: 2048,
    } as const
    const stretch = 1 + 1.1 * (frozenLength / 2048 - 1)
    const base = 1e4 * stretch ** (64 / 62)
    const frozen = compute({ ...dynamic, frozenLength }, 32, 7)
    expect([...frozen.float32Frequencies]).toEqual(plain(base, 32))
  },
)

describe('pixel, as torch.linspace makes it', () => {
  test.each(recorded.cases)('$pairs pairs up to $maxFrequency', (one) => {
    const { float32Frequencies } = compute(
      { type: 'pixel', maxFrequency: one.maxFrequency },
      one.pairs,
    )
    expect([...float32Frequencies]).toEqual(one.frequencies)
  })
})

describe('yarn with a zero', () => {
  const yarn = (more: object): Frequencies =>
    compute(
      {
        ...{ type: 'yarn', base: 1e4, factor: 8, originalMaxPositionEmbeddings: 4096 },
        ...more,
      } as RopeOptions['schedule'],
      32,
    )
  const g = (mscale: number): number => 0.1 * mscale * Math.log(8) + 1

  test.each<[object, number, number]>([
    [{}, g(1), 1],
    [{ mscale: 0, mscaleAllDim: 0 }, g(1), 1],
    [{ mscale: 0, mscaleAllDim: 0.5 }, g(1), 1],
    [{ mscale: 0.5, mscaleAllDim: 0 }, g(1), 1],
    [{ mscale: 0.5 }, g(1), 1],
    [{ mscaleAllDim: 0.5 }, g(1), 1],
    [{ mscale: 2, mscaleAllDim: 0.5 }, g(2) / g(0.5), 1],
    [{ mscale: 0, mscaleAllDim: 0.5, scaleSoftmax: true }, g(1), g(0.5) ** 2],
    [{ mscale: 0.5, mscaleAllDim: 0, scaleSoftmax: true }, g(1), 1],
    [{ mscale: 1, mscaleAllDim: 1, scaleSoftmax: true }, 1, g(1) ** 2],
    [{ scaleSoftmax: true }, g(1), 1],
    [{ extrapolationFactor: 0, mscaleCoefficient: 0 }, 1, 1],
  ])('%j', (more, attentionFactor, softmaxScale) => {
    const result = yarn(more)
    expect(result.attentionFactor).toBeCloseTo(attentionFactor, 15)
    expect(result.softmaxScale).toBeCloseTo(softmaxScale, 15)
  })

  test('no extrapolation at all is linear', () => {
    const linear = compute({ type: 'linear', base: 1e4, factor: 8 }, 32)
    expect(yarn({ extrapolationFactor: 0 }).inverseFrequencies).toEqual(linear.inverseFrequencies)
  })
})
