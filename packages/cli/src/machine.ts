/**
 * What this machine is, as far as rotations care: system, processor, memory, engine.
 */
import { arch, availableParallelism, cpus, freemem, release, totalmem, type } from 'node:os'
import { type WasmFeatures, wasmFeatures } from '@rope/bench/machine'

/** A machine as data. */
export interface Machine {
  /** Kernel and its release, such as `Linux 6.8.0`. */
  readonly os: string
  /** Processor architecture, such as `x64` or `arm64`. */
  readonly arch: string
  /** The processor's own name; null where the system keeps it secret. */
  readonly cpu: string | null
  /** Logical cores this process may use. */
  readonly cores: number
  /** Bytes of memory, and how many are free. */
  readonly memory: { readonly total: number; readonly free: number }
  readonly node: string
  readonly v8: string
  readonly float16Array: boolean
  readonly sharedArrayBuffer: boolean
  /** null when the engine has no WebAssembly. */
  readonly webAssembly: WasmFeatures | null
}

/** Looks at the running machine. */
export function describeMachine(): Machine {
  return {
    os: `${type()} ${release()}`,
    arch: arch(),
    cpu: cpus()[0]?.model.trim() || null,
    cores: availableParallelism(),
    memory: { total: totalmem(), free: freemem() },
    node: process.versions.node,
    v8: process.versions.v8,
    float16Array: 'Float16Array' in globalThis,
    sharedArrayBuffer: 'SharedArrayBuffer' in globalThis,
    webAssembly: wasmFeatures(),
  }
}
