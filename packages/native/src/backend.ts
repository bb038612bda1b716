/**
 * The native backend: the C kernels in an addon, the best instruction set of the processor, a
 * thread pool of its own. Importing this loads nothing; the addon is loaded when a backend is made
 * or probed.
 */

import { type DType, RopeError } from '@rope/core'
import type { Backend, Elements, Plan, Probe, Support } from '@rope/core/backend'
import type { Addon, InstructionSet } from './addon.js'
import { createHost } from './binary/host.js'
import { type Loaded, loadAddon } from './binary/load.js'
import { type Platform, platformName } from './binary/platform.js'
import { chooseInstructionSet, supportedSets, withoutVectors } from './instruction-set.js'
import { createNativeKernel, type NativeKernel } from './kernel.js'
import { createLimits, type NativeLimits } from './limits.js'
import { allocate } from './memory.js'
import { checkOptions, defaultThreads, type NativeOptions } from './options.js'
import { packageRoot } from './package-root.js'
import { KERNEL_DTYPES } from './plan-words.js'
import { createRowsOf } from './rows.js'

/** A backend whose kernels can do more than the contract asks for. */
export interface NativeBackend extends Backend {
  readonly name: 'native'
  compile(plan: Plan): NativeKernel
  /** Zero-filled memory that starts on a cache line; threads may work on it asynchronously. */
  allocate(dtype: DType, length: number): Elements
  /** The limits of this machine, for benchmarks. */
  readonly limits: NativeLimits
}

/** The addon and the instruction set that ROPE_ISA or the processor chose, or why there is none. */
type Ready =
  | {
      readonly ok: true
      readonly addon: Addon
      readonly path: string
      readonly isa: InstructionSet
    }
  | { readonly ok: false; readonly reason: string }

interface Found {
  readonly platform: Platform
  readonly loaded: Loaded
  readonly wanted: string | undefined
}

function find(): Found {
  const host = createHost(packageRoot())
  const { ROPE_ISA: wanted } = host.environment
  return {
    platform: host.platform,
    loaded: loadAddon(host),
    wanted: wanted === '' ? undefined : wanted,
  }
}

function makeReady({ loaded, wanted }: Found): Ready {
  if (loaded.addon === null) return { ok: false, reason: loaded.reason }
  const { addon, path } = loaded
  const choice = chooseInstructionSet(addon.instructionSets, wanted, 'ROPE_ISA')
  return choice.ok
    ? { ok: true, addon, path, isa: choice.isa }
    : { ok: false, reason: choice.reason }
}

/** The addon with the instruction set that the options ask for, or the one that was ready. */
function open({ isa: wanted }: NativeOptions): {
  readonly addon: Addon
  readonly isa: InstructionSet
} {
  const found = find()
  const ready = makeReady(wanted === undefined ? found : { ...found, wanted: undefined })
  if (!ready.ok) {
    throw new RopeError('UNAVAILABLE', `the native backend cannot run here: ${ready.reason}`)
  }
  if (wanted === undefined) return ready
  const choice = chooseInstructionSet(ready.addon.instructionSets, wanted, 'isa')
  if (choice.ok) return { addon: ready.addon, isa: choice.isa }
  throw new RopeError(choice.known ? 'UNAVAILABLE' : 'INVALID_OPTION', choice.reason, {
    field: 'isa',
  })
}

function supports({ dtype }: Plan): Support {
  if (KERNEL_DTYPES.includes(dtype)) return { ok: true }
  const reason = `the native kernels rotate ${KERNEL_DTYPES.join(', ')}, not ${dtype}; use @rope/js`
  return { ok: false, reason, field: 'dtype' }
}

/**
 * A backend over the addon. Any number may exist; they share one pool of threads, which is made
 * when the first large call wants it and ends with the environment.
 *
 * @param options threads and instruction set
 * @throws RopeError UNAVAILABLE when there is no binary for this machine, or it cannot run `isa`;
 *   the message says why and what to do
 * @throws RopeError INVALID_OPTION naming the option
 *
 * @example
 * ```ts
 * const rope = createRope(config, { backend: createNativeBackend({ threads: 4 }) })
 * ```
 */
export function createNativeBackend(options: NativeOptions = {}): NativeBackend {
  const checked = checkOptions(options)
  const { addon, isa } = open(checked)
  const threads = checked.threads ?? defaultThreads()
  let disposed = false
  const checkAlive = (): void => {
    if (!disposed) return
    throw new RopeError(
      'DISPOSED',
      'this native backend has been disposed of; create a new one with createNativeBackend',
    )
  }
  const context = { addon, isa: isa.id, threads, rowsOf: createRowsOf(addon), checkAlive }
  return {
    specVersion: 1,
    name: 'native',
    device: 'cpu',
    capabilities: {
      dtypes: KERNEL_DTYPES,
      threads: threads - 1,
      isa: isa.name,
      maxElements: Number.POSITIVE_INFINITY,
      sharedMemory: true,
    },
    limits: createLimits(addon, isa.id, threads),
    supports,
    compile(plan) {
      checkAlive()
      const support = supports(plan)
      if (!support.ok) throw new RopeError('UNSUPPORTED', support.reason, { field: support.field })
      return createNativeKernel(context, plan)
    },
    allocate(dtype, length) {
      checkAlive()
      return allocate(addon, dtype, length)
    },
    dispose() {
      disposed = true
    },
  }
}

/** Whether the native backend can run here, and with what; never throws. */
export function probeNative(): Probe {
  try {
    return probe(find())
  } catch (error) {
    return { available: false, reason: String(error), facts: {} }
  }
}

function probe(found: Found): Probe {
  const platform = platformName(found.platform)
  const ready = makeReady(found)
  if (!ready.ok) return { available: false, reason: ready.reason, facts: { platform } }
  const { addon, path, isa } = ready
  return {
    available: true,
    facts: {
      platform,
      binary: path,
      isa: isa.name,
      withoutVectors: withoutVectors(addon.instructionSets),
      instructionSets: supportedSets(addon.instructionSets)
        .map(({ name }) => name)
        .join(', '),
      threads: defaultThreads(),
      coreCacheBytes: addon.coreCacheBytes,
      sharedCacheBytes: addon.sharedCacheBytes,
    },
  }
}
