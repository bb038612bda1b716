/**
 * How a trained model shares its attention out, seen from outside, where it can be known beforehand.
 */
import { createRope } from '@rope/core'
import { createJsBackend } from '@rope/js'
import { describe, expect, test } from 'vitest'
import { createTrainedModel, type TrainedModel } from '../src/evaluation/trained-model.js'
import { headDimOf, type ModelOptions, TRAINED_SCHEDULE } from '../src/model/options.js'
import { smallOptions, someBatch, someWeights } from './small.js'

function modelOf(options: ModelOptions): TrainedModel {
  const schedule = TRAINED_SCHEDULE
  const config = { headDim: headDimOf(options), pairing: 'half', schedule } as const
  const rope = createRope(config, { backend: createJsBackend(), layout: 'thd' })
  return createTrainedModel(options, someWeights(options), rope)
}

/** Tokens that differ in nothing but their place. */
const ALIKE = [5, 5, 5, 5, 5, 5]

/** One number per head: [query, key] of what `attention` gives. */
function shareAt(
  model: TrainedModel,
  ids: readonly number[],
  query: number,
  key: number,
): number[] {
  const { rows, columns, data } = model.attention(ids)
  return Array.from({ length: rows }, (_, r) => data[r * columns + query * ids.length + key] ?? 0)
}

describe('attention', () => {
  test('is shared out whole, in every layer and head', () => {
    const options = smallOptions('rope')
    const { ids } = someBatch(options)
    const { rows, columns, data } = modelOf(options).attention(ids.subarray(0, options.tokens))
    expect([rows, columns]).toEqual([options.layers * options.heads, options.tokens ** 2])
    for (let from = 0; from < data.length; from += options.tokens) {
      const shares = data.subarray(from, from + options.tokens)
      expect(Math.min(...shares)).toBeGreaterThan(0)
      // Six shares, each rounded to float32.
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6)
    }
  })

  test('to tokens that are all alike is even without positions, and looks back alone where causal', () => {
    for (const share of shareAt(modelOf(smallOptions('none')), ALIKE, 3, 5)) {
      expect(share).toBeCloseTo(1 / 6, 6)
    }
    const causal = modelOf(smallOptions('none', { causal: true }))
    for (const share of shareAt(causal, ALIKE, 3, 2)) expect(share).toBeCloseTo(1 / 4, 6)
    for (const share of shareAt(causal, ALIKE, 3, 4)) expect(share).toBe(0)
  })

  test('to tokens that are all alike depends on the distance alone with RoPE', () => {
    const model = modelOf(smallOptions('rope'))
    const relative = (query: number, key: number): number[] => {
      const own = shareAt(model, ALIKE, query, query)
      return shareAt(model, ALIKE, query, key).map((share, head) => share / (own[head] ?? 0))
    }
    const [near, far] = [relative(1, 3), relative(3, 5)]
    // A turn and its product are rounded a few times each.
    near.forEach((share, head) => expect(share).toBeCloseTo(far[head] ?? 0, 4))
    expect(near.some((share) => Math.abs(share - 1) > 1e-3)).toBe(true)
  })
})

test('logits say the same as surprises', () => {
  const options = smallOptions('rope')
  const model = modelOf(options)
  const { ids } = someBatch(options)
  const sequence = ids.subarray(0, options.tokens)
  const [surprise = 0] = model.surprises(sequence, { places: [4], targets: [7] })
  const { rows, columns, data } = model.logits(sequence, [4])
  expect([rows, columns]).toEqual([1, options.vocabulary])
  const powers = Array.from(data, Math.exp)
  const probability = (powers[7] ?? 0) / powers.reduce((sum, power) => sum + power, 0)
  expect(-Math.log(probability)).toBeCloseTo(surprise, 5)
})
