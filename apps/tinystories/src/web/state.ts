/**
 * What the page knows, and how each event changes it. Plain data and one pure function: the view
 * shows a state, and nothing else remembers anything.
 */
import type { Probe } from '@rope/core/backend'
import type { ExpectedText } from '../model-files.js'
import type { StoryTime } from '../story.js'
import { compareStory, type ToldStory, type Verdict } from './comparison.js'
import type { Explanation } from './explanation.js'
import type { ChoiceSummary, ModelSummary, Report, RotationFacts, Wish } from './messages.js'

/** Where the page stands; `broken` is the end. */
export type Phase = 'loading' | 'ready' | 'starting' | 'telling' | 'stopping' | 'broken'

/** One position of the switch; the rest is null until its probe has answered. */
export interface ChoiceState extends ChoiceSummary {
  readonly probe: Probe | null
  readonly explanation: Explanation | null
}

/** Something that went wrong, in words; `field` names the input that is wrong, if one is. */
export interface Failure {
  readonly message: string
  readonly field: string | null
}

/** The inputs that a failure can name. */
export const INPUTS = ['prompt', 'tokens'] as const

/** A story in the list of those told, newest last. */
export interface Run extends ToldStory {
  /** What was asked for: `auto`, or a backend's name. */
  readonly choice: string
  readonly time: StoryTime | null
  readonly verdict: Verdict
}

/** Everything the page shows. */
export interface PageState {
  readonly phase: Phase
  readonly choices: readonly ChoiceState[]
  /** The switch's position; null until something can run. */
  readonly selected: string | null
  /** True once a person has set the switch: from then on it stays where it is. */
  readonly isChosen: boolean
  readonly model: ModelSummary | null
  readonly expected: readonly ExpectedText[]
  readonly wish: Wish | null
  readonly story: string
  readonly time: StoryTime | null
  readonly rotation: RotationFacts | null
  readonly failure: Failure | null
  readonly runs: readonly Run[]
}

/** What can happen: the worker's reports, and what a person does. */
export type PageEvent =
  | Report
  | { readonly type: 'select'; readonly name: string }
  | { readonly type: 'submit'; readonly wish: Wish }
  | { readonly type: 'stop' }
  /** The worker is gone; a new one has been started when `restarted`. */
  | { readonly type: 'crashed'; readonly message: string; readonly restarted: boolean }

/** The page before anything has happened. */
export const INITIAL_STATE: PageState = {
  phase: 'loading',
  choices: [],
  selected: null,
  isChosen: false,
  model: null,
  expected: [],
  wish: null,
  story: '',
  time: null,
  rotation: null,
  failure: null,
  runs: [],
}

/** True when a story can be asked for. */
export function canStart({ phase, choices, selected }: PageState): boolean {
  const choice = choices.find(({ name }) => name === selected)
  return phase === 'ready' && choice?.probe?.available === true
}

/** True while a story is on its way. */
export function isBusy({ phase }: PageState): boolean {
  return phase === 'starting' || phase === 'telling' || phase === 'stopping'
}

/** Why the selected backend rotates: as it said itself, or before a story what its probe means. */
export function explanationOf({ choices, selected, rotation }: PageState): Explanation | null {
  if (rotation !== null) return rotation.explanation
  return choices.find(({ name }) => name === selected)?.explanation ?? null
}

/** True for what a person can set right at an input. */
export function isOfInput({ field }: Failure): boolean {
  return INPUTS.some((input) => input === field)
}

/** The state after an event. */
export function reduce(state: PageState, event: PageEvent): PageState {
  switch (event.type) {
    case 'choices':
      return { ...state, choices: event.choices.map(unprobed) }
    case 'model':
      return { ...state, phase: 'ready', model: event.model, expected: event.expected }
    case 'backend':
      return withProbe(state, event)
    case 'broken':
      return { ...state, phase: 'broken', failure: { message: event.message, field: null } }
    case 'select':
      return { ...state, selected: event.name, isChosen: true, rotation: null, failure: null }
    case 'submit':
      return begun(state, event.wish)
    case 'started':
      return { ...state, phase: telling(state), rotation: event.rotation }
    case 'text':
      return { ...state, story: state.story + event.text, time: event.time }
    case 'stop':
      return isBusy(state) ? { ...state, phase: 'stopping' } : state
    case 'ended': {
      const { time, rotation, stopped } = event
      return withRun({ ...state, phase: 'ready', time, rotation }, stopped ? 'stopped' : 'ended')
    }
    case 'failed': {
      const { message, field } = event
      return withFailure({ ...state, phase: 'ready' }, { message, field })
    }
    case 'crashed':
      return crashed(state, event.message, event.restarted)
  }
}

function unprobed(choice: ChoiceSummary): ChoiceState {
  return { ...choice, probe: null, explanation: null }
}

/** The first choice that can run is selected, until a person selects another one. */
function withProbe(state: PageState, found: Extract<Report, { type: 'backend' }>): PageState {
  const { name, probe, explanation } = found
  const choices = state.choices.map((choice) =>
    choice.name === name ? { ...choice, probe, explanation } : choice,
  )
  if (state.isChosen) return { ...state, choices }
  const first = choices.find((choice) => choice.probe?.available)
  return { ...state, choices, selected: first?.name ?? null }
}

function begun(state: PageState, wish: Wish): PageState {
  const empty = { story: '', time: null, rotation: null, failure: null }
  return { ...state, ...empty, phase: 'starting', isChosen: true, wish }
}

/** A stop may have been asked for before the story began. */
function telling({ phase }: PageState): Phase {
  return phase === 'stopping' ? phase : 'telling'
}

/** A refused input is no run: nothing was told, and the person is told at the input. */
function withFailure(state: PageState, failure: Failure): PageState {
  const failed = { ...state, failure }
  return state.story === '' ? failed : withRun(failed, 'failed')
}

function crashed(state: PageState, message: string, restarted: boolean): PageState {
  const failed = isBusy(state) ? withFailure(state, { message, field: null }) : state
  return {
    ...failed,
    phase: restarted ? 'loading' : 'broken',
    failure: { message, field: null },
  }
}

function withRun(state: PageState, outcome: Run['outcome']): PageState {
  const { wish, story, time, rotation, expected, runs } = state
  if (wish === null) return state
  const told: ToldStory = {
    prompt: wish.prompt,
    tokens: wish.tokens,
    text: story,
    outcome,
    backend: rotation?.backend ?? wish.backend,
  }
  const verdict = compareStory(told, expected, runs)
  return { ...state, runs: [...runs, { ...told, choice: wish.backend, time, verdict }] }
}
