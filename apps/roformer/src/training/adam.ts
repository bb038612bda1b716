/**
 * Adam (Kingma and Ba), with the settings of BERT but for the weight decay, which there is none of.
 */
import { numpy as np } from '@jax-js/jax'
import type { Parameters } from '../model/forward.js'

/** Running means of the gradients and of their squares; a type, as trees of jax have to be. */
export type AdamState = { readonly mean: Parameters; readonly square: Parameters }

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

/** The state before the first step. */
export function firstState(parameters: Parameters): AdamState {
  const zeros = (): Parameters => mapValues(parameters, (weight) => np.zeros(weight.shape))
  return { mean: zeros(), square: zeros() }
}

/** The two rates of a step: the learning rate, corrected for means that started at 0, and epsilon. */
export function ratesAt(step: number, rate: number): { rate: number; epsilon: number } {
  const correction = Math.sqrt(1 - BETA2 ** step)
  return { rate: (rate * correction) / (1 - BETA1 ** step), epsilon: EPSILON * correction }
}

/**
 * One step; everything given is given up.
 *
 * @param rates of `ratesAt`, as scalars
 */
export function adamStep(
  parameters: Parameters,
  gradients: Parameters,
  { mean, square }: AdamState,
  rates: { readonly rate: np.Array; readonly epsilon: np.Array },
): [Parameters, AdamState] {
  const state: { mean: Parameters; square: Parameters } = { mean: {}, square: {} }
  const next: Parameters = {}
  for (const [name, weight] of Object.entries(parameters)) {
    const gradient = gradients[name] as np.Array
    const m = (mean[name] as np.Array).mul(BETA1).add(gradient.ref.mul(1 - BETA1))
    const v = (square[name] as np.Array).mul(BETA2).add(np.square(gradient).mul(1 - BETA2))
    const change = m.ref.div(np.sqrt(v.ref).add(rates.epsilon.ref))
    next[name] = weight.sub(change.mul(rates.rate.ref))
    state.mean[name] = m
    state.square[name] = v
  }
  rates.rate.dispose()
  rates.epsilon.dispose()
  return [next, state]
}

function mapValues(
  parameters: Parameters,
  change: (weight: np.Array, name: string) => np.Array,
): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, weight]) => [name, change(weight, name)]),
  )
}
