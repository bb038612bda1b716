/**
 * What the worker that looks at this device reports: plain data.
 */
import type { Machine, WasmFeatures } from '@rope/bench/machine'

/** A known backend on this device. */
export interface BackendStatus {
  readonly name: string
  readonly packageName: string
  readonly available: boolean
  /** Why it cannot run here, and what to do about it; null when it can. */
  readonly reason: string | null
  readonly fix: string | null
  readonly facts: Readonly<Record<string, string | number | boolean | null>>
}

/** One thing that was found out. */
export type DeviceReport =
  | {
      readonly type: 'engine'
      readonly machine: Machine
      readonly webAssembly: WasmFeatures | null
      /** The clock's smallest step in a worker, in microseconds. */
      readonly clockStep: number
    }
  | { readonly type: 'backend'; readonly status: BackendStatus }
