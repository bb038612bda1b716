/**
 * Variants start from the same weights and see the same batches and masks, whatever their positions;
 * and linear attention is the formula of the paper.
 */
import { init, numpy as np, tree } from '@jax-js/jax'
import { createJaxRope } from '@rope/jax'
import { beforeAll, describe, expect, test } from 'vitest'
import { linearAttention } from '../src/model/forward.js'
import { POSITION_NAMES } from '../src/model/options.js'
import { firstWeights, POSITION_TABLE } from '../src/model/parameters.js'
import { createRandom } from '../src/random.js'
import { addBatch, createFingerprint, weightsFingerprint } from '../src/runs/fingerprint.js'
import { RECIPES, rateAt } from '../src/runs/recipe.js'
import { MASK } from '../src/text/tokenizer.js'
import { causalBatches, guessesIn, maskedBatches } from '../src/training/batches.js'
import { prepareTraining } from '../src/training/trainer.js'

beforeAll(prepareTraining)

const text = Uint16Array.from({ length: 5000 }, (_, i) => 2 + ((i * i) % 97))
const size = { sequences: 8, tokens: 40 }

describe('by fingerprint', () => {
  const fingerprintOf = (seed: number, purpose = 'training'): string => {
    const next = maskedBatches(text, size, 100, { seed, purpose })
    const fingerprint = createFingerprint()
    for (let i = 0; i < 5; i++) addBatch(fingerprint, next())
    return fingerprint.digits()
  }

  test('weights are the same for all kinds of positions, and others for another seed', () => {
    const { model } = RECIPES.mlm
    const all = POSITION_NAMES.map((positions) =>
      weightsFingerprint(firstWeights({ ...model, positions, vocabulary: 64 }, 1)),
    )
    expect(new Set(all).size).toBe(1)
    const other = firstWeights({ ...model, positions: 'rope', vocabulary: 64 }, 2)
    expect(weightsFingerprint(other)).not.toBe(all[0])
  })

  test('only learned positions have a table', () => {
    const names = POSITION_NAMES.filter(
      (positions) =>
        POSITION_TABLE in firstWeights({ ...RECIPES.mlm.model, positions, vocabulary: 64 }, 1),
    )
    expect(names).toEqual(['learned'])
  })

  test('batches and masks are the same for one seed and purpose', () => {
    expect(fingerprintOf(1)).toBe(fingerprintOf(1))
    expect(new Set([fingerprintOf(1), fingerprintOf(2), fingerprintOf(1, 'heldOut')]).size).toBe(3)
  })
})

test('a masked batch hides what it asks for, four fifths of it by the mask', () => {
  const next = maskedBatches(text, size, 100, { seed: 1, purpose: 'training' })
  const plain = new Set<string>()
  for (let from = 0; from + size.tokens <= text.length; from++) {
    plain.add(text.subarray(from, from + size.tokens).join())
  }
  let [asked, masked, kept] = [0, 0, 0]
  for (let i = 0; i < 40; i++) {
    const { ids, places, targets } = next()
    expect(places).toHaveLength(size.sequences * guessesIn(size.tokens))
    const restored = ids.slice()
    places.forEach((place, guess) => {
      const at = Math.floor(guess / guessesIn(size.tokens)) * size.tokens + place
      asked += 1
      if (ids[at] === MASK) masked += 1
      if (ids[at] === targets[guess]) kept += 1
      restored[at] = targets[guess] as number
    })
    for (let sequence = 0; sequence < size.sequences; sequence++) {
      const tokens = restored.subarray(sequence * size.tokens, (sequence + 1) * size.tokens)
      expect(plain.has(tokens.join())).toBe(true)
    }
  }
  // Of 1,920 draws the shares stray by a hundredth or so; three times that is allowed.
  expect(masked / asked).toBeGreaterThan(0.77)
  expect(masked / asked).toBeLessThan(0.83)
  expect(kept / asked).toBeGreaterThan(0.07)
  expect(kept / asked).toBeLessThan(0.14)
})

test('a causal batch asks for the next token everywhere', () => {
  const { ids, targets } = causalBatches(text, size, { seed: 1, purpose: 'training' })()
  for (let i = 0; i + 1 < ids.length; i++) {
    if ((i + 1) % size.tokens > 0) expect(targets[i]).toBe(ids[i + 1])
  }
  expect(targets).toHaveLength(ids.length)
})

test('the rate rises, then falls to a twentieth', () => {
  const recipe = { ...RECIPES.mlm, steps: 1000, rate: 1, warmup: 100 }
  const rates = [1, 50, 100, 550, 1000].map((step) => rateAt(step, recipe))
  expect(rates).toEqual([0.01, 0.5, 1, 0.5, 0.05])
})

describe('linear attention', () => {
  const [tokens, headDim] = [7, 4]
  const rope = createJaxRope(
    { headDim, pairing: 'half', schedule: { type: 'default', base: 10000 } },
    { layout: 'bhsd' },
  )
  const random = createRandom(5, 'a test')
  const draw = (): number[][] =>
    Array.from({ length: tokens }, () => Array.from({ length: headDim }, random.normal))
  const [q, k, v] = [draw(), draw(), draw()]
  const phi = (x: number): number => (x > 0 ? x + 1 : Math.exp(x))

  /** x turned by the angles of a position. */
  const turned = (x: readonly number[], position: number): number[] => {
    const out = [...x]
    for (const i of [0, 1]) {
      const [cos, sin] = [Math.cos, Math.sin].map((f) => f(position * 10000 ** (-i / 2))) as [
        number,
        number,
      ]
      const [a, b] = [x[i] as number, x[i + 2] as number]
      out[i] = a * cos - b * sin
      out[i + 2] = b * cos + a * sin
    }
    return out
  }
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, x, i) => sum + x * (b[i] as number), 0)

  test.each([true, false])('is equation 19, causal %s', async (causal) => {
    await init('wasm')
    const rows = rope.rows({ tokens })
    const array = (x: number[][]): np.Array => np.array(x).reshape([1, 1, tokens, headDim])
    const visible = causal ? np.tri(tokens) : null
    const turn = (x: np.Array): np.Array => rope.rotate(x, tree.ref(rows))
    const actual = linearAttention(array(q), array(k), array(v), turn, visible).dataSync()
    q.forEach((query, m) => {
      const features = query.map(phi)
      const seen = causal ? m + 1 : tokens
      const weights = k.slice(0, seen).map((key, n) => {
        const keyFeatures = key.map(phi)
        return [
          dot(turned(features, m), turned(keyFeatures, n)),
          dot(features, keyFeatures),
        ] as const
      })
      const denominator = weights.reduce((sum, [, plain]) => sum + plain, 0)
      expect(weights.every(([, plain]) => plain > 0)).toBe(true)
      for (let c = 0; c < headDim; c++) {
        const numerator = weights.reduce(
          (sum, [weight], n) => sum + weight * (v[n]?.[c] as number),
          0,
        )
        // Sums of at most seven float32 products of size 10, over one of size 20.
        expect(actual[m * headDim + c]).toBeCloseTo(numerator / denominator, 5)
      }
    })
  })
})
