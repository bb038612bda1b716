/**
 * The sentence behind each backend of an explanation: why it was chosen, or why not.
 */
import type { Backend, Plan } from '@rope/core'
import type { MemberState } from '../backends/member.js'
import { showMicroseconds } from './numbers.js'

/** What the sentence depends on. */
export interface Reasons {
  readonly device: 'cpu' | 'gpu'
  readonly state: MemberState
  /** Null when no call is explained. */
  readonly call: { readonly plan: Plan; readonly memory: string } | null
  readonly chosen: boolean
  readonly predicted: number | null
  readonly measured: number | null
  /** How the choice was made. */
  readonly by: 'order' | 'asked' | 'cost' | 'only'
  /** What the option or variable is called that asked for an order. */
  readonly source: string
  /** The chosen backend's name and cost, when another one was chosen. */
  readonly winner: { readonly name: string; readonly cost: number | null } | null
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

function whyChosen({ by, source, measured, predicted }: Reasons, onGpu: boolean): string {
  if (onGpu) return 'the data is on the GPU, and stays there'
  if (by === 'asked') return `${source} asks for it`
  if (by === 'only') return 'no other one can make this call'
  if (by === 'order') return 'first in the order of preference; nothing is measured'
  if (measured !== null) return `fastest, measured in real calls: ${showMicroseconds(measured)}`
  return `fastest, as predicted: ${showMicroseconds(predicted ?? 0)}`
}

function whyNot({ by, source, measured, predicted, winner }: Reasons): string {
  const name = winner?.name ?? 'another one'
  if (by === 'asked') return `${source} prefers ${name}`
  const own = measured ?? predicted
  const cost = winner?.cost ?? null
  if (by !== 'cost' || own === null || cost === null || cost <= 0) return `${name} comes before it`
  const times = own / cost
  if (times < 1.05) return `as fast as ${name}, within 5 %`
  return `${times.toFixed(times < 10 ? 1 : 0)} times slower than ${name}`
}
