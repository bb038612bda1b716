/**
 * The backends this command knows, one line each, and the one way to look at them: load and
 * probe under a time limit, and report whatever goes wrong instead of throwing it.
 */

import { type DType, RopeError } from '@rope/core'
import type { Backend, Probe } from '@rope/core/backend'

/** What a backend package offers, under names that do not depend on the package. */
export interface BackendModule {
  create(): Backend | Promise<Backend>
  probe(): Probe | Promise<Probe>
}

/** One known backend. */
export interface BackendEntry {
  /** What the user calls it: `js`, `wasm`, ... */
  readonly name: string
  readonly packageName: string
  /** Imports the package; rejects when it is not installed or does not load here. */
  load(): Promise<BackendModule>
}

/** Every known backend, best first; a new one is one line here and its loader below. */
export const BACKENDS: readonly BackendEntry[] = [
  { name: 'native', packageName: '@rope/native', load: loadNative },
  { name: 'wasm', packageName: '@rope/wasm', load: loadWasm },
  { name: 'js', packageName: '@rope/js', load: loadJs },
]

/** Those that have to be asked for by name, beside the others: a GPU, which may be one in software. */
export const NAMED_BACKENDS: readonly BackendEntry[] = [
  { name: 'webgpu', packageName: '@rope/webgpu', load: loadWebGpu },
]

// Each loader imports lazily: a package that is absent or broken must not stop the others.
async function loadNative(): Promise<BackendModule> {
  const { createNativeBackend, probeNative } = await import('@rope/native')
  return { create: () => createNativeBackend(), probe: probeNative }
}

async function loadWasm(): Promise<BackendModule> {
  const { createWasmBackend, probeWasm } = await import('@rope/wasm')
  return { create: () => createWasmBackend(), probe: () => probeWasm() }
}

async function loadJs(): Promise<BackendModule> {
  const { createJsBackend, probeJs } = await import('@rope/js')
  return { create: createJsBackend, probe: probeJs }
}

/**
 * The probe makes the first backend and asks its device: the npm package `webgpu` does not survive
 * looking for an adapter twice.
 */
async function loadWebGpu(): Promise<BackendModule> {
  const { createWebGpuBackend, probeWebGpu } = await import('@rope/webgpu')
  let first: Backend | undefined
  return {
    async probe() {
      try {
        const made = await createWebGpuBackend()
        first = made
        return await probeWebGpu({ device: made.gpuDevice })
      } catch (error) {
        return { available: false, reason: messageOf(error), facts: {} }
      }
    },
    create() {
      const made = first ?? createWebGpuBackend()
      first = undefined
      return made
    },
  }
}

/** A known backend on this machine: either it can be created, or a reason says why not. */
export type DetectedBackend =
  | {
      readonly name: string
      readonly packageName: string
      readonly available: true
      readonly facts: Probe['facts']
      create(): Promise<Backend>
    }
  | {
      readonly name: string
      readonly packageName: string
      readonly available: false
      readonly facts: Probe['facts']
      /** Why it cannot run here. */
      readonly reason: string
      /** What to do about it; null when the reason itself says so. */
      readonly fix: string | null
    }

/** How long a backend may take to load and to probe, in milliseconds. */
export const PROBE_LIMIT = 10_000

/** Loads and probes one backend; never rejects. */
export async function detectBackend(
  entry: BackendEntry,
  limit: number = PROBE_LIMIT,
): Promise<DetectedBackend> {
  const { name, packageName } = entry
  try {
    const { module, probe } = await withLimit(loadAndProbe(entry), limit)
    if (!probe.available) {
      const reason = probe.reason ?? 'it gave no reason'
      return { name, packageName, available: false, facts: probe.facts, reason, fix: null }
    }
    const create = async (): Promise<Backend> => module.create()
    return { name, packageName, available: true, facts: probe.facts, create }
  } catch (error) {
    return { name, packageName, available: false, facts: {}, ...explain(error, entry, limit) }
  }
}

/** Loads and probes all backends at once, in the order given. */
export function detectBackends(
  entries: readonly BackendEntry[],
  limit: number = PROBE_LIMIT,
): Promise<readonly DetectedBackend[]> {
  return Promise.all(entries.map((entry) => detectBackend(entry, limit)))
}

/**
 * The entries with these names, each once, in the order of the names.
 *
 * @throws RopeError INVALID_OPTION for a name that is not known
 */
export function findBackends(
  entries: readonly BackendEntry[],
  names: readonly string[],
): readonly BackendEntry[] {
  return [...new Set(names)].map((name) => findBackend(entries, name))
}

/**
 * The entry with this name.
 *
 * @throws RopeError INVALID_OPTION when there is none; the message lists the known names
 */
export function findBackend(entries: readonly BackendEntry[], name: string): BackendEntry {
  const entry = entries.find((candidate) => candidate.name === name)
  if (entry !== undefined) return entry
  const known = entries.map((candidate) => candidate.name).join(', ')
  throw new RopeError(
    'INVALID_OPTION',
    `unknown backend ${JSON.stringify(name)}; known backends: ${known}; 'rope doctor' says which can run here`,
    { field: '--backend' },
  )
}

/** A backend ready to work, or why there is none. */
export type OpenedBackend =
  | {
      readonly name: string
      readonly available: true
      readonly backend: Backend
      /** Makes another one of the same kind. */
      create(): Promise<Backend>
    }
  | { readonly name: string; readonly available: false; readonly reason: string }

/** Detects a backend and creates it; never rejects. */
export async function openBackend(entry: BackendEntry): Promise<OpenedBackend> {
  const { name } = entry
  const found = await detectBackend(entry)
  if (!found.available) {
    const reason = found.fix === null ? found.reason : `${found.reason}; to fix it, ${found.fix}`
    return { name, available: false, reason }
  }
  const { create } = found
  try {
    return { name, available: true, backend: await create(), create }
  } catch (error) {
    return { name, available: false, reason: `it could not be created: ${messageOf(error)}` }
  }
}

/**
 * A backend ready to work: the named one, or the first that is available and rotates all of
 * `dtypes`; when none rotates all of them, the first that is available.
 *
 * @throws RopeError INVALID_OPTION for an unknown name
 * @throws RopeError UNAVAILABLE when the named one, or every one, cannot run here
 */
export async function createBackend(
  entries: readonly BackendEntry[],
  name: string | undefined,
  dtypes: readonly DType[] = [],
): Promise<Backend> {
  const candidates = name === undefined ? entries : [findBackend(entries, name)]
  const refusals: string[] = []
  let second: Backend | undefined
  for (const entry of candidates) {
    const opened = await openBackend(entry)
    if (!opened.available) {
      refusals.push(unavailable(opened.name, opened.reason))
      continue
    }
    const { backend } = opened
    if (dtypes.every((dtype) => backend.capabilities.dtypes.includes(dtype))) {
      second?.dispose()
      return backend
    }
    if (second === undefined) second = backend
    else backend.dispose()
  }
  if (second !== undefined) return second
  throw new RopeError('UNAVAILABLE', refusals.join('; '), { field: '--backend' })
}

/** The sentence that says that a backend cannot run here, and why. */
export function unavailable(name: string, reason: string): string {
  return `backend ${name} is not available: ${reason}`
}

async function loadAndProbe(
  entry: BackendEntry,
): Promise<{ readonly module: BackendModule; readonly probe: Probe }> {
  const module = await entry.load()
  return { module, probe: await module.probe() }
}

/** Something took longer than it may. */
export class TimeLimitError extends Error {}

/** Waits for `work`, but no longer than `limit` milliseconds; TimeLimitError afterwards. */
export function withLimit<T>(work: Promise<T>, limit: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TimeLimitError()), limit)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function explain(
  error: unknown,
  entry: BackendEntry,
  limit: number,
): { readonly reason: string; readonly fix: string | null } {
  const { packageName } = entry
  if (error instanceof TimeLimitError) {
    return {
      reason: `it did not answer within ${limit / 1000} s`,
      fix: 'try again; if it stays so, report it',
    }
  }
  if (isMissing(error, packageName)) {
    return { reason: `${packageName} is not installed`, fix: `run: npm install ${packageName}` }
  }
  return {
    reason: `${packageName} did not load: ${messageOf(error)}`,
    fix: `run: npm install ${packageName}`,
  }
}

/** True when the import failed because the package itself is absent, not something inside it. */
function isMissing(error: unknown, packageName: string): boolean {
  const code = (error as { readonly code?: unknown } | null)?.code
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return false
  return String((error as { readonly message?: unknown }).message).includes(`'${packageName}'`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
