/**
 * One process per variant: jax's WebAssembly runs on one core, and two variants fill two.
 */
import { fork } from 'node:child_process'
import { RopeError } from '@rope/core'
import { type Measured, measureTrained } from '../evaluation/measure.js'
import type { ModelOptions } from '../model/options.js'
import type { Weights } from '../model/parameters.js'
import { makeCorpus, readVocabularyFile } from '../text/corpus.js'
import {
  heldOutBatches,
  type Progress,
  trainVariant,
  type VariantJob,
  type VariantResult,
} from './train-variant.js'

/** What came of a variant, with its held-out loss through `@rope/auto`. */
export interface VariantOutcome extends VariantResult {
  readonly measured: Measured
}

/** Trains a variant somewhere and tells how it goes. */
export type StartVariant = (
  job: VariantJob,
  report: (progress: Progress) => void,
) => Promise<VariantOutcome>

type Message =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'outcome'; readonly outcome: VariantOutcome }

/** Trains and measures a variant in this process. */
export async function runVariant(
  job: VariantJob,
  report: (progress: Progress) => void,
  dataFolder: string,
): Promise<VariantOutcome> {
  const corpus = makeCorpus(job.recipe.alphabet, readVocabularyFile(dataFolder))
  const { result, options, weights } = await trainVariant(job, corpus, report)
  return { ...result, measured: await measured(options, weights, job, corpus) }
}

function measured(
  options: ModelOptions,
  weights: Weights,
  { recipe }: VariantJob,
  corpus: Parameters<typeof heldOutBatches>[1],
): Promise<Measured> {
  return measureTrained(options, weights, heldOutBatches(recipe, corpus))
}

/**
 * Starts variants in processes of their own.
 *
 * @param program the file of this program, which is run with the word `worker`
 */
export function inProcesses(program: string): StartVariant {
  return (job, report) =>
    new Promise((resolve, reject) => {
      const child = fork(program, ['worker'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      let outcome: VariantOutcome | undefined
      child.on('message', (message: Message) => {
        if (message.kind === 'progress') report(message.progress)
        else outcome = message.outcome
      })
      child.on('error', reject)
      child.on('close', (code, signal) => {
        if (outcome !== undefined) resolve(outcome)
        else reject(failure(job, code, signal))
      })
      child.send(job)
    })
}

function failure({ positions }: VariantJob, code: number | null, signal: string | null): RopeError {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`
  return new RopeError(
    'BACKEND_FAILED',
    `the process that trained the variant ${positions} ended early (${how}); what it wrote is above`,
  )
}

/** The other side: waits for a job, runs it, sends what comes of it. */
export async function serveAsWorker(dataFolder: string): Promise<void> {
  // Without the process that asked there is nobody to train for.
  process.once('disconnect', () => process.exit(1))
  const send = (message: Message): void => void process.send?.(message)
  const job = await new Promise<VariantJob>((resolve) => process.once('message', resolve))
  const report = (progress: Progress): void => send({ kind: 'progress', progress })
  send({ kind: 'outcome', outcome: await runVariant(job, report, dataFolder) })
  process.removeAllListeners('disconnect')
  process.disconnect()
}
