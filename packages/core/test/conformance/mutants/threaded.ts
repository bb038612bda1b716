/**
 * Backends that lose track of the parts of a large call. Threads are played by one: which part is
 * made when, how often and with what is what matters.
 */
import type { Plan, Rotation, View } from '../../../src/contract/backend.js'
import type { CapableBackend, Compile } from '../capable-backend.js'
import { capable } from './capable.js'
import type { Mutant } from './mutant.js'

const THREADS = /^contract\/threads\//
const PARTS = 8

interface Part {
  readonly begin: number
  readonly count: number
}

function partsOf({ tokens }: Plan): readonly Part[] {
  const size = Math.ceil(tokens / PARTS)
  return Array.from({ length: Math.ceil(tokens / size) }, (_, i) => ({
    begin: i * size,
    count: Math.min(size, tokens - i * size),
  }))
}

/** Makes one part: a call of its own, on views and rows that begin later. */
function runPart(
  plan: Plan,
  compile: Compile,
  views: readonly View[],
  rotation: Rotation,
  { begin, count }: Part,
  rowsFrom = begin,
): void {
  const moved = views.map((view, i) => {
    const { source, target } = plan.operands[i] as Plan['operands'][number]
    return {
      ...view,
      sourceOffset: view.sourceOffset + begin * source.token,
      targetOffset: view.targetOffset + begin * target.token,
    }
  })
  const from = rowsFrom * plan.pairs
  const rows = { ...rotation, cos: rotation.cos.subarray(from), sin: rotation.sin.subarray(from) }
  compile({ ...plan, tokens: count }).run({ views: moved, rotation: rows })
}

/** A large call in parts; `schedule` says which are made, and `calls` counts the calls so far. */
function parted(
  name: string,
  schedule: (parts: readonly Part[], calls: number) => readonly Part[],
  rowsOf: (part: Part, calls: number) => number = ({ begin }) => begin,
): Mutant {
  return capable(name, [THREADS], () => {
    let calls = 0
    return {
      backend: claimThreads,
      kernel: (kernel, plan, compile) => ({
        run({ views, rotation }) {
          const isLarge = plan.batch === 1 && plan.tokens >= 32 && plan.headDim > 1000
          if (!isLarge) return kernel.run({ views, rotation })
          calls += 1
          for (const part of schedule(partsOf(plan), calls)) {
            runPart(plan, compile, views, rotation, part, rowsOf(part, calls))
          }
        },
      }),
    }
  })
}

function claimThreads({ capabilities }: CapableBackend): Partial<CapableBackend> {
  return { capabilities: { ...capabilities, threads: 1 } }
}

/** Now and then: as often as two threads meet. */
function isMeeting(calls: number): boolean {
  return calls % 5000 === 1000
}

/** Mutants of threads. */
export const THREADED: readonly Mutant[] = [
  parted('a part that is claimed twice now and then', (parts, calls) => {
    return isMeeting(calls) ? [...parts, ...parts.slice(3, 4)] : parts
  }),
  parted('the last part made twice now and then', (parts, calls) => {
    return isMeeting(calls) ? [...parts, ...parts.slice(-1)] : parts
  }),
  parted('a part that nobody claims now and then', (parts, calls) => {
    return isMeeting(calls) ? parts.filter((_, i) => i !== 5) : parts
  }),
  parted('the last part left out', (parts) => parts.slice(0, -1)),
  parted(
    'rows of another part now and then',
    (parts) => parts,
    ({ begin }, calls) => (isMeeting(calls) && begin > 0 ? begin - 1 : begin),
  ),
  capable('a part that is made after the call has returned', [THREADS], () => ({
    backend: claimThreads,
    kernel: (kernel, plan, compile) => ({
      run({ views, rotation }) {
        if (plan.tokens < 32 || plan.headDim <= 1000) return kernel.run({ views, rotation })
        const parts = partsOf(plan)
        for (const part of parts.slice(0, -1)) runPart(plan, compile, views, rotation, part)
        const last = parts.at(-1)
        if (last === undefined) return
        void Promise.resolve().then(() => runPart(plan, compile, views, rotation, last))
      },
    }),
  })),
]
