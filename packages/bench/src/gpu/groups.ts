/**
 * What is measured on a GPU, and what has to be reached there: the backend next to a copy of the same
 * bytes and next to onnxruntime-web, by the GPU's clock and by the wall's.
 */
import type { DType } from '@rope/core'
import type { Goal } from '../goals/goal.js'
import type { ContenderSpec, Group } from '../matrix/group.js'
import { caseId, caseText, type RotationCase, rotationCase } from '../matrix/rotation-case.js'
import type { Stopwatch } from './stopwatch.js'

/** The names of the contenders. */
export const BACKEND = 'webgpu'
/** The copy kernel. */
const COPY = 'vec4 copy'
/** The peer. */
export const PEER = 'onnxruntime-web'

/** How much is measured. */
export type GpuBenchSize = 'quick' | 'full'

/** A long prompt: beyond the caches of any GPU, and what the goals are about. */
const LONG = 4096

const DTYPES: readonly Exclude<DType, 'float64'>[] = ['float32', 'float16', 'bfloat16']

/** The cases of a run, the one that matters most first. */
export function gpuCases(size: GpuBenchSize): readonly RotationCase[] {
  const long = DTYPES.map((dtype) => rotationCase({ tokens: LONG, dtype }))
  if (size === 'quick') return long
  return [
    ...long,
    rotationCase({ tokens: LONG, pairing: 'interleaved' }),
    rotationCase({ tokens: LONG, layout: 'bhsd' }),
    ...[512, 1].flatMap((tokens) => DTYPES.map((dtype) => rotationCase({ tokens, dtype }))),
  ]
}

/** The case whose dispatches are counted. */
export const COUNTED_CASE: RotationCase = rotationCase({ tokens: 16 })

/** The group of a case by one clock. */
export function gpuGroup(
  rotation: RotationCase,
  clock: Stopwatch['kind'],
  withPeer: boolean,
): Group {
  const memory = 'resident'
  const contenders: Record<string, ContenderSpec> = {
    [BACKEND]: backendSpec(rotation),
    [COPY]: {
      kind: 'limit',
      limit: 'copy',
      name: BACKEND,
      case: rotation,
      variant: { memory, threads: 'one' },
    },
    ...(withPeer ? { [PEER]: peerSpec(rotation) } : {}),
  }
  return {
    id: `${caseId(rotation)}/${clock}-time`,
    title: `${caseText(rotation)}, ${clock === 'gpu' ? "the GPU's clock" : "the wall's clock"}`,
    contenders,
    comparisons: [
      { of: BACKEND, over: COPY, purpose: 'limit' },
      ...(withPeer ? [{ of: BACKEND, over: PEER, purpose: 'baseline' } as const] : []),
    ],
  }
}

/** The backend as a contender. */
function backendSpec(rotation: RotationCase): ContenderSpec {
  const variant = { memory: 'resident', threads: 'one', call: 'kernel' } as const
  return { kind: 'backend', name: BACKEND, case: rotation, variant }
}

/** onnxruntime-web as a contender. */
function peerSpec(rotation: RotationCase): ContenderSpec {
  return { kind: 'peer', name: PEER, case: rotation, threads: 'one' }
}

/** What has to be reached in a case; nothing in most. */
export function gpuGoals({ tokens, dtype, pairing, layout }: RotationCase): readonly Goal[] {
  if (tokens !== LONG || pairing !== 'half' || layout !== 'bshd') return []
  const goal = (over: string, what: string, atLeast: number): Goal => ({
    id: `webgpu-${over === COPY ? 'copy' : 'onnxruntime'}-${tokens}-${dtype}`,
    what: `webgpu, ${tokens} tokens, ${dtype}, against ${what}`,
    wanted: `at least ${atLeast}x the speed`,
    check: { kind: 'speed', of: BACKEND, over, atLeast },
  })
  return [
    goal(COPY, 'the vec4 copy kernel', 0.85),
    ...(dtype === 'float32' ? [goal(PEER, PEER, 1.5)] : []),
  ]
}
