/**
 * The WebAssembly backend over any source of modules. Importing this compiles nothing; a module is
 * compiled when a backend is made.
 */

import { type DType, RopeError } from '@rope/core'
import {
  type Backend,
  type Elements,
  kindOf,
  type Plan,
  type Probe,
  type Support,
  type SyncKernel,
} from '@rope/core/backend'
import { type Features, findFeatures } from './features.js'
import { createKernel } from './kernel/kernel.js'
import {
  createLocalMemory,
  createSharedMemory,
  type Memory,
  MOST_CHANNELS,
} from './memory/memory.js'
import { checkThreads, type WasmOptions } from './options.js'
import { KERNEL_DTYPES } from './plan-words.js'
import type { ModuleSource } from './threads/module-source.js'
import { createPool, type Pool } from './threads/pool.js'

/** A backend in WebAssembly, and what it found out about where it runs. */
export interface WasmBackend extends Backend {
  readonly name: 'wasm'
  /** Memory that kernels use without copying. Its views stay valid as long as they are held. */
  allocate(dtype: DType, length: number): Elements
  /** True for an array of its `allocate`. */
  isResident(elements: Elements): boolean
  readonly facts: Probe['facts']
}

/** What a backend works with, once its module is compiled. */
interface Engine {
  readonly memory: Memory
  readonly pool: Pool | undefined
}

async function startSingle(source: ModuleSource): Promise<Engine> {
  return { memory: createLocalMemory(await source.single()), pool: undefined }
}

async function startThreaded(source: ModuleSource, workers: number): Promise<Engine> {
  const module = await source.threaded()
  const memory = createSharedMemory(module)
  const { home } = memory
  const pool = createPool(workers, {
    source,
    module,
    memory: home.memory,
    exports: home.exports,
    take: (bytes) => home.take(bytes),
  })
  return { memory, pool }
}

function supports({ dtype, headDim }: Plan): Support {
  if (!KERNEL_DTYPES.includes(dtype)) {
    const reason = `the WebAssembly kernels rotate ${KERNEL_DTYPES.join(', ')}, not ${dtype}; use @rope/js`
    return { ok: false, reason, field: 'dtype' }
  }
  if (headDim > MOST_CHANNELS) {
    const reason = `headDim is ${headDim}; the WebAssembly backend takes heads of at most ${MOST_CHANNELS} channels; use @rope/js`
    return { ok: false, reason, field: 'headDim' }
  }
  return { ok: true }
}

function refuse({ reason, field }: Support & { readonly ok: false }): RopeError {
  return new RopeError('UNSUPPORTED', reason, { field })
}

function factsOf(features: Features, threads: number): Probe['facts'] {
  const { withoutThreads, crossOriginIsolated, concurrency } = features
  return {
    simd: features.missing === undefined,
    threads,
    threadsPossible: withoutThreads === undefined,
    withoutThreads: withoutThreads ?? null,
    crossOriginIsolated,
    concurrency,
  }
}

class ModuleBackend implements WasmBackend {
  readonly specVersion = 1
  readonly name = 'wasm'
  readonly device = 'cpu'
  readonly capabilities: Backend['capabilities']
  readonly facts: Probe['facts']
  #engine: Engine | undefined
  /** Where nothing was given out, nothing needs to be looked up. */
  #hasGiven = false

  constructor(engine: Engine, threads: number, features: Features) {
    this.#engine = engine
    this.facts = factsOf(features, threads)
    this.capabilities = {
      dtypes: KERNEL_DTYPES,
      threads,
      isa: 'simd128',
      maxElements: Number.POSITIVE_INFINITY,
      sharedMemory: true,
    }
  }

  supports(plan: Plan): Support {
    return supports(plan)
  }

  compile(plan: Plan): SyncKernel {
    const { memory, pool } = this.#alive()
    const support = supports(plan)
    if (!support.ok) throw refuse(support)
    const kernel = createKernel(memory, pool, plan)
    return {
      run: (call) => {
        if (this.#engine === undefined) this.#alive()
        kernel.run(call)
      },
      bind: (call) => {
        this.#alive()
        const bound = kernel.bind(call)
        return () => {
          if (this.#engine === undefined) this.#alive()
          bound()
        }
      },
      bindDecode: (call, factors) => {
        this.#alive()
        const bound = kernel.bindDecode(call, factors)
        if (bound === undefined) return undefined
        return (rest) => {
          if (this.#engine === undefined) this.#alive()
          bound(rest)
        }
      },
    }
  }

  allocate(dtype: DType, length: number): Elements {
    const { memory } = this.#alive()
    const elements = memory.allocate(dtype, length)
    this.#hasGiven = true
    return elements
  }

  isResident(elements: Elements): boolean {
    if (!this.#hasGiven || kindOf(elements) === undefined) return false
    return this.#engine?.memory.has(elements) === true
  }

  dispose(): void {
    this.#engine?.pool?.close()
    this.#engine = undefined
  }

  #alive(): Engine {
    if (this.#engine !== undefined) return this.#engine
    throw new RopeError(
      'DISPOSED',
      'this wasm backend has been disposed of; create a new one with createWasmBackend',
    )
  }
}

/**
 * A backend over modules from `source`.
 *
 * @throws RopeError UNAVAILABLE with the reason, or INVALID_OPTION naming the option
 */
export async function createBackend(
  source: ModuleSource,
  options: WasmOptions,
): Promise<WasmBackend> {
  const features = findFeatures()
  const wanted = checkThreads(options, features.concurrency)
  if (features.missing !== undefined) throw new RopeError('UNAVAILABLE', features.missing)
  const threads = features.withoutThreads === undefined ? wanted : 0
  const engine = await (threads > 0 ? startThreaded(source, threads) : startSingle(source))
  return new ModuleBackend(engine, threads, features)
}

/**
 * Whether the WebAssembly backend can run here, and whether it could use threads; never throws.
 * `facts.withoutThreads` says why not.
 */
export function probeWasm(): Probe {
  const features = findFeatures()
  const { missing, withoutThreads, concurrency } = features
  const threads = withoutThreads === undefined ? concurrency - 1 : 0
  const facts = factsOf(features, threads)
  return missing === undefined
    ? { available: true, facts }
    : { available: false, reason: missing, facts }
}
