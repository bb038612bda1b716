/**
 * What the page says, as text. No DOM here.
 */
import type { PositionName } from '../../model/options.js'
import type { Recipe } from '../../runs/recipe.js'
import type { ModelState } from '../training/model-state.js'
import type { Phase } from '../training/session.js'

/** What stands where there is no number yet. */
export const NOTHING = '–'

/** A loss in nats. */
export function describeLoss(loss: number | undefined): string {
  return loss === undefined ? NOTHING : loss.toFixed(3)
}

/** Steps per second. */
export function describeRate(rate: number | null): string {
  if (rate === null) return NOTHING
  return rate < 10 ? rate.toFixed(1) : String(Math.round(rate))
}

/** A share, from 0 to 1. */
export function describeShare(share: number): string {
  const percent = 100 * share
  return percent > 0 && percent < 1 ? '< 1 %' : `${Math.round(percent)} %`
}

/** What each kind of positions does, in a few words. */
export const ABOUT: Readonly<Record<PositionName, string>> = {
  none: 'no positions at all',
  learned: 'a learned vector is added',
  sinusoidal: 'sines are added',
  rope: 'queries and keys are turned',
}

/** What trains here. */
export function describeRecipe({ model, sequences, steps, alphabet }: Recipe): string {
  const { layers, width, heads, tokens } = model
  const kind = alphabet === 'pieces' ? 'pieces of words' : 'characters'
  const sizes = `${layers} layers of ${width} channels, ${heads} heads`
  return `Each model: ${sizes}, ${sequences} sequences of ${tokens} ${kind} a step, ${steps.toLocaleString('en-US')} steps.`
}

/** Where the training stands, in one sentence that changes rarely enough to be read out. */
export function describeStatus(
  phase: Phase,
  isHidden: boolean,
  models: readonly ModelState[],
): string {
  const crashed = models.some((model) => model.phase === 'crashed')
  if (phase === 'idle') return 'Nothing trains yet.'
  if (phase === 'over') return crashed ? 'Over: not every model came to its end.' : 'Done.'
  if (isHidden) return 'Paused while nobody sees this page.'
  if (phase === 'paused') return 'Paused.'
  if (phase === 'loading') return 'Loading the text and making the first weights …'
  const devices = [...new Set(models.flatMap(({ device }) => device ?? []))]
  const where = devices.map((device) => (device === 'wasm' ? 'WebAssembly' : 'WebGPU'))
  return `Training on ${where.join(' and ')}${crashed ? ', one model alone' : ''} …`
}
