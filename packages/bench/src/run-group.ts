/**
 * One group from specs to a record: open, check against the oracle, time what passed. Whoever
 * cannot take part is listed with the reason; whoever is wrong gets FAIL and no time.
 */
import { RopeError } from '@rope/core'
import { createSession, type Participants, type Session } from './contenders/open.js'
import type { Contender } from './harness/contender.js'
import { firstCall } from './harness/first-call.js'
import { type Measurement, type MeasureSettings, measure, type Timing } from './harness/measure.js'
import { timeCalls } from './harness/sample.js'
import type { ContenderSpec, Group } from './matrix/group.js'
import { caseId, movedBytes } from './matrix/rotation-case.js'
import { messageOf } from './messages.js'
import type { ComparisonRecord, EntryRecord, GroupRecord, TimeRecord } from './result.js'
import { outcomeOf, verdict } from './statistics/verdict.js'

/** A contender that passed its check, or the reason why there is none. */
type Candidate = { readonly name: string; readonly spec: ContenderSpec } & (
  | { readonly contender: Contender; readonly first: number | null }
  | { readonly contender: null; readonly status: 'fail' | 'unavailable'; readonly reason: string }
)

/** Runs a group. Never rejects for what a contender does: its entry says what went wrong. */
export function runGroup(
  group: Group,
  participants: Participants,
  settings: MeasureSettings,
): Promise<GroupRecord> {
  return runSession(group, createSession(participants), settings)
}

/** The same with a session that is there, and closes it. */
export async function runSession(
  group: Group,
  session: Session,
  settings: MeasureSettings,
): Promise<GroupRecord> {
  try {
    const candidates: Candidate[] = []
    for (const [name, spec] of Object.entries(group.contenders)) {
      candidates.push(await admit(session, name, spec, settings))
    }
    return await time(group, candidates, settings)
  } finally {
    await session.close()
  }
}

async function admit(
  session: Session,
  name: string,
  spec: ContenderSpec,
  settings: MeasureSettings,
): Promise<Candidate> {
  try {
    const opened = await session.open(spec)
    const first = firstCall(settings.clock)
    const wrong = await opened.check(first.make)
    if (wrong !== null) return { name, spec, contender: null, status: 'fail', reason: wrong }
    const { run, prepare } = opened
    const contender: Contender = { id: name, run, ...(prepare && { prepare }) }
    const slow = await tooSlow(contender, settings)
    if (slow !== null) return { name, spec, contender: null, status: 'unavailable', reason: slow }
    return { name, spec, contender, first: first.elapsed() }
  } catch (error) {
    return { name, spec, contender: null, status: statusOf(error), reason: messageOf(error) }
  }
}

/** Why a contender is not timed although it is right; null when it is fast enough. */
async function tooSlow(
  contender: Contender,
  { clock, slowestCall }: MeasureSettings,
): Promise<string | null> {
  const elapsed = await timeCalls(contender, 1, clock)
  if (elapsed <= slowestCall) return null
  return `one call takes ${(elapsed / 1000).toFixed(1)} s, too long to be timed next to the others`
}

/** An honest refusal is no failure; anything else that is thrown is one. */
function statusOf(error: unknown): 'fail' | 'unavailable' {
  const isRefusal =
    RopeError.isInstance(error) && (error.code === 'UNSUPPORTED' || error.code === 'UNAVAILABLE')
  return isRefusal ? 'unavailable' : 'fail'
}

async function time(
  { id, title, comparisons }: Group,
  candidates: readonly Candidate[],
  settings: MeasureSettings,
): Promise<GroupRecord> {
  const contenders = candidates.flatMap(({ contender }) => (contender === null ? [] : [contender]))
  const isThere = (name: string): boolean => contenders.some((contender) => contender.id === name)
  const possible = comparisons.filter(({ of, over }) => isThere(of) && isThere(over))
  const measured = contenders.length === 0 ? null : await measure(contenders, possible, settings)
  return {
    id,
    title,
    entries: candidates.map((candidate) => entryOf(candidate, measured)),
    comparisons: possible
      .filter(({ of, over }) => !measured?.givenUp.has(of) && !measured?.givenUp.has(over))
      .flatMap(({ of, over, purpose }) =>
        measured === null ? [] : [comparisonOf(measured, of, over, purpose)],
      ),
  }
}

function entryOf(candidate: Candidate, measured: Measurement | null): EntryRecord {
  const { name, spec } = candidate
  const bytes = movedBytes(spec.case)
  const common = { name, kind: spec.kind, case: caseId(spec.case), bytes }
  if (candidate.contender === null || measured === null) {
    const { status, reason } =
      candidate.contender === null ? candidate : ({ status: 'fail', reason: null } as const)
    return { ...common, status, reason, time: null, gigabytesPerSecond: null }
  }
  const reason = measured.givenUp.get(name)
  if (reason !== undefined) {
    return { ...common, status: 'unavailable', reason, time: null, gigabytesPerSecond: null }
  }
  const timing = measured.timing(name)
  return {
    ...common,
    status: 'ok',
    reason: null,
    time: timeRecord(timing, candidate.first),
    gigabytesPerSecond: bytes / (timing.median * 1e6),
  }
}

/** From milliseconds to microseconds. */
function timeRecord(timing: Timing, first: number | null): TimeRecord {
  const { median, low, high, p10, p90, samples, batch, steady } = timing
  const us = (milliseconds: number): number => milliseconds * 1000
  return {
    median: us(median),
    low: us(low),
    high: us(high),
    p10: us(p10),
    p90: us(p90),
    samples,
    batch,
    steady,
    ...(first === null ? {} : { first: us(first) }),
  }
}

function comparisonOf(
  measured: Measurement,
  of: string,
  over: string,
  purpose: ComparisonRecord['purpose'],
): ComparisonRecord {
  const ratio = measured.ratio({ of, over })
  const { value, low, high, rounds } = ratio
  return {
    of,
    over,
    purpose,
    ratio: value,
    low,
    high,
    rounds,
    outcome: outcomeOf(ratio),
    verdict: verdict(ratio),
  }
}
