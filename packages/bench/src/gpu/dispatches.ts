/**
 * How many dispatches a call is, ours and the peer's: counted where they are encoded, on results
 * that were checked.
 */

import type { Opened } from '../contenders/opened.js'
import { messageOf } from '../messages.js'
import type { GoalRecord } from '../result.js'
import { COUNTED_CASE, PEER } from './groups.js'
import { openOnnxRuntime } from './onnxruntime-call.js'
import { PassWatch } from './pass-watch.js'
import { openRotation, type Stage } from './rotation-call.js'
import type { LoadedPeer } from './session.js'

/** Dispatches of one call, or why they are not known. */
export type Counted =
  | { readonly count: number; readonly reason: null }
  | { readonly count: null; readonly reason: string }

/** Dispatches of one call of each. */
export interface DispatchCounts {
  readonly own: Counted
  readonly peer: Counted
}

/** Counts on a stage whose stopwatch is the wall's. */
export async function countDispatches(stage: Stage, peer: LoadedPeer): Promise<DispatchCounts> {
  const { ort, reason } = peer
  return {
    own: await count(stage, () => openRotation(stage, COUNTED_CASE)),
    peer:
      ort === null
        ? { count: null, reason }
        : await count(stage, () => openOnnxRuntime(stage, ort, COUNTED_CASE)),
  }
}

async function count(stage: Stage, open: () => Promise<Opened>): Promise<Counted> {
  const watch = new PassWatch(stage.device)
  try {
    const opened = await open()
    const wrong = await opened.check()
    watch.start()
    await opened.run(1)
    const { dispatches } = await watch.stop()
    await opened.close?.()
    return wrong === null ? { count: dispatches, reason: null } : { count: null, reason: wrong }
  } catch (error) {
    return { count: null, reason: messageOf(error) }
  } finally {
    watch.dispose()
  }
}

/** The goal: one dispatch where the peer needs two. */
export function judgeDispatches({ own, peer }: DispatchCounts): GoalRecord {
  const goal = {
    id: 'webgpu-dispatches',
    what: `webgpu, dispatches for q and k, against ${PEER}'s`,
    wanted: `1, where ${PEER} needs 2`,
    unit: 'x',
    low: null,
    high: null,
  } as const
  if (own.count === null || peer.count === null) {
    const reason = own.count === null ? own.reason : peer.reason
    return { ...goal, measured: null, outcome: 'not measured', reason }
  }
  const isMet = own.count === 1 && peer.count >= 2
  return {
    ...goal,
    measured: peer.count / own.count,
    outcome: isMet ? 'met' : 'not met',
    reason: null,
  }
}
