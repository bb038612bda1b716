/**
 * One variant, trained from its seed to its end, in this process.
 */
import type { ModelOptions, PositionName } from '../model/options.js'
import { firstWeights, type Weights } from '../model/parameters.js'
import type { Corpus } from '../text/encode-addresses.js'
import { createTrainer, prepareTraining, type Trainer } from '../training/trainer.js'
import { addBatch, createFingerprint, weightsFingerprint } from './fingerprint.js'
import type { Recipe } from './recipe.js'
import type { LossAt } from './state.js'
import { VariantRun } from './variant-run.js'

/** What one variant is. */
export interface VariantJob {
  readonly recipe: Recipe
  readonly positions: PositionName
  readonly seed: number
  /** No step begins after this time, in milliseconds of `Date.now()`. */
  readonly deadline?: number
  /** The step after which it is cut off; the recipe's last when absent. */
  readonly lastStep?: number
  /** Whether the trained model is wanted, and not only what came of it. */
  readonly keepModel?: boolean
}

/** How far a variant is. */
export interface Progress {
  readonly step: number
  /** The mean training loss of the last steps, in nats. */
  readonly training: number
  /** The held-out loss where it was measured. */
  readonly heldOut: LossAt | undefined
}

/** What came of a variant. */
export interface VariantResult {
  readonly positions: PositionName
  readonly seed: number
  /** Steps that were made: fewer than the recipe's where the deadline came first. */
  readonly steps: number
  readonly heldOut: readonly LossAt[]
  /** The loss of each of the first twenty steps, which a test makes again. */
  readonly firstLosses: readonly number[]
  /** The first weights, and the batches of the first twenty steps, as fingerprints. */
  readonly weights: string
  readonly batches: string
  readonly seconds: number
}

/** A variant at its end: what came of it, and the model. */
export interface TrainedVariant {
  readonly result: VariantResult
  readonly options: ModelOptions
  readonly weights: Weights
}

/** Steps between two reports. */
const REPORT_EVERY = 10

/** Steps whose losses and batches are recorded one by one. */
export const RECORDED_STEPS = 20

/** Trains a variant; what it reports is only looked at, never waited for. */
export async function trainVariant(
  job: VariantJob,
  corpus: Corpus,
  report: (progress: Progress) => void = () => {},
): Promise<TrainedVariant> {
  const { recipe, positions, seed } = job
  const started = Date.now()
  await prepareTraining()
  const options: ModelOptions = { ...recipe.model, positions, vocabulary: corpus.tokenizer.size }
  const weights = firstWeights(options, seed)
  const trainer = createTrainer(options, weights)
  const run = new Run(job, trainer, corpus, report)
  await run.toTheEnd()
  const trained = trainer.weights()
  trainer.dispose()
  const seconds = (Date.now() - started) / 1000
  const result = { positions, seed, ...run.result(), weights: weightsFingerprint(weights), seconds }
  return { result, options, weights: trained }
}

/** A variant on its way to its end, and what is recorded of it. */
class Run {
  readonly #job: VariantJob
  readonly #run: VariantRun
  readonly #report: (progress: Progress) => void
  readonly #heldOut: LossAt[] = []
  readonly #firstLosses: number[] = []
  readonly #batches = createFingerprint()

  constructor(
    job: VariantJob,
    trainer: Trainer,
    corpus: Corpus,
    report: (progress: Progress) => void,
  ) {
    this.#job = job
    this.#run = new VariantRun(job.recipe, job.seed, trainer, corpus)
    this.#report = report
  }

  async toTheEnd(): Promise<void> {
    const { recipe, deadline = Number.POSITIVE_INFINITY, lastStep = recipe.steps } = this.#job
    let recent = 0
    while (this.#run.steps < lastStep && Date.now() < deadline) {
      recent += await this.#step()
      const { steps } = this.#run
      if (steps % recipe.measureEvery === 0) this.#heldOut.push(await this.#run.measure())
      if (steps % REPORT_EVERY > 0) continue
      this.#report({ step: steps, training: recent / REPORT_EVERY, heldOut: this.#heldOut.at(-1) })
      recent = 0
      // Messages from outside are read between steps.
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (this.#heldOut.at(-1)?.[0] !== this.#run.steps) this.#heldOut.push(await this.#run.measure())
  }

  async #step(): Promise<number> {
    const { loss, batch } = await this.#run.step()
    if (this.#run.steps <= RECORDED_STEPS) {
      addBatch(this.#batches, batch)
      this.#firstLosses.push(loss)
    }
    return loss
  }

  result(): Pick<VariantResult, 'steps' | 'heldOut' | 'firstLosses' | 'batches'> {
    return {
      steps: this.#run.steps,
      heldOut: this.#heldOut,
      firstLosses: this.#firstLosses,
      batches: this.#batches.digits(),
    }
  }
}
