/**
 * The pairing of a trained model is told from its weights, that of weights without one is not.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { PairingName } from '../../src/contract/pairing.js'
import { parseSafetensors, tensorData } from '../../src/models/safetensors/parse.js'
import { permutePairing } from '../../src/weights/permute-pairing.js'
import { type VerifyPairingOptions, verifyPairing } from '../../src/weights/verify-pairing.js'

/** Normally distributed numbers, the same in every run. */
function normal(seed: number): () => number {
  let state = seed
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

const SHAPE = { headDim: 32, columns: 16 }

/**
 * A projection whose pairs differ in length by sd 0.5 and a trend, and whose two rows of a fast
 * pair differ by `within`; slow pairs have rows of any length.
 */
function synthetic(
  heads: number,
  pairing: PairingName,
  within: number,
  random: () => number,
): Float32Array {
  const { headDim, columns } = SHAPE
  const weights = new Float32Array(heads * headDim * columns)
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < headDim / 2; i++) {
      const energy = 0.5 * random() - i / 16
      for (const member of [0, 1]) {
        const channel = pairing === 'half' ? i + member * 16 : 2 * i + member
        const own = energy + within * random() + (i < 8 ? 0 : 1.5 * random())
        const start = (head * headDim + channel) * columns
        for (let x = 0; x < columns; x++) weights[start + x] = Math.exp(own / 2) * random()
      }
    }
  }
  return weights
}

describe('synthetic weights', () => {
  test.each<[PairingName, number]>([
    ['half', 0.1],
    ['half', 0.25],
    ['interleaved', 0.1],
    ['interleaved', 0.25],
  ])('%s, rows of a pair that differ by %f', (pairing, within) => {
    const random = normal(7)
    for (let trial = 0; trial < 25; trial++) {
      const [wq, wk] = [
        synthetic(16, pairing, within, random),
        synthetic(4, pairing, within, random),
      ]
      const verdict = verifyPairing(wq, wk, SHAPE)
      expect(verdict.pairing).toBe(pairing)
      expect(verdict.confidence).toBeGreaterThanOrEqual(0.999)
    }
  })

  test('without a pairing there is no verdict', () => {
    const random = normal(3)
    const make = (heads: number): Float32Array =>
      Float32Array.from({ length: heads * 32 * 16 }, random)
    const verdicts = Array.from({ length: 100 }, () => verifyPairing(make(16), make(4), SHAPE))
    // At a level of 0.001, more than 2 in 100 have a chance of 1.5e-4; this seed has none.
    expect(verdicts.filter(({ pairing }) => pairing !== null)).toEqual([])
  })

  test('pairs within a window, and lists of layers', () => {
    const random = normal(5)
    const inner = Array.from({ length: 3 }, () => synthetic(8, 'interleaved', 0.1, random))
    // 8 channels before the window that do not rotate.
    const widened = inner.map((weights) =>
      Array.from({ length: 8 }, (_, head) => [
        ...Array.from({ length: 8 * 16 }, () => 3 * random()),
        ...weights.slice(head * 512, (head + 1) * 512),
      ]).flat(),
    )
    const options = { headDim: 40, columns: 16, windowOffset: 8 }
    const verdict = verifyPairing(widened, widened.slice(1), options)
    expect(verdict.pairing).toBe('interleaved')
    expect(verdict.evidence.heads).toBe(40)
  })
})

describe('a trained model', () => {
  const path = new URL('../../../../apps/tinystories/model/model.safetensors', import.meta.url)
  const file = parseSafetensors(new Uint8Array(readFileSync(fileURLToPath(path))))
  const weights = (part: 'q' | 'k', to: PairingName): readonly Float32Array[] =>
    Array.from({ length: 5 }, (_, layer) => {
      const name = `model.layers.${layer}.self_attn.${part}_proj.weight`
      const heads = part === 'q' ? 8 : 4
      return permutePairing(tensorData(file, name) as Float32Array, {
        ...{ from: 'half', to, heads, headDim: 8 },
      })
    })
  const shape = { headDim: 8, columns: 64 }

  test.each<PairingName>(['half', 'interleaved'])('is told when its weights are %s', (pairing) => {
    const { evidence, ...verdict } = verifyPairing(
      weights('q', pairing),
      weights('k', pairing),
      shape,
    )
    expect(verdict.pairing).toBe(pairing)
    expect(verdict.confidence).toBeGreaterThan(1 - 1e-7)
    expect(evidence.heads).toBe(60)
    expect(evidence[pairing]).toBeLessThan(evidence.unrelated / 2)
  })

  test.each<PairingName>(['half', 'interleaved'])('single layers, %s: right or null', (pairing) => {
    const [q, k] = [weights('q', pairing), weights('k', pairing)]
    const verdicts = q.map((wq, layer) => verifyPairing(wq, k[layer] ?? [], shape).pairing)
    const other = pairing === 'half' ? 'interleaved' : 'half'
    expect(verdicts).not.toContain(other)
  })
})

test.each<[Partial<VerifyPairingOptions>, RegExp]>([
  [{ headDim: 4 }, /headDim is 4/],
  [{ columns: 3 }, /weights.length/],
  [{ rotaryDim: 9 }, /rotaryDim is 9/],
  [{ headDim: 32, columns: 16 }, /heads is 2/],
])('%j is refused', (change, message) => {
  const weights = new Float32Array(512)
  const options = { headDim: 8, columns: 64, ...change }
  expect(() => verifyPairing(weights, weights, options)).toThrow(message)
})
