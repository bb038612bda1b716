/**
 * Why this backend and not another: the whole story of a choice, put together from what the members
 * and the kernels know. It speaks of what was measured and of the order, never of a prediction.
 */

import { RopeError } from '@rope/core'
import type { Plan } from '@rope/core/backend'
import { bytesOfPlan, planOfCall } from '../call.js'
import type { DispatchBackend } from '../dispatch/backend.js'
import type { MadeCall } from '../dispatch/call-kind.js'
import { type Dispatcher, isHopeless, supportOf, usableMembers } from '../dispatch/dispatcher.js'
import type { Member } from '../members/member.js'
import { listWords } from '../messages.js'
import type { DescribedCall } from './described-call.js'
import type { BackendExplanation, CallExplanation, Explanation } from './explanation.js'
import { explanationText } from './text.js'
import { type Reasons, whyOf } from './why.js'

/** A call that was made, or that is only described, with those who can make it in their order. */
interface ExplainedCall {
  readonly plan: Plan
  readonly memory: CallExplanation['memory']
  readonly usable: readonly Member[]
  /** What is known from real calls; null when none was made. */
  readonly made: MadeCall | null
  readonly chosen: Member | null
}

function callOn(
  dispatcher: Dispatcher,
  plan: Plan,
  resident: Member | null,
  made: MadeCall | null,
): ExplainedCall {
  // Where a GPU was asked for by name, typed arrays may travel to it.
  const device = dispatcher.asked === null ? 'cpu' : 'any'
  const usable = usableMembers(dispatcher, plan, device)
  const maker = made?.chosen?.member
  // Whoever has failed since then does not count any more.
  const isCurrent = maker !== undefined && usable.includes(maker)
  const first = usable.find((one) => one === resident || !isHopeless(one, usable)) ?? usable[0]
  const chosen = (isCurrent ? maker : first) ?? null
  return { plan, memory: resident?.name ?? 'foreign', usable, made, chosen }
}

/** The first GPU that accepts the plan: data on a GPU stays there, whatever it costs. */
function callOnGpu(dispatcher: Dispatcher, plan: Plan): ExplainedCall {
  const usable = usableMembers(dispatcher, plan, 'gpu')
  return { plan, memory: 'gpu', usable, made: null, chosen: usable[0] ?? null }
}

/** The member that a description names as the owner of its memory. */
function residentOf({ members }: Dispatcher, memory: string): Member | null {
  if (memory === 'foreign') return null
  const found = members.find(({ name }) => name === memory)
  if (found?.hasOwnMemory === true) return found
  const owners = members.filter(({ hasOwnMemory }) => hasOwnMemory).map(({ name }) => `'${name}'`)
  const accepted = listWords(["'foreign'", "'gpu'", ...owners], 'or')
  throw new RopeError('INVALID_OPTION', `memory is '${memory}'; accepted: ${accepted}`, {
    field: 'memory',
  })
}

function explainedCall(
  dispatcher: Dispatcher,
  backend: DispatchBackend,
  described: DescribedCall | undefined,
): ExplainedCall | null {
  if (described === undefined) {
    const { lastCall: last } = backend
    if (last === null) return null
    if (last.memory === 'gpu') return callOnGpu(dispatcher, last.plan)
    return callOn(dispatcher, last.plan, last.resident, last)
  }
  const { config, call } = described
  const plan = planOfCall(config, call)
  const { memory = 'foreign' } = call
  if (memory === 'gpu') return callOnGpu(dispatcher, plan)
  const resident = residentOf(dispatcher, memory)
  return callOn(dispatcher, plan, resident, backend.madeOf(plan, resident))
}

function sizesOf({ plan, memory }: ExplainedCall): CallExplanation {
  const { batch, tokens, headDim, pairs, dtype, inPlace, operands } = plan
  const heads = operands.map((operand) => operand.heads)
  const bytes = bytesOfPlan(plan)
  return { batch, tokens, heads, headDim, rotaryDim: 2 * pairs, dtype, inPlace, memory, bytes }
}

/** Microseconds of a member's real calls of this kind; null when none of them was timed. */
function measuredOf(call: ExplainedCall | null, member: Member | null): number | null {
  return call?.made?.tried.find((one) => one.member === member)?.samples.microseconds ?? null
}

/** The least of these times of all members. */
function bestOf(call: ExplainedCall | null): number | null {
  const times = (call?.made?.tried ?? []).flatMap(({ samples }) => samples.microseconds ?? [])
  return times.length === 0 ? null : Math.min(...times)
}

function reasonsOf({ asked }: Dispatcher, call: ExplainedCall | null, member: Member): Reasons {
  const chosen = call?.chosen ?? null
  const support = call === null ? null : supportOf(member, call.plan)
  return {
    device: member.device,
    state: member.state,
    memory: call?.memory ?? null,
    refusal: support === null || support.ok ? null : support.reason,
    isChosen: chosen === member,
    askedBy: asked?.source ?? null,
    isOnly: call?.usable.length === 1,
    isHopeless: call !== null && isHopeless(member, call.usable),
    measured: measuredOf(call, member),
    best: bestOf(call),
    chosen: chosen === null ? null : { name: chosen.name, measured: measuredOf(call, chosen) },
  }
}

function explainMember(
  dispatcher: Dispatcher,
  member: Member,
  call: ExplainedCall | null,
): BackendExplanation {
  const { name, packageName, device, state, facts, selfTest } = member
  const isReady = state.kind === 'ready'
  const reasons = reasonsOf(dispatcher, call, member)
  return {
    name,
    packageName,
    device,
    available: state.kind === 'not asked' ? null : isReady,
    reason: isReady ? null : state.reason,
    facts,
    selfTest: selfTest?.status ?? 'not run',
    evidence: selfTest?.evidence ?? null,
    supports: call === null || !isReady ? null : supportOf(member, call.plan).ok,
    measured: reasons.measured,
    chosen: reasons.isChosen,
    why: whyOf(reasons),
  }
}

/** Those who can make the call in their order, the chosen one first, then the others. */
function inOrder({ members }: Dispatcher, call: ExplainedCall | null): readonly Member[] {
  const chosen = call?.chosen ?? null
  const first = chosen === null ? [] : [chosen]
  return [...new Set([...first, ...(call?.usable ?? []), ...members])]
}

/**
 * Explains a choice.
 *
 * @param described a call by its sizes; the last call that was made when absent
 * @throws RopeError INVALID_OPTION when the description is not one
 */
export function explain(
  dispatcher: Dispatcher,
  backend: DispatchBackend,
  described?: DescribedCall,
): Explanation {
  const call = explainedCall(dispatcher, backend, described)
  const told = {
    call: call === null ? null : sizesOf(call),
    chosen: call?.chosen?.name ?? null,
    backends: inOrder(dispatcher, call).map((member) => explainMember(dispatcher, member, call)),
  }
  return { ...told, text: explanationText(told) }
}
