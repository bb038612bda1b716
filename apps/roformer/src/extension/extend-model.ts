/**
 * One schedule, before and after a short fine-tuning at the greatest length.
 */
import type { ModelOptions } from '../model/options.js'
import type { Weights } from '../model/parameters.js'
import type { Corpus } from '../text/encode-addresses.js'
import { causalBatches } from '../training/batches.js'
import { createTrainer, prepareTraining } from '../training/trainer.js'
import { drawWindows, LENGTHS, type LossesAt, measureLengths } from './measure-lengths.js'
import { type ExtensionName, extensionFor } from './schedules.js'

/** What is done with a schedule. */
export interface ExtensionJob {
  readonly name: ExtensionName
  readonly options: ModelOptions
  readonly weights: Weights
  readonly seed: number
  /** Steps of fine-tuning, of one sequence each. */
  readonly fineTuning: number
  /** Sequences that are measured. */
  readonly windows: number
}

/** What came of it. */
export interface ExtensionOutcome {
  readonly name: ExtensionName
  /** With the schedule for each length, and the weights as they were trained. */
  readonly before: readonly LossesAt[]
  /** With the schedule for the greatest length, after fine-tuning with it. */
  readonly after: readonly LossesAt[]
}

/** Of the rate that a model was trained with, a tenth. */
const FINE_TUNING_RATE = 2e-4

/** Measures a schedule, fine-tunes with it, and measures again. */
export async function extendModel(job: ExtensionJob, corpus: Corpus): Promise<ExtensionOutcome> {
  const { name, options, weights, windows: count } = job
  const windows = drawWindows(corpus.heldOut, count)
  const greatest = Math.max(...LENGTHS)
  const scheduleFor = (length: number): ReturnType<typeof extensionFor> =>
    extensionFor(name, options.tokens, length)
  const before = await measureLengths(options, weights, scheduleFor, windows)
  const tuned = await fineTune(job, corpus, greatest)
  const after = await measureLengths(options, tuned, () => scheduleFor(greatest), windows)
  return { name, before, after }
}

async function fineTune(
  { name, options, weights, seed, fineTuning }: ExtensionJob,
  corpus: Corpus,
  tokens: number,
): Promise<Weights> {
  await prepareTraining()
  const schedule = extensionFor(name, options.tokens, tokens)
  const trainer = createTrainer({ ...options, tokens }, weights, schedule)
  const next = causalBatches(
    corpus.training,
    { sequences: 1, tokens },
    { seed, purpose: 'fine-tuning' },
  )
  for (let step = 0; step < fineTuning; step++) trainer.step(next(), FINE_TUNING_RATE)
  const tuned = trainer.weights()
  trainer.dispose()
  return tuned
}
