/**
 * The sentence behind each backend of an explanation: why it was chosen, or why not.
 */
import type { MemberState } from '../members/member.js'
import { showMicroseconds } from './numbers.js'

/** What the sentence depends on. */
export interface Reasons {
  readonly device: 'cpu' | 'gpu'
  readonly state: MemberState
  /** Where the data of the call lives; null when no call is explained. */
  readonly memory: string | null
  /** Why it cannot make the call; null when it can. */
  readonly refusal: string | null
  readonly isChosen: boolean
  /** What the option or variable is called that asked for an order; null where real calls decide. */
  readonly askedBy: string | null
  /** True when nobody else can make the call. */
  readonly isOnly: boolean
  /** True when an earlier call has shown it to have a tenth of another one's speed. */
  readonly isHopeless: boolean
  /** Microseconds in real calls of this kind; null when none of them was timed. */
  readonly measured: number | null
  /** The least that any backend was measured to take; null when none of their calls was timed. */
  readonly best: number | null
  /** The chosen backend; null when nobody was chosen. */
  readonly chosen: { readonly name: string; readonly measured: number | null } | null
}

/** The sentence. */
export function whyOf(reasons: Reasons): string {
  const { state, memory, device, refusal, isChosen } = reasons
  if (state.kind !== 'ready') return state.reason
  if (memory === null) return 'ready; no call has been made yet'
  if (memory !== 'gpu' && device === 'gpu' && reasons.askedBy === null) {
    return 'the data is in typed arrays, which stay on the CPU'
  }
  if (memory === 'gpu' && device === 'cpu') return 'the data is on the GPU, and stays there'
  if (refusal !== null) return `it cannot make this call: ${refusal}`
  return isChosen ? whyChosen(reasons) : whyNot(reasons)
}

function whyChosen({ memory, askedBy, isOnly, measured, best }: Reasons): string {
  if (memory === 'gpu') return 'the data is on the GPU, and stays there'
  if (askedBy !== null) return `${askedBy} asks for it`
  if (isOnly) return 'no other one can make this call'
  if (measured === null) return 'first in the order; no real call of this kind was timed'
  if (measured > ALIKE * (best ?? measured)) return 'its turn in a comparison by real calls'
  return `fastest, measured in real calls: ${showMicroseconds(measured)}`
}

function whyNot({ askedBy, isHopeless, measured, chosen }: Reasons): string {
  const name = chosen?.name ?? 'another one'
  if (askedBy !== null) return `${askedBy} prefers ${name}`
  const best = chosen?.measured ?? null
  if (measured !== null && best !== null && best > 0) return comparison(measured / best, name)
  if (isHopeless) return 'an earlier call took ten times as long as on another one, or longer'
  return `${name} comes before it in the order`
}

/** Times that differ by a smaller factor are alike. */
const ALIKE = 1.05

function comparison(times: number, name: string): string {
  if (times < 1 / ALIKE) return `it is being compared with ${name} in real calls`
  if (times < ALIKE) return `as fast as ${name}, within 5 %`
  return `${times.toFixed(times < 10 ? 1 : 0)} times slower than ${name}`
}
