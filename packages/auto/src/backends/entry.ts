/**
 * A backend by name, not loaded yet, and what its package is asked for. Types only.
 */
import type { Backend, Probe } from '@rope/core/backend'

/** What a backend may be told when it is made; a backend that has no use for a word ignores it. */
export interface CreateOptions {
  /** The caller's GPUDevice, for backends that work on one. */
  readonly device?: object | undefined
  /** `one` asks for the calling thread alone, `all` for every core; absent, the backend decides. */
  readonly threads?: 'one' | 'all' | undefined
}

/** What a backend package offers, under names that do not depend on the package. */
export interface BackendModule {
  /** Whether it can run here. */
  probe(options: CreateOptions): Probe | Promise<Probe>
  /** Makes a backend, or throws with the reason. */
  create(options: CreateOptions): Backend | Promise<Backend>
  /** Called instead of `create` when what the probe has found is not wanted. */
  discard?(): void
}

/** A backend that can be chosen by name. */
export interface BackendEntry {
  /** What the user calls it: `js`, `wasm`, ... */
  readonly name: string
  readonly packageName: string
  /** Where its kernels run. GPU backends are not even loaded unless a call could use them. */
  readonly device: 'cpu' | 'gpu'
  /** `node` for a package that no browser can load; absent, it runs wherever JavaScript does. */
  readonly needs?: 'node' | undefined
  /**
   * True when its kernels are known to refuse bad calls before they write anything. Without it,
   * every call is made on memory that can be restored, which costs a copy.
   */
  readonly validatesFirst?: boolean | undefined
  /** Imports the package; rejects when it is not installed or does not load here. */
  load(): Promise<BackendModule>
}
