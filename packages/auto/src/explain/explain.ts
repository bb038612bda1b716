/**
 * Why this backend and not another: the whole story of a choice, put together from what the members,
 * the costs and the kernels know.
 */

import { type RopeConfig, RopeError } from '@rope/core'
import type { Plan } from '@rope/core/backend'
import { bytesOfPlan, type CallDescription, planOfCall } from '../call.js'
import type { DispatchBackend } from '../dispatch/backend.js'
import { type Dispatcher, type Ranked, rank, usableMembers } from '../dispatch/dispatcher.js'
import type { Choice } from '../dispatch/site.js'
import type { Member } from '../members/member.js'
import { listWords } from '../messages.js'
import type { BackendExplanation, CallExplanation, Explanation } from './explanation.js'
import { explanationText } from './text.js'
import { type CallCosts, type Reasons, whyOf } from './why.js'

/** A choice that was made, or that would be made for a call that is only described. */
interface Verdict {
  readonly plan: Plan
  readonly memory: CallExplanation['memory']
  readonly ranking: readonly Ranked[]
  readonly choice: Choice | null
  readonly chosen: Member | null
}

/** Where a GPU was asked for by name, typed arrays may travel to it. */
function rankAnywhere(
  dispatcher: Dispatcher,
  plan: Plan,
  resident: Member | null,
): readonly Ranked[] {
  if (dispatcher.selection.kind === 'measured') return rank(dispatcher, plan, resident)
  return usableMembers(dispatcher, plan, 'any').map((one) => ({ ...one, predicted: null }))
}

function verdictOf(
  dispatcher: Dispatcher,
  plan: Plan,
  resident: Member | null,
  choice: Choice | null,
): Verdict {
  const ranking = rankAnywhere(dispatcher, plan, resident)
  // What was decided for other members is decided anew.
  const isCurrent = ranking.some(({ member }) => member === choice?.chosen?.member)
  const winner = isCurrent ? choice?.chosen?.member : ranking[0]?.member
  return { plan, memory: resident?.name ?? 'foreign', ranking, choice, chosen: winner ?? null }
}

/** The first GPU that accepts the plan: data on a GPU stays there, whatever it costs. */
function gpuVerdict({ members }: Dispatcher, plan: Plan): Verdict {
  const ranking = members.flatMap((member) => {
    const { backend, device } = member
    if (backend === null || device !== 'gpu' || !backend.supports(plan).ok) return []
    return [{ member, backend, predicted: null }]
  })
  return { plan, memory: 'gpu', ranking, choice: null, chosen: ranking[0]?.member ?? null }
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

function describeVerdict(
  dispatcher: Dispatcher,
  backend: DispatchBackend,
  described: DescribedCall | undefined,
): Verdict | null {
  if (described === undefined) {
    const { lastChoice: last } = backend
    if (last === null) return null
    if (last.memory === 'gpu') return gpuVerdict(dispatcher, last.plan)
    return verdictOf(dispatcher, last.plan, last.resident, last)
  }
  const { config, call } = described
  const plan = planOfCall(config, call)
  const { memory = 'foreign' } = call
  if (memory === 'gpu') return gpuVerdict(dispatcher, plan)
  const resident = residentOf(dispatcher, memory)
  return verdictOf(dispatcher, plan, resident, backend.choiceFor(plan, resident))
}

function explainCall({ plan, memory }: Verdict): CallExplanation {
  const { batch, tokens, headDim, pairs, dtype, inPlace, operands } = plan
  const heads = operands.map((operand) => operand.heads)
  const bytes = bytesOfPlan(plan)
  return { batch, tokens, heads, headDim, rotaryDim: 2 * pairs, dtype, inPlace, memory, bytes }
}

/** How the choice was made. */
function waysOf(
  { selection }: Dispatcher,
  verdict: Verdict | null,
): Pick<Reasons, 'by' | 'source'> {
  if (selection.kind === 'ordered') return { by: 'asked', source: selection.source }
  const isOnly = verdict?.ranking.length === 1
  const isKnown = verdict?.ranking[0]?.predicted != null
  return { by: isOnly ? 'only' : isKnown ? 'cost' : 'order', source: 'backend' }
}

function costsOf(verdict: Verdict | null, member: Member): CallCosts {
  const ranked = verdict?.ranking.find((one) => one.member === member)
  const timed = verdict?.choice?.contenders.find((one) => one.member === member)
  return {
    predicted: ranked?.predicted ?? null,
    measured: timed?.samples.microseconds ?? null,
  }
}

/** Whether real calls of another one that can make this call were timed. */
function othersMeasured(verdict: Verdict | null, member: Member): boolean {
  const ranked = (verdict?.ranking ?? []).map((one) => one.member)
  return ranked.some((other) => other !== member && costsOf(verdict, other).measured !== null)
}

function explainMember(
  dispatcher: Dispatcher,
  member: Member,
  verdict: Verdict | null,
): BackendExplanation {
  const { name, packageName, device, state, facts, selfTest } = member
  const costs = costsOf(verdict, member)
  const chosen = verdict !== null && verdict.chosen === member
  const winner = verdict?.chosen ?? null
  const reasons: Reasons = {
    device,
    state,
    call: verdict,
    chosen,
    costs,
    isFavourite: verdict?.ranking[0]?.member === member,
    isCompared: othersMeasured(verdict, member),
    ...waysOf(dispatcher, verdict),
    winner: winner === null ? null : { name: winner.name, costs: costsOf(verdict, winner) },
  }
  return {
    name,
    packageName,
    device,
    available: state.kind === 'not asked' ? null : state.kind === 'ready',
    reason: state.kind === 'ready' ? null : state.reason,
    facts,
    selfTest: selfTest?.status ?? 'not run',
    evidence: selfTest?.evidence ?? null,
    supports:
      verdict === null || state.kind !== 'ready' ? null : state.backend.supports(verdict.plan).ok,
    ...costs,
    chosen,
    why: whyOf(reasons),
  }
}

/** Those who can make the call in their order, then the others. */
function inOrder({ members }: Dispatcher, verdict: Verdict | null): readonly Member[] {
  const ranked = (verdict?.ranking ?? []).map(({ member }) => member)
  const chosen = ranked.filter((member) => member === verdict?.chosen)
  return [...new Set([...chosen, ...ranked, ...members])]
}

/** A call by its sizes, and the config that it is made with. */
export interface DescribedCall {
  readonly config: RopeConfig
  readonly call: CallDescription
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
  const verdict = describeVerdict(dispatcher, backend, described)
  const { costs } = dispatcher
  const told = {
    call: verdict === null ? null : explainCall(verdict),
    chosen: verdict?.chosen?.name ?? null,
    backends: inOrder(dispatcher, verdict).map((member) =>
      explainMember(dispatcher, member, verdict),
    ),
    calibration: {
      source: verdict === null ? null : costs.sourceOf(verdict.plan.dtype),
      spent: costs.spent,
      costs: costs.costs,
    },
  }
  return { ...told, text: explanationText(told) }
}
