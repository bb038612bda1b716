/**
 * The recipes: everything that decides what a run trains, but for the kind of positions and the seed.
 */
import type { ModelOptions, PositionName } from '../model/options.js'
import type { Alphabet } from '../text/encode-addresses.js'

/** The tasks that compare kinds of positions, in the order in which they are recorded. */
export const COMPARED = ['mlm', 'pieces', 'lm'] as const

/** The tasks that there are recipes for. */
export type Task = (typeof COMPARED)[number] | 'extend'

/** How a model is made and trained. */
export interface Recipe {
  readonly task: Task
  readonly alphabet: Alphabet
  /** All but the kind of positions, and the vocabulary, which the text brings. */
  readonly model: Omit<ModelOptions, 'positions' | 'vocabulary'>
  /** Sequences in a batch. */
  readonly sequences: number
  readonly steps: number
  readonly rate: number
  /** Steps in which the rate rises from 0; after them it falls linearly to a twentieth. */
  readonly warmup: number
  /** The held-out loss is measured every so many steps, and at the end. */
  readonly measureEvery: number
  /** Batches that it is measured on, the same for every variant and seed. */
  readonly heldOutBatches: number
  /** What is compared, in the order of tables. */
  readonly variants: readonly PositionName[]
}

const SMALL = { layers: 2, width: 64, attention: 'softmax', causal: false } as const

/** As in BERT. */
const SMALL_WEIGHTS = { embeddingScale: 1, embeddingDeviation: 0.02, deviation: 0.02 } as const

/**
 * Products keep the size of what they are given (1 / sqrt(64)), and embeddings are brought to
 * deviation 1 by sqrt(width), as in the transformer paper: added positions of amplitude 1 are then as
 * large as what they are added to.
 */
const EVEN_WEIGHTS = { embeddingScale: 8, embeddingDeviation: 1 / 8, deviation: 1 / 8 } as const

const MEASURED = { measureEvery: 100, heldOutBatches: 16 } as const

/** By task. */
export const RECIPES: Readonly<Record<Task, Recipe>> = {
  // Masked characters (RoFormer, section 4), at sizes at which models with added positions learn, too.
  mlm: {
    task: 'mlm',
    alphabet: 'characters',
    model: { ...SMALL, heads: 2, tokens: 32, norm: 'pre', ...EVEN_WEIGHTS },
    ...{ sequences: 32, steps: 2000, rate: 2e-3, warmup: 200 },
    ...MEASURED,
    variants: ['none', 'learned', 'sinusoidal', 'rope'],
  },
  // A small post-LN BERT on pieces of words, where the others stay on the plateau.
  pieces: {
    task: 'pieces',
    alphabet: 'pieces',
    model: {
      ...SMALL,
      heads: 4,
      tokens: 64,
      norm: 'post',
      ...SMALL_WEIGHTS,
    },
    ...{ sequences: 16, steps: 1000, rate: 2e-3, warmup: 100 },
    ...MEASURED,
    variants: ['none', 'learned', 'sinusoidal', 'rope'],
  },
  // Linear attention over characters (RoFormer, equation 19).
  lm: {
    task: 'lm',
    alphabet: 'characters',
    model: {
      ...SMALL,
      ...{ heads: 4, tokens: 64, attention: 'linear', causal: true },
      norm: 'pre',
      ...SMALL_WEIGHTS,
    },
    ...{ sequences: 16, steps: 2000, rate: 2e-3, warmup: 100 },
    ...MEASURED,
    variants: ['none', 'learned', 'rope'],
  },
  // A causal model over characters, to be asked about sequences longer than it was trained on.
  extend: {
    task: 'extend',
    alphabet: 'characters',
    model: {
      ...SMALL,
      ...{ heads: 2, tokens: 128, causal: true },
      norm: 'pre',
      ...SMALL_WEIGHTS,
    },
    ...{ sequences: 8, steps: 1500, rate: 2e-3, warmup: 100 },
    ...MEASURED,
    variants: ['rope'],
  },
}

/** The learning rate of a step, counted from 1. */
export function rateAt(step: number, { steps, rate, warmup }: Recipe): number {
  if (step < warmup) return (rate * step) / warmup
  const left = (steps - step) / Math.max(1, steps - warmup)
  return rate * Math.max(0.05, left)
}
