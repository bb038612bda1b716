/**
 * Backends and clocks to test a choice with: right ones that take as long as a test says, and ones
 * that are wrong in one way each. A made-up clock advances only when such a backend works.
 */
import type { Backend, Kernel, Plan, Probe, View } from '@rope/core/backend'
import { createJsBackend, probeJs } from '@rope/js'
import type { BackendEntry, CreateOptions } from '../src/backends/entry.js'
import { bytesOfPlan } from '../src/call.js'

/** A clock that a test moves. */
export interface MadeUpClock {
  (): number
  /** Milliseconds. */
  advance(by: number): void
}

/** A clock that starts at 0 and takes a nanosecond to read, as clocks do. */
export function madeUpClock(): MadeUpClock {
  let now = 0
  const clock = (): number => {
    now += 1e-6
    return now
  }
  return Object.assign(clock, {
    advance(by: number) {
      now += by
    },
  })
}

/** The real JavaScript backend with some parts changed. */
export function changed(name: string, change: (backend: Backend) => Partial<Backend>): Backend {
  const backend = createJsBackend()
  return { ...backend, name, ...change(backend) }
}

/** A backend whose kernels are wrapped. */
export function wrapped(
  name: string,
  wrap: (run: Kernel['run'], plan: Plan) => Kernel['run'],
): Backend {
  return changed(name, (backend) => ({
    compile: (plan) => ({ run: wrap(backend.compile(plan).run, plan) }),
  }))
}

/** What a fake backend's calls take. */
export interface Pace {
  /** Microseconds of every call. */
  readonly overhead: number
  /** Bytes per microsecond. */
  readonly rate: number
}

type PaceOf = Pace | ((plan: Plan) => Pace)

function moment(pace: PaceOf, plan: Plan): number {
  const { overhead, rate } = typeof pace === 'function' ? pace(plan) : pace
  return (overhead + bytesOfPlan(plan) / rate) / 1000
}

/** A right backend whose calls take as long as `pace` says, on a made-up clock. */
export function paced(name: string, clock: MadeUpClock, pace: PaceOf): Backend {
  return wrapped(name, (run, plan) => ({ views, rotation }) => {
    clock.advance(moment(pace, plan))
    return run({ views, rotation })
  })
}

/** How an entry behaves; everything may be left out. */
export interface EntryParts {
  readonly device?: 'cpu' | 'gpu'
  readonly validatesFirst?: boolean
  readonly load?: () => Promise<never>
  readonly probe?: (options: CreateOptions) => Probe | Promise<Probe>
  readonly create?: (options: CreateOptions) => Backend | Promise<Backend>
}

/** An entry for a backend, ready to be found in a list of backends. */
export function entry(name: string, parts: EntryParts | Backend = {}): BackendEntry {
  if ('compile' in parts) return entry(name, { create: () => parts, device: parts.device })
  const { device = 'cpu', validatesFirst = true, load, probe = probeJs } = parts
  const create = parts.create ?? (() => changed(name, () => ({})))
  return {
    name,
    packageName: `@rope/${name}`,
    device,
    validatesFirst,
    load: load ?? (async () => ({ probe, create })),
  }
}

/** A GPU in software: the JavaScript backend, answering later. */
export function fakeGpu(
  name: string,
  run?: (run: Kernel['run'], plan: Plan) => Kernel['run'],
): Backend {
  return changed(name, (backend) => ({
    device: 'gpu',
    capabilities: { ...backend.capabilities, dtypes: ['float32'], sharedMemory: false },
    supports: ({ dtype }) =>
      dtype === 'float32' ? { ok: true } : { ok: false, reason: `no ${dtype}`, field: 'dtype' },
    compile(plan) {
      const inner = backend.compile(plan).run
      const called = run?.(inner, plan) ?? inner
      return { run: async ({ views, rotation }) => called({ views, rotation }) }
    },
  }))
}

/** Overwrites a call's targets, as a kernel does that breaks off in the middle. */
export function scribble(views: readonly View[], plan: Plan): void {
  plan.operands.forEach((operand, i) => {
    const { target, targetOffset } = views[i] as View
    const { low, high } = operand.targetSpan
    target.fill(0, targetOffset + low, targetOffset + Math.ceil((low + high) / 2))
  })
}

/** A config of small heads. */
export const CONFIG = {
  headDim: 8,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
} as const

/** Tensors of one token with 2 heads of q and 1 of k, filled with 1, 2, 3, ... */
export function smallCall(tokens = 1): {
  readonly q: {
    readonly data: Float32Array
    readonly shape: readonly number[]
    readonly layout: 'bshd'
  }
  readonly k: {
    readonly data: Float32Array
    readonly shape: readonly number[]
    readonly layout: 'bshd'
  }
} {
  const tensor = (heads: number): ReturnType<typeof smallCall>['q'] => ({
    data: Float32Array.from({ length: tokens * heads * 8 }, (_, i) => i + 1),
    shape: [1, tokens, heads, 8],
    layout: 'bshd',
  })
  return { q: tensor(2), k: tensor(1) }
}

/** An error as WebAssembly throws it; its classes are not among the types that tests are checked with. */
export function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}
