/**
 * The one way to look at a backend: load and probe it within a bounded time, and report whatever
 * goes wrong, with what to do about it, instead of throwing it.
 */
import { RopeError } from '@rope/core'
import { type Backend, checkFields, type Probe, reject } from '@rope/core/backend'
import { messageOf } from '../messages.js'
import { TimeLimitError, withLimit } from '../platform/timers.js'
import type { BackendEntry, BackendModule, CreateOptions } from './entry.js'
import { checkLimit, readEntries, readEntry } from './read-entry.js'

/** Why a backend cannot run here. */
export interface Absence {
  readonly reason: string
  /** What to do about it; null when the reason itself says so. */
  readonly fix: string | null
}

/** A known backend on this machine: either it can be created, or a reason says why not. */
export type DetectedBackend = {
  readonly name: string
  readonly packageName: string
  readonly facts: Probe['facts']
} & (
  | {
      readonly available: true
      create(options?: CreateOptions): Promise<Backend>
      /** Lets go of what the probe has made, if it made anything and nobody has asked for it. */
      discard(): void
    }
  | ({ readonly available: false } & Absence)
)

/** How long a backend may take to load and to probe, in milliseconds. */
export const PROBE_LIMIT = 10_000

/** Imports a backend's package and asks whether it can run here; rejects when it does not load. */
export async function loadAndProbe(
  entry: BackendEntry,
  options: CreateOptions = {},
): Promise<{ readonly module: BackendModule; readonly probe: Probe }> {
  const module = await entry.load()
  return { module, probe: await module.probe(options) }
}

/**
 * Loads and probes one backend. Whatever is wrong with the backend is reported.
 *
 * @throws RopeError INVALID_OPTION for what is no entry, or no number of milliseconds
 */
export async function detectBackend(
  entry: BackendEntry,
  limit: number = PROBE_LIMIT,
): Promise<DetectedBackend> {
  return detectRead(readEntry(entry, 'entry'), checkLimit(limit, 'limit'))
}

async function detectRead(entry: BackendEntry, limit: number): Promise<DetectedBackend> {
  const { name, packageName } = entry
  try {
    const { module, probe } = await withLimit(loadAndProbe(entry), limit)
    const { available, facts } = probe
    if (!available) return { name, packageName, facts, available, ...refusalOf(probe) }
    return {
      ...{ name, packageName, facts, available },
      create: async (options = {}) => module.create(options),
      discard: () => module.discard?.(),
    }
  } catch (error) {
    return { name, packageName, facts: {}, available: false, ...absenceOf(error, entry) }
  }
}

/** Loads and probes all backends at once, in the order given. */
export async function detectBackends(
  entries: readonly BackendEntry[],
  limit: number = PROBE_LIMIT,
): Promise<readonly DetectedBackend[]> {
  const most = checkLimit(limit, 'limit')
  return Promise.all(readEntries(entries, 'entries').map((entry) => detectRead(entry, most)))
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

/** Detects a backend and creates it; see `detectBackend`. */
export async function openBackend(entry: BackendEntry): Promise<OpenedBackend> {
  const found = await detectBackend(entry)
  const { name } = found
  if (!found.available) return { name, available: false, reason: absenceText(found) }
  const create = (): Promise<Backend> => found.create()
  try {
    return { name, available: true, backend: await create(), create }
  } catch (error) {
    return { name, available: false, reason: `it could not be created: ${messageOf(error)}` }
  }
}

/** Why a backend cannot run here and what to do about it, in one sentence. */
export function absenceText(absence: Absence): string {
  const { reason, fix } = checkFields(absence, 'absence', ['reason', 'fix'], '{ reason, fix }')
  if (typeof reason !== 'string') return reject('INVALID_OPTION', 'reason', reason, 'a sentence')
  if (fix !== null && typeof fix !== 'string') {
    return reject('INVALID_OPTION', 'fix', fix, 'a sentence, or null')
  }
  return fix === null ? reason : `${reason}; to fix it, ${fix}`
}

/** What a probe says that says no. */
export function refusalOf({ reason = 'it gave no reason' }: Probe): Absence {
  return { reason, fix: null }
}

/** What an error says that came while a package was loaded and probed. */
export function absenceOf(error: unknown, { packageName }: BackendEntry): Absence {
  const install = `run: npm install ${packageName}`
  if (error instanceof TimeLimitError) {
    return { reason: error.message, fix: 'try again; if it stays so, report it' }
  }
  if (RopeError.isInstance(error)) return { reason: error.message, fix: null }
  if (isMissing(error) && messageOf(error).includes(packageName)) {
    const reason = `${packageName} is not installed, or a bundler left it out`
    return { reason, fix: install }
  }
  const reason = `${packageName} does not load here: ${messageOf(error)}`
  return { reason, fix: isMissing(error) ? install : null }
}

/** Codes and words by which runtimes and bundlers say that there is no such module. */
const MISSING_CODES: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']
const MISSING_WORDS =
  /cannot find (?:module|package)|failed to resolve module|bare specifier|does not resolve to a valid URL|not prefixed with|not a dependency/i

/** True when some module is absent: the package itself, or something inside it. */
function isMissing(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null)?.code
  return MISSING_CODES.includes(code) || MISSING_WORDS.test(messageOf(error))
}
