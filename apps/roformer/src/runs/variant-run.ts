/**
 * The steps of one variant, one by one, and what it is measured on. Whoever drives it, in Node or in
 * a browser, decides when the next one is made; seed and recipe alone decide what it is.
 */
import type { Corpus } from '../text/encode-addresses.js'
import { type Batch, causalBatches, maskedBatches, type NextBatch } from '../training/batches.js'
import type { AsyncTrainer, Trainer } from '../training/trainer.js'
import { type Recipe, rateAt } from './recipe.js'
import type { LossAt } from './state.js'

/** Batches of a recipe's task. */
function batchesOf(
  { model, sequences }: Recipe,
  corpus: Corpus,
  part: 'training' | 'heldOut',
  seed: number,
): NextBatch {
  const size = { sequences, tokens: model.tokens }
  const source = { seed, purpose: part }
  if (model.causal) return causalBatches(corpus[part], size, source)
  return maskedBatches(corpus[part], size, corpus.tokenizer.size, source)
}

/** The batches that every variant and seed of a recipe is measured on. */
export function heldOutBatches(recipe: Recipe, corpus: Corpus): readonly Batch[] {
  return Array.from({ length: recipe.heldOutBatches }, batchesOf(recipe, corpus, 'heldOut', 0))
}

/** A step that was made: the loss before it, in nats, and what it learned from. */
export interface MadeStep {
  readonly loss: number
  readonly batch: Batch
}

/** A variant in training. */
export class VariantRun {
  readonly #recipe: Recipe
  readonly #trainer: Trainer | AsyncTrainer
  readonly #next: NextBatch
  readonly #measured: readonly Batch[]
  #steps = 0

  constructor(recipe: Recipe, seed: number, trainer: Trainer | AsyncTrainer, corpus: Corpus) {
    this.#recipe = recipe
    this.#trainer = trainer
    this.#next = batchesOf(recipe, corpus, 'training', seed)
    this.#measured = heldOutBatches(recipe, corpus)
  }

  /** Steps that have been made. */
  get steps(): number {
    return this.#steps
  }

  /** Makes the next step. */
  async step(): Promise<MadeStep> {
    this.#steps += 1
    const batch = this.#next()
    return { batch, loss: await this.#trainer.step(batch, rateAt(this.#steps, this.#recipe)) }
  }

  /** The mean loss of the held-out batches now. */
  async measure(): Promise<LossAt> {
    let sum = 0
    for (const batch of this.#measured) sum += await this.#trainer.measure(batch)
    return [this.#steps, sum / this.#measured.length]
  }
}
