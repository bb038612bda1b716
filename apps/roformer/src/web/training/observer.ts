/**
 * What a model makes of sentences with gaps: its guesses, and where its heads look. The weights run
 * on typed arrays, and `@rope/auto` turns q and k.
 */
import { createRope } from '@rope/auto'
import type { Matrix } from '../../evaluation/matrix.js'
import { createTrainedModel } from '../../evaluation/trained-model.js'
import { headDimOf, type ModelOptions, TRAINED_SCHEDULE } from '../../model/options.js'
import type { Weights } from '../../model/parameters.js'
import { NEAR, shareWithin } from '../heads/distances.js'
import type { Guess, Reading } from './messages.js'
import { BEST } from './reading.js'
import type { MaskedSentence } from './sentences.js'

/** Reads every sentence with the weights of a model. */
export type Observe = (weights: Weights) => readonly Reading[]

/**
 * Makes an observer of models with these options.
 *
 * @param show a token for people
 */
export async function createObserver(
  options: ModelOptions,
  sentences: readonly MaskedSentence[],
  show: (token: number) => string,
): Promise<Observe> {
  const schedule = TRAINED_SCHEDULE
  const config = { headDim: headDimOf(options), pairing: 'half', schedule } as const
  const rope = await createRope(config, { layout: 'thd' })
  return (weights) => {
    const model = createTrainedModel(options, weights, rope)
    return sentences.map(({ ids, places }) => {
      const logits = model.logits(ids, places)
      const guesses = places.map((_, row) => bestGuesses(logits, row, show))
      const { rows, data } = model.attention(ids)
      const shares = { heads: rows, tokens: ids.length, data }
      const near = Array.from({ length: rows }, (_, head) => shareWithin(shares, head, NEAR))
      return { guesses, attention: data, near }
    })
  }
}

/** The likeliest tokens of a row of logits, with their softmax. */
function bestGuesses(logits: Matrix, row: number, show: (token: number) => string): Guess[] {
  const { columns, data } = logits
  const values = data.subarray(row * columns, (row + 1) * columns)
  const most = values.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY)
  const powers = Float64Array.from(values, (value) => Math.exp(value - most))
  const sum = powers.reduce((total, power) => total + power, 0)
  return Array.from(powers.keys())
    .sort((a, b) => (powers[b] as number) - (powers[a] as number))
    .slice(0, BEST)
    .map((token) => ({ text: show(token), probability: (powers[token] as number) / sum }))
}
