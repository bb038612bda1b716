/**
 * One process per variant: jax's WebAssembly runs on one core, and two variants fill two.
 */
import { fork } from 'node:child_process'
import { RopeError } from '@rope/core'
import { type Measured, measureTrained } from '../evaluation/measure.js'
import { type ExtensionJob, type ExtensionOutcome, extendModel } from '../extension/extend-model.js'
import type { ModelOptions } from '../model/options.js'
import type { Weights } from '../model/parameters.js'
import { makeCorpus, readVocabularyFile } from '../text/corpus.js'
import {
  type Progress,
  trainVariant,
  type VariantJob,
  type VariantResult,
} from './train-variant.js'
import { heldOutBatches } from './variant-run.js'

/** A trained model, as it travels between processes. */
export interface Trained {
  readonly options: ModelOptions
  readonly weights: Weights
}

/** What came of a variant, with its held-out loss through `@rope/auto`. */
export interface VariantOutcome extends VariantResult {
  readonly measured: Measured
  /** The model itself, where the job asked for it. */
  readonly trained?: Trained
}

/** Trains a variant somewhere and tells how it goes. */
export type StartVariant = (
  job: VariantJob,
  report: (progress: Progress) => void,
) => Promise<VariantOutcome>

/** Extends a model somewhere. */
export type StartExtension = (job: ExtensionJob) => Promise<ExtensionOutcome>

/** What runs jobs. */
export interface Workers {
  readonly variant: StartVariant
  readonly extension: StartExtension
}

type Job =
  | { readonly kind: 'variant'; readonly job: VariantJob }
  | { readonly kind: 'extension'; readonly job: ExtensionJob }

type Message =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'outcome'; readonly outcome: unknown }

/** Workers in this very process. */
export function inThisProcess(dataFolder: string): Workers {
  const vocabulary = readVocabularyFile(dataFolder)
  return {
    async variant(job, report) {
      const corpus = makeCorpus(job.recipe.alphabet, vocabulary)
      const { result, ...trained } = await trainVariant(job, corpus, report)
      const { options, weights } = trained
      const batches = heldOutBatches(job.recipe, corpus)
      const measured = await measureTrained(options, weights, batches)
      return { ...result, measured, ...(job.keepModel === true ? { trained } : {}) }
    },
    extension: (job) => extendModel(job, makeCorpus('characters', vocabulary)),
  }
}

/**
 * Workers that are processes of their own.
 *
 * @param program the file of this program, which is run with the word `worker`
 */
export function inProcesses(program: string): Workers {
  return {
    variant: (job, report) =>
      runApart(program, { kind: 'variant', job }, report) as Promise<VariantOutcome>,
    extension: (job) =>
      runApart(program, { kind: 'extension', job }, () => {}) as Promise<ExtensionOutcome>,
  }
}

function runApart(
  program: string,
  job: Job,
  report: (progress: Progress) => void,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = fork(program, ['worker'], {
      // Weights are typed arrays, which JSON would spell out.
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    let answer: { readonly outcome: unknown } | undefined
    child.on('message', (message: Message) => {
      if (message.kind === 'progress') report(message.progress)
      else answer = message
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (answer !== undefined) resolve(answer.outcome)
      else reject(failure(job, code, signal))
    })
    child.send(job)
  })
}

function failure({ kind, job }: Job, code: number | null, signal: string | null): RopeError {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`
  const what = kind === 'variant' ? `variant ${job.positions}` : `schedule ${job.name}`
  return new RopeError(
    'BACKEND_FAILED',
    `the process of the ${what} ended early (${how}); what it wrote is above`,
  )
}

/** The other side: waits for a job, runs it, sends what comes of it. */
export async function serveAsWorker(dataFolder: string): Promise<void> {
  // Without the process that asked there is nobody to train for.
  process.once('disconnect', () => process.exit(1))
  const send = (message: Message): Promise<unknown> =>
    new Promise((resolve) => process.send?.(message, undefined, undefined, resolve))
  const { kind, job } = await new Promise<Job>((resolve) => process.once('message', resolve))
  const workers = inThisProcess(dataFolder)
  const report = (progress: Progress): void => void send({ kind: 'progress', progress })
  const outcome =
    kind === 'variant' ? await workers.variant(job, report) : await workers.extension(job)
  // A model takes more than one write: the channel is closed once it is through.
  await send({ kind: 'outcome', outcome })
  process.removeAllListeners('disconnect')
  process.disconnect()
}
