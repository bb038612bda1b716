/**
 * Numbers and states in words, as the page shows them. No DOM here.
 */
import type { StoryTime } from '../story.js'
import type { ModelSummary } from './messages.js'
import { type Failure, isOfInput, type PageState, type Run } from './state.js'

/** What stands where there is no number yet. */
export const NOTHING = '–'

/** Tokens per second. */
export function describeRate(time: StoryTime | null): string {
  if (time === null || time.milliseconds === 0) return NOTHING
  const rate = (time.tokens / time.milliseconds) * 1000
  return rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en-US')
}

/** The share of the time spent in RoPE. */
export function describeShare(time: StoryTime | null): string {
  if (time === null || time.milliseconds === 0) return NOTHING
  return `${((time.ropeMilliseconds / time.milliseconds) * 100).toFixed(1)}\u00a0%`
}

/** The model in one line. */
export function describeModel(model: ModelSummary): string {
  const { parameters, layers, queryHeads, keyHeads, headDim } = model
  const heads = `${queryHeads} query and ${keyHeads} key heads of ${headDim}`
  return `${parameters.toLocaleString('en-US')} parameters, ${layers} layers, ${heads}.`
}

/** What the page is doing. */
export function describeStatus(state: PageState): string {
  const { phase, wish, selected, choices } = state
  if (phase === 'loading') return 'Loading the model …'
  if (phase === 'starting') return `Starting ${wish?.backend ?? ''} …`
  if (phase === 'telling') return 'Telling the story …'
  if (phase === 'stopping') return 'Stopping …'
  if (phase === 'broken') return 'Nothing can run; the reason is below.'
  if (state.failure !== null) return describeFailure(state.failure)
  const run = state.runs.at(-1)
  if (run !== undefined && state.story !== '') return describeRun(run)
  if (selected !== null) return 'Ready.'
  const isChecking = choices.some(({ probe }) => probe === null)
  return isChecking ? 'Looking for backends …' : 'No backend can run here; the reasons are above.'
}

/** What rotated in a run: the backend, and who chose it. */
export function describeBackend({ choice, backend }: Run): string {
  return choice === backend ? backend : `${choice} (${backend})`
}

function describeFailure(failure: Failure): string {
  if (isOfInput(failure)) return 'That cannot be told: see the marked input.'
  return 'That did not work; the reason is below.'
}

function describeRun({ outcome, time }: Run): string {
  const tokens = time?.tokens ?? 0
  const seconds = ((time?.milliseconds ?? 0) / 1000).toFixed(2)
  if (outcome === 'stopped') return `Stopped after ${tokens} tokens.`
  return `Done: ${tokens} tokens in ${seconds} s.`
}
