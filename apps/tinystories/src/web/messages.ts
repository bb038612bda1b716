/**
 * What the page and its worker say to each other: plain data, one message per event.
 */
import type { Probe } from '@rope/core/backend'
import type { ExpectedText } from '../model-files.js'
import type { StoryTime } from '../story.js'
import type { Explanation } from './explanation.js'

/** What the page asks for; one story at a time. */
export type Request =
  | { readonly type: 'tell'; readonly wish: Wish }
  /** Ends the story that is being told, if any. */
  | { readonly type: 'stop' }

/** The story a person has asked for. */
export interface Wish {
  /** The name of one of the choices. */
  readonly backend: string
  readonly prompt: string
  /** Most tokens, those of the prompt included. */
  readonly tokens: number
}

/** What the worker reports. */
export type Report =
  /** What the switch offers, in order; the first report of a worker. */
  | { readonly type: 'choices'; readonly choices: readonly ChoiceSummary[] }
  /** The model is loaded. */
  | {
      readonly type: 'model'
      readonly model: ModelSummary
      readonly expected: readonly ExpectedText[]
    }
  /** The model cannot be loaded: nothing works. */
  | { readonly type: 'broken'; readonly message: string }
  /** Whether one of the choices can run here. */
  | {
      readonly type: 'backend'
      readonly name: string
      readonly probe: Probe
      readonly explanation: Explanation
    }
  /** A story begins. */
  | { readonly type: 'started'; readonly rotation: RotationFacts }
  /** The next piece of it. */
  | { readonly type: 'text'; readonly text: string; readonly time: StoryTime }
  /** It is over: told to its end, or stopped. */
  | {
      readonly type: 'ended'
      readonly stopped: boolean
      readonly time: StoryTime
      readonly rotation: RotationFacts
    }
  /** It could not begin, or broke off; `field` names the input that is wrong, if one is. */
  | { readonly type: 'failed'; readonly message: string; readonly field: string | null }

/** One position of the switch, in words. */
export interface ChoiceSummary {
  readonly name: string
  readonly description: string
}

/** What rotates, and why. */
export interface RotationFacts {
  /** The backend at work, which for `auto` is the chosen one. */
  readonly backend: string
  readonly explanation: Explanation
}

/** The model in a few numbers. */
export interface ModelSummary {
  readonly parameters: number
  readonly layers: number
  readonly queryHeads: number
  readonly keyHeads: number
  readonly headDim: number
  readonly contextLength: number
}
