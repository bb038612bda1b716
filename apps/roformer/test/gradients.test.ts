/**
 * The gradients that training follows, jitted as it jits them, against central differences of the
 * same loss computed apart: on typed arrays, with the kernels of this project.
 */
import { jit, tree } from '@jax-js/jax'
import { createRope } from '@rope/core'
import { createJsBackend } from '@rope/js'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTrainedModel } from '../src/evaluation/trained-model.js'
import { makeFixtures, type Parameters } from '../src/model/forward.js'
import {
  headDimOf,
  type ModelOptions,
  POSITION_NAMES,
  TRAINED_SCHEDULE,
} from '../src/model/options.js'
import type { Weights } from '../src/model/parameters.js'
import type { Batch } from '../src/training/batches.js'
import {
  createTrainer,
  createTrainingRope,
  lossAndGradients,
  prepareTraining,
  toArrays,
  toParameters,
  toWeights,
} from '../src/training/trainer.js'
import { smallOptions, someBatch, someWeights } from './small.js'

beforeAll(prepareTraining)

/** Of a central difference: float32 losses are rounded by 2^-24 or so, which it magnifies by 2^7. */
const STEP = 2 ** -8

/** The loss on typed arrays. */
function lossOf(options: ModelOptions, weights: Weights, { ids, places, targets }: Batch): number {
  const config = {
    headDim: headDimOf(options),
    pairing: 'half',
    schedule: TRAINED_SCHEDULE,
  } as const
  const rope = createRope(config, { backend: createJsBackend(), layout: 'thd' })
  const model = createTrainedModel(options, weights, rope)
  const guesses = places.length / 2
  const all = [0, 1].flatMap((i) => [
    ...model.surprises(ids.subarray(i * options.tokens, (i + 1) * options.tokens), {
      places: places.subarray(i * guesses, (i + 1) * guesses),
      targets: targets.subarray(i * guesses, (i + 1) * guesses),
    }),
  ])
  return all.reduce((sum, loss) => sum + loss, 0) / all.length
}

function gradientsOf(options: ModelOptions, weights: Weights, batch: Batch): Weights {
  const fixtures = makeFixtures(options, createTrainingRope(options))
  const run = jit((parameters: Parameters, arrays: ReturnType<typeof toArrays>) =>
    lossAndGradients(parameters, arrays, fixtures),
  )
  const [value, gradients] = run(toParameters(weights), toArrays(batch, options))
  value.dispose()
  const numbers = toWeights(gradients)
  tree.dispose(gradients)
  return numbers
}

/** (loss(w + h) - loss(w - h)) / 2 h of one number of a weight. */
function centralDifference(
  options: ModelOptions,
  weights: Weights,
  batch: Batch,
  [name, at]: readonly [string, number],
): number {
  const moved = [STEP, -STEP].map((change) => {
    const { shape, data } = weights[name] as Weights[string]
    const changed = data.slice()
    changed[at] = (changed[at] as number) + change
    return lossOf(options, { ...weights, [name]: { shape, data: changed } }, batch)
  }) as [number, number]
  return (moved[0] - moved[1]) / (2 * STEP)
}

const MODELS: readonly (readonly [string, ModelOptions])[] = [
  ...POSITION_NAMES.map((name) => [`post-norm, ${name}`, smallOptions(name)] as const),
  [
    'pre-norm, causal, scaled embeddings',
    smallOptions('rope', { norm: 'pre', causal: true, embeddingScale: Math.sqrt(8) }),
  ],
  ['linear attention', smallOptions('rope', { norm: 'pre', causal: true, attention: 'linear' })],
  ['linear attention that sees all', smallOptions('rope', { attention: 'linear' })],
]

describe.each(MODELS)('%s', (_, options) => {
  const weights = someWeights(options)
  const batch = someBatch(options)

  test('the loss of training is the loss on typed arrays', () => {
    const trainer = createTrainer(options, weights)
    // Two chains of float32 sums of at most 32 terms of size 1.
    expect(trainer.measure(batch)).toBeCloseTo(lossOf(options, weights, batch), 4)
    trainer.dispose()
  })

  test('every weight has its gradient', () => {
    const gradients = gradientsOf(options, weights, batch)
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(weights).sort())
    for (const [name, { data }] of Object.entries(gradients)) {
      // The number whose gradient is largest, and one of the others.
      const largest = data.reduce(
        (most, g, i) => (Math.abs(g) > Math.abs(data[most] as number) ? i : most),
        0,
      )
      for (const at of [largest, Math.floor(data.length / 3)]) {
        const gradient = data[at] as number
        const expected = centralDifference(options, weights, batch, [name, at])
        const scale = 1 + Math.abs(gradient)
        expect.soft(Math.abs(gradient - expected) / scale, `${name}[${at}]`).toBeLessThan(1e-3)
      }
    }
  })
})
