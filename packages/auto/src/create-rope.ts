/**
 * The front door: a rope that makes each call on the fastest backend that can make it where its data
 * lives. The work is core's own rope over the dispatcher; here is only what a choice adds.
 */

import {
  createRope as createCoreRope,
  type Layout,
  type Rope,
  type RopeConfig,
  type RopeContext,
  type RopeOptions,
  type RotateInput,
  resolveConfig,
} from '@rope/core'
import { type Backend, type Plan, refuseExtra } from '@rope/core/backend'
import type { CallDescription } from './call.js'
import { createDispatchBackend, type DispatchBackend } from './dispatch/backend.js'
import type { MadeCall } from './dispatch/call-kind.js'
import type { Dispatcher } from './dispatch/dispatcher.js'
import { lease } from './dispatch/share.js'
import type { Explanation } from './explain/explanation.js'
import { explainLater } from './explain/later.js'
import type { GpuFront } from './gpu/gpu-front.js'
import { type EncodeTarget, type GpuInput, isGpuInput, noGpu } from './gpu/gpu-input.js'
import { type AutoOptions, checkOptions } from './options.js'
import type { Clock } from './platform/timers.js'

/** A rope that chooses its backend for each kind of call. */
export interface AutoRope extends Rope {
  /** The backend of the last call; before the first call, the one that comes first. */
  readonly backend: Backend
  /** Rotates on any backend, and buffers on the GPU that they live on. Nothing may change until it resolves. */
  rotateAsync(input: RotateInput | GpuInput): Promise<void>
  /**
   * Encodes a call on GPU buffers into an open compute pass or a command encoder of the caller's:
   * one dispatch for q and k, nothing is submitted or waited for. Needs the `device` option, or a GPU
   * backend asked for by name.
   *
   * @throws RopeError UNAVAILABLE when there is no GPU backend
   * @throws RopeError BACKEND_FAILED when the device is lost: the data is on it, so that no other
   *   backend can make the call
   */
  encode(target: EncodeTarget, input: GpuInput): void
  /**
   * Why the backend of the last call was chosen, and why each other one was not; with a description,
   * who would make that call. `text` has it as a table of words.
   */
  explain(call?: CallDescription): Promise<Explanation>
}

/**
 * Makes a rope on the fastest backend of this place. Backends are looked at all at once and in a
 * bounded time; each has to pass a self-test on this very device first.
 *
 * @param config a resolved config, or options that resolve to one
 * @param options whom to choose from, and how
 * @throws RopeError INVALID_OPTION or UNKNOWN_SCHEDULE, naming the option
 * @throws RopeError UNAVAILABLE when a backend that was asked for cannot run here, with the reason
 *
 * @example
 * ```ts
 * const rope = await createRope({ headDim: 128, pairing: 'half', schedule: { type: 'default', base: 10000 } })
 * rope.rotate({ q, k, positions: 4095 })
 * console.log((await rope.explain()).text)
 * ```
 */
export async function createRope(
  config: RopeConfig | RopeOptions,
  options: AutoOptions = {},
): Promise<AutoRope> {
  return createRopeBy(undefined, config, options)
}

/** The same by another clock, for tests. */
export async function createRopeBy(
  clock: Clock | undefined,
  config: RopeConfig | RopeOptions,
  options: AutoOptions = {},
): Promise<AutoRope> {
  const { layout, ...choice } = checkOptions(options)
  // A mistake in the config is found before any backend is loaded.
  const resolved = resolveConfig(config)
  const { dispatcher, release } = await lease(choice, clock)
  try {
    return await makeRope(resolved, { layout }, dispatcher, release)
  } catch (error) {
    release()
    throw error
  }
}

async function makeRope(
  config: RopeConfig,
  { layout }: Pick<RopeContext, 'layout'>,
  dispatcher: Dispatcher,
  release: () => void,
): Promise<AutoRope> {
  const choosing = createDispatchBackend(dispatcher)
  const inner = createCoreRope(config, { backend: choosing, layout })
  const front = isGpuWanted(dispatcher) ? await withGpu(inner, dispatcher, layout) : inner
  const gpu = await openGpu(dispatcher, inner, layout, choosing)
  const gpuOrRefuse = (): GpuFront => {
    if (gpu === null) throw noGpu(dispatcher)
    return gpu
  }
  return {
    config: inner.config,
    frequencies: inner.frequencies,
    get backend() {
      return chosenBackend(dispatcher, choosing)
    },
    // Bound once: a call goes straight to core's rope.
    rotate: front.rotate.bind(front),
    rotateAsync: async (input, extra?: unknown) => {
      refuseExtra(extra)
      return isGpuInput(input) ? gpuOrRefuse().run(input) : front.rotateAsync(input)
    },
    at: front.at.bind(front),
    bind: front.bind.bind(front),
    shift: front.shift.bind(front),
    rerope: front.rerope.bind(front),
    regimeFor: front.regimeFor.bind(front),
    encode: (target, input, extra?: unknown) => {
      refuseExtra(extra)
      gpuOrRefuse().encode(target, input)
    },
    explain: async (call, extra?: unknown) => {
      refuseExtra(extra)
      const described = call === undefined ? call : { config: inner.config, call }
      return explainLater(dispatcher, choosing, described)
    },
    dispose() {
      front.dispose()
      gpu?.dispose()
      choosing.dispose()
      release()
    },
  }
}

/** Where calls on GPU buffers are made; null where there is no GPU. Most programs never load it. */
async function openGpu(
  dispatcher: Dispatcher,
  { config }: Rope,
  layout: Layout | undefined,
  choosing: DispatchBackend,
): Promise<GpuFront | null> {
  const { members } = dispatcher
  if (members.every(({ backend, device }) => backend === null || device !== 'gpu')) return null
  const { GpuFront } = await import('./gpu/gpu-front.js')
  return new GpuFront(dispatcher, config, layout, (plan) => {
    choosing.lastCall = gpuCall(plan)
  })
}

/** A call on the GPU left nothing to choose. */
function gpuCall(plan: Plan): MadeCall {
  return { plan, memory: 'gpu', resident: null, tried: [], chosen: null }
}

/** The backend that made the last call, while it is still in use; else the first one that is. */
function chosenBackend({ members }: Dispatcher, choosing: DispatchBackend): Backend {
  const last = choosing.lastCall?.chosen?.member.backend
  return last ?? members.find(({ backend }) => backend !== null)?.backend ?? choosing
}

/** True when a GPU was asked for by name: then typed arrays may travel to it. */
function isGpuWanted({ members, asked }: Dispatcher): boolean {
  return (
    asked !== null && members.some(({ backend, device }) => backend !== null && device === 'gpu')
  )
}

/** A rope whose asynchronous calls may go to a GPU; the synchronous ones stay on the CPU. */
async function withGpu(
  onCpu: Rope,
  dispatcher: Dispatcher,
  layout: Layout | undefined,
): Promise<Rope> {
  const { createAsyncBackend } = await import('./dispatch/async-backend.js')
  const anywhere = createCoreRope(onCpu.config, { backend: createAsyncBackend(dispatcher), layout })
  const hasCpu = dispatcher.members.some(
    ({ backend, device }) => backend !== null && device === 'cpu',
  )
  // Where there is no CPU backend, core's own refusal says what to call instead.
  const sync = hasCpu ? onCpu : anywhere
  return {
    config: onCpu.config,
    frequencies: onCpu.frequencies,
    backend: anywhere.backend,
    // All arguments are passed on: those that nobody reads are refused there.
    rotate: sync.rotate.bind(sync),
    rotateAsync: anywhere.rotateAsync.bind(anywhere),
    at(...given) {
      const { rotate } = sync.at(...given)
      return { rotate, rotateAsync: anywhere.at(...given).rotateAsync }
    },
    bind: sync.bind.bind(sync),
    shift: sync.shift.bind(sync),
    rerope: sync.rerope.bind(sync),
    regimeFor: sync.regimeFor.bind(sync),
    dispose() {
      onCpu.dispose()
      anywhere.dispose()
    },
  }
}
