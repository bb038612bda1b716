/**
 * The matrix: the reference case at every size, then one deviation at a time. A full product of
 * all fields would take hours and say no more.
 */
import { PORTABLE_LIMITS } from '../limits/portable.js'
import type { BackendSpec, ContenderSpec, Group, GroupComparison, LimitSpec } from './group.js'
import { GEMMA, GLM, PHI } from './model-shape.js'
import {
  type CallKind,
  caseId,
  caseText,
  type RotationCase,
  rotationCase,
  usualCall,
  type Variant,
} from './rotation-case.js'

/** What a backend that runs here can be asked for. */
export interface BackendTraits {
  readonly name: string
  /** It allocates memory that it can use without copying. */
  readonly allocates: boolean
  /** It can use more than the calling thread. */
  readonly threads: boolean
  /** It measures the machine's limits itself. */
  readonly limits: boolean
}

/** How much to measure: `quick` is a small selection for a first look. */
export type MatrixSize = 'quick' | 'full'

/** A peer as far as the matrix cares. */
export interface PeerTraits {
  readonly name: string
  /** Why it cannot run a case; null when it can. */
  refusal(rotation: RotationCase): string | null
}

/** A prompt of so many tokens takes time: a quick look has only the best variant of each backend. */
const LONG = 4096

/** The plain loop's name: the baseline of every group that it can take part in. */
export const PLAIN_LOOP = 'plain loop'

/** Tokens of a decode step, of short and long prompts, and of a very long one. */
export const TOKENS: Readonly<Record<MatrixSize, readonly number[]>> = {
  quick: [1, 512, 4096],
  full: [1, 64, 512, 4096, 32768],
}

type Deviation = Partial<Omit<RotationCase, 'tokens'>>

const DEVIATIONS: readonly Deviation[] = [
  { dtype: 'bfloat16' },
  { dtype: 'float16' },
  { pairing: 'interleaved' },
  { layout: 'bhsd' },
  { place: 'out-of-place' },
  { dtype: 'float64' },
  { shape: GEMMA },
  { shape: PHI },
  { shape: GLM },
]

/** Sizes at which each deviation is measured: in cache, and beyond the caches. */
const DEVIATION_TOKENS: Readonly<Record<MatrixSize, readonly number[]>> = {
  quick: [1],
  full: [1, 512, 4096],
}

/** Deviations of the quick selection. */
const QUICK_DEVIATIONS = 3

/** The groups of the matrix for what there is on this machine. */
export function matrixGroups(
  size: MatrixSize,
  backends: readonly BackendTraits[],
  peers: readonly PeerTraits[],
): readonly Group[] {
  const reference = TOKENS[size].map((tokens) =>
    groupOf(rotationCase({ tokens }), backends, peers, size === 'full' || tokens < LONG),
  )
  const deviations = size === 'quick' ? DEVIATIONS.slice(0, QUICK_DEVIATIONS) : DEVIATIONS
  const others = deviations.flatMap((deviation) =>
    DEVIATION_TOKENS[size].map((tokens) =>
      groupOf(rotationCase({ tokens, ...deviation }), backends, peers, false),
    ),
  )
  return [...reference, ...others]
}

/** The groups of chosen cases: the best variant of each backend, or every one for the full size. */
export function caseGroups(
  cases: readonly RotationCase[],
  size: MatrixSize,
  backends: readonly BackendTraits[],
  peers: readonly PeerTraits[],
): readonly Group[] {
  return cases.map((rotation) => groupOf(rotation, backends, peers, size === 'full'))
}

/** Everybody who can run a case; `everyVariant` asks for every way to call the backends. */
function groupOf(
  rotation: RotationCase,
  backends: readonly BackendTraits[],
  peers: readonly PeerTraits[],
  everyVariant: boolean,
): Group {
  const contenders: Record<string, ContenderSpec> = {}
  const comparisons: GroupComparison[] = []
  const running = peers.filter((peer) => peer.refusal(rotation) === null)
  const baseline = running.some(({ name }) => name === PLAIN_LOOP) ? PLAIN_LOOP : 'js'
  for (const backend of backends) {
    for (const variant of variantsOf(backend, rotation, everyVariant)) {
      const name = variantName(backend.name, variant, rotation)
      const limit = limitSpec(backend, rotation, variant)
      contenders[name] = backendSpec(backend.name, rotation, variant)
      contenders[limitName(limit)] = limit
      comparisons.push({ of: name, over: limitName(limit), purpose: 'limit' })
      if (name !== baseline) comparisons.push({ of: name, over: baseline, purpose: 'baseline' })
    }
  }
  for (const { name } of running) {
    contenders[name] = { kind: 'peer', name, case: rotation, threads: 'one' }
    if (name !== baseline) comparisons.push({ of: name, over: baseline, purpose: 'baseline' })
  }
  return {
    id: caseId(rotation),
    title: caseText(rotation),
    contenders,
    comparisons: comparisons.filter(({ over }) => over in contenders),
  }
}

function backendSpec(name: string, rotation: RotationCase, variant: Variant): BackendSpec {
  return { kind: 'backend', name, case: rotation, variant }
}

/** The ways to call a backend, the most usual one first. */
function variantsOf(
  { allocates, threads }: BackendTraits,
  rotation: RotationCase,
  every: boolean,
): readonly Variant[] {
  const call = usualCall(rotation)
  const best = { memory: allocates ? 'resident' : 'foreign', threads: 'one', call } as const
  if (!every) return [best]
  const variants: Variant[] = [best]
  if (allocates) variants.push({ ...best, memory: 'foreign' })
  // One token never leaves the calling thread; the other kinds of call matter where calls are short.
  if (rotation.tokens > 1 && threads) variants.push({ ...best, threads: 'all' })
  if (rotation.tokens === 1) {
    for (const other of ['step', 'rotate', 'kernel'] as const)
      variants.push({ ...best, call: other })
  }
  if (rotation.tokens === 512) variants.push({ ...best, call: 'rotate' })
  return variants
}

/** The limit that a call can hope to reach: what it does to memory, without the arithmetic. */
function limitSpec(
  backend: BackendTraits,
  rotation: RotationCase,
  { memory, threads }: Variant,
): LimitSpec {
  return {
    kind: 'limit',
    limit: rotation.place === 'in-place' ? 'scale' : 'copy',
    name: backend.limits ? backend.name : PORTABLE_LIMITS,
    case: rotation,
    variant: {
      memory: backend.limits ? memory : 'foreign',
      threads: backend.limits ? threads : 'one',
    },
  }
}

const CALL_WORDS: Readonly<Record<CallKind, string>> = {
  bound: 'bound',
  step: 'step',
  rotate: 'tables included',
  kernel: 'kernel only',
}

/** `wasm, foreign memory, all threads`: only what differs from the usual is said. */
function variantName(name: string, variant: Variant, rotation: RotationCase): string {
  const words = [name]
  if (variant.memory === 'resident') words.push('resident')
  if (variant.threads === 'all') words.push('all threads')
  if (variant.call !== usualCall(rotation)) words.push(CALL_WORDS[variant.call])
  return words.join(', ')
}

/** `scale (native, all threads)`. */
export function limitName({ limit, name, variant }: LimitSpec): string {
  const words = [name]
  if (variant.memory === 'resident') words.push('resident')
  if (variant.threads === 'all') words.push('all threads')
  return `${limit} (${words.join(', ')})`
}
