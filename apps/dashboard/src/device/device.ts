/**
 * What is known of this device, as signals that fill up while its worker looks.
 */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { type JobWorker, startJob } from '../jobs/job.js'
import type { BackendStatus, DeviceReport } from './messages.js'

/** What the engine says about itself. */
export type EngineFacts = Omit<Extract<DeviceReport, { readonly type: 'engine' }>, 'type'>

/** A backend: its name, and what was found once somebody looked. */
export interface KnownBackend {
  readonly name: string
  readonly status: BackendStatus | null
}

/** This device. */
export interface Device {
  readonly engine: ReadonlySignal<EngineFacts | null>
  readonly backends: ReadonlySignal<readonly KnownBackend[]>
  /** True once every backend has been looked at, or the worker failed. */
  readonly isKnown: ReadonlySignal<boolean>
  /** Why nothing more will be known; null when all is well. */
  readonly failure: ReadonlySignal<string | null>
}

/** The backends that a browser can load, which are there before anything is known of them. */
export const BROWSER_BACKENDS: readonly string[] = ['wasm', 'js', 'webgpu']

/** Looks at this device. */
export function lookAtDevice(startWorker: () => JobWorker): Device {
  const engine: Signal<EngineFacts | null> = signal(null)
  const backends: Signal<readonly KnownBackend[]> = signal(
    BROWSER_BACKENDS.map((name) => ({ name, status: null })),
  )
  const failure: Signal<string | null> = signal(null)
  const isOver = signal(false)
  const hear = (report: DeviceReport): void => {
    if (report.type === 'engine') engine.value = report
    else {
      const { status } = report
      backends.value = backends.value.map((one) =>
        one.name === status.name ? { name: one.name, status } : one,
      )
    }
  }
  void startJob(startWorker(), null, hear).end.then((end) => {
    if (end.outcome === 'failed') failure.value = end.message
    isOver.value = true
  })
  return { engine, backends, failure, isKnown: computed(() => isOver.value) }
}

/** The names of the backends that can run here. */
export function availableBackends({ backends }: Device): readonly string[] {
  return backends.value.filter(({ status }) => status?.available === true).map(({ name }) => name)
}
