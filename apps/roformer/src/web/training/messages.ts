/**
 * What the page and the worker of a model say to each other: plain data.
 */
import type { PositionName } from '../../model/options.js'
import type { Recipe } from '../../runs/recipe.js'
import type { LossAt } from '../../runs/state.js'
import type { TrainingDevice } from '../../training/trainer.js'

/** What a worker shall train. */
export interface LearnerJob {
  readonly recipe: Recipe
  readonly positions: PositionName
  readonly seed: number
  /** What it shall run on; where that fails it runs on WebAssembly, and says so. */
  readonly device: TrainingDevice
  /** The compressed addresses. */
  readonly text: Uint8Array<ArrayBuffer>
}

/** What the page asks of a worker: one start, then pauses. */
export type LearnerRequest =
  | { readonly type: 'start'; readonly job: LearnerJob }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }

/** A sentence with gaps, as a person reads it. */
export interface SentenceText {
  /** What stands before, between and after the gaps: one more than there are gaps. */
  readonly texts: readonly string[]
  /** What is right in each gap. */
  readonly answers: readonly string[]
}

/** A guess: a token as text, and how likely the model finds it, from 0 to 1. */
export interface Guess {
  readonly text: string
  readonly probability: number
}

/** What a model makes of one sentence. */
export interface Reading {
  /** The best guesses for each gap, the likeliest first. */
  readonly guesses: readonly (readonly Guess[])[]
  /** Shares of attention, [layers * heads, tokens * tokens]: queries by keys. */
  readonly attention: Float32Array<ArrayBuffer>
  /** The share that each head gives to tokens near the one that looks, layer by layer. */
  readonly near: readonly number[]
}

/** What a model makes of every sentence after so many steps. */
export interface Snapshot {
  readonly step: number
  readonly readings: readonly Reading[]
}

/** What a worker reports. */
export type LearnerReport =
  /** Everything is loaded, and training begins. */
  | {
      readonly type: 'ready'
      readonly device: TrainingDevice
      readonly sentences: readonly SentenceText[]
    }
  /** The losses of the next steps, in nats, and the milliseconds that they took. */
  | { readonly type: 'steps'; readonly losses: readonly number[]; readonly milliseconds: number }
  | { readonly type: 'heldOut'; readonly heldOut: LossAt }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  /** The last step is made. */
  | { readonly type: 'done' }
  /** It broke off. */
  | { readonly type: 'failed'; readonly message: string }
