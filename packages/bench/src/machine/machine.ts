/**
 * What a machine is, as far as a benchmark cares, and what any engine can say about itself.
 * `@rope/bench/node` knows more: it reads the system.
 */

/** A level of the processor's caches. */
export interface CacheRecord {
  /** 1, 2 or 3. */
  readonly level: number
  readonly kind: 'data' | 'instruction' | 'unified'
  readonly bytes: number
  /** Logical cores that share it; null when the system does not say. */
  readonly sharedBy: number | null
}

/** A machine as data; null where the system keeps something to itself. */
export interface Machine {
  /** Such as `Linux 6.8.0`; a user agent in browsers. */
  readonly os: string
  readonly architecture: string | null
  readonly cpu: string | null
  /** Logical cores that this process may use. */
  readonly cores: number | null
  /** Instruction set extensions that matter here, such as `avx2` and `f16c`. */
  readonly features: readonly string[]
  readonly caches: readonly CacheRecord[]
  /** Bytes of memory. */
  readonly memory: number | null
  /** True when the system says that it runs on a virtual machine, whose caches and cores may be shared. */
  readonly virtual: boolean | null
  /** Such as `Node 20.20.2 (V8 11.3)`. */
  readonly engine: string
  readonly float16Array: boolean
  readonly sharedArrayBuffer: boolean
}

interface Navigator {
  readonly userAgent?: string
  readonly hardwareConcurrency?: number
  readonly deviceMemory?: number
}

/** The machine as the engine alone can tell it: in a page, a worker or anywhere else. */
export function describeEngine(): Machine {
  const { navigator = {} } = globalThis as { readonly navigator?: Navigator }
  const { userAgent, hardwareConcurrency, deviceMemory } = navigator
  return {
    os: userAgent ?? 'unknown',
    architecture: null,
    cpu: null,
    cores: hardwareConcurrency ?? null,
    features: [],
    caches: [],
    // A browser rounds it and stops at 8 GiB.
    memory: deviceMemory === undefined ? null : deviceMemory * 2 ** 30,
    virtual: null,
    engine: userAgent ?? 'unknown',
    ...engineFeatures(),
  }
}

/** What the engine's globals say. */
export function engineFeatures(): Pick<Machine, 'float16Array' | 'sharedArrayBuffer'> {
  return {
    float16Array: 'Float16Array' in globalThis,
    sharedArrayBuffer: 'SharedArrayBuffer' in globalThis,
  }
}
