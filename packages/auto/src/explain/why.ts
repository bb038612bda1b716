/**
 * The sentence behind each backend of an explanation: why it was chosen, or why not.
 */
import type { Backend, Plan } from '@rope/core/backend'
import type { MemberState } from '../members/member.js'
import { showMicroseconds } from './numbers.js'

/**
 * What a call costs one backend, in microseconds; null where nothing is known. The two are never
 * compared with each other: `predicted` is the kernel alone, `measured` a call with all around it.
 */
export interface CallCosts {
  readonly predicted: number | null
  readonly measured: number | null
}

/** What the sentence depends on. */
export interface Reasons {
  readonly device: 'cpu' | 'gpu'
  readonly state: MemberState
  /** Null when no call is explained. */
  readonly call: { readonly plan: Plan; readonly memory: string } | null
  readonly chosen: boolean
  readonly costs: CallCosts
  /** True for the one that is predicted to be the fastest. */
  readonly isFavourite: boolean
  /** True when another one that can make the call was measured in real calls as well. */
  readonly isCompared: boolean
  /** How the choice was made. */
  readonly by: 'order' | 'asked' | 'cost' | 'only'
  /** What the option or variable is called that asked for an order. */
  readonly source: string
  /** The chosen backend's name and costs; null when nobody was chosen. */
  readonly winner: { readonly name: string; readonly costs: CallCosts } | null
}

/** The sentence. */
export function whyOf(reasons: Reasons): string {
  const { state, call, chosen, device } = reasons
  if (state.kind !== 'ready') return state.reason
  if (call === null) return 'ready; no call has been made yet'
  if (call.memory !== 'gpu' && device === 'gpu' && reasons.by !== 'asked') {
    return 'the data is in typed arrays, which stay on the CPU'
  }
  if (call.memory === 'gpu' && device === 'cpu') return 'the data is on the GPU, and stays there'
  const refusal = refusalOf(state.backend, call.plan)
  if (refusal !== null) return refusal
  return chosen ? whyChosen(reasons, call.memory === 'gpu') : whyNot(reasons)
}

function refusalOf(backend: Backend, plan: Plan): string | null {
  const support = backend.supports(plan)
  return support.ok ? null : `it cannot make this call: ${support.reason}`
}

function whyChosen(reasons: Reasons, onGpu: boolean): string {
  const { by, source } = reasons
  if (onGpu) return 'the data is on the GPU, and stays there'
  if (by === 'asked') return `${source} asks for it`
  if (by === 'only') return 'no other one can make this call'
  if (by === 'order') return 'first in the order of preference; nothing is measured'
  return whyFastest(reasons)
}

function whyFastest({ costs, isFavourite, isCompared }: Reasons): string {
  const { measured, predicted } = costs
  if (measured === null) {
    if (!isFavourite) return 'it is being compared in real calls'
    return `fastest, as predicted: ${showMicroseconds(predicted ?? 0)}`
  }
  const time = showMicroseconds(measured)
  // Against the prediction only real calls can have decided, whoever is left of them.
  if (isCompared || !isFavourite) return `fastest, measured in real calls: ${time}`
  return `fastest, as predicted; ${time} in real calls`
}

function whyNot({ by, source, costs, winner }: Reasons): string {
  const name = winner?.name ?? 'another one'
  if (by === 'asked') return `${source} prefers ${name}`
  const times = winner === null ? null : timesSlower(costs, winner.costs)
  if (by !== 'cost' || times === null) return `${name} comes before it`
  // Who was not measured to the end may be predicted to be the faster one.
  if (times < 1 / ALIKE) return `predicted to be faster than ${name}; real calls decide`
  if (times < ALIKE) return `as fast as ${name}, within 5 %`
  return `${times.toFixed(times < 10 ? 1 : 0)} times slower than ${name}`
}

/** Times that differ by a smaller factor are alike. */
const ALIKE = 1.05

/** Measured against measured, else predicted against predicted; null where neither is known of both. */
function timesSlower(own: CallCosts, best: CallCosts): number | null {
  return ratio(own.measured, best.measured) ?? ratio(own.predicted, best.predicted)
}

function ratio(own: number | null, best: number | null): number | null {
  return own === null || best === null || best <= 0 ? null : own / best
}
