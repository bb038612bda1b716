/**
 * The backends that are measured, one line each. Packages are loaded lazily: one that is absent
 * or broken must not stop the others.
 */
import type { Backend, Probe } from '@rope/core/backend'

/** What is wanted of a backend. */
export interface CreateOptions {
  /** 0 asks for the calling thread alone; absent, the backend decides. */
  readonly threads?: 0
}

/** What a backend package offers, under names that do not depend on the package. */
export interface BenchModule {
  create(options: CreateOptions): Backend | Promise<Backend>
  probe(): Probe | Promise<Probe>
}

/** One known backend. */
export interface BenchBackend {
  /** What the user calls it: `js`, `wasm`, ... */
  readonly name: string
  readonly packageName: string
  /** Imports the package; rejects when it is not installed or does not load here. */
  load(): Promise<BenchModule>
}

/** The backends that run wherever JavaScript does, best first. */
export const PORTABLE_BACKENDS: readonly BenchBackend[] = [
  { name: 'wasm', packageName: '@rope/wasm', load: loadWasm },
  { name: 'js', packageName: '@rope/js', load: loadJs },
]

async function loadWasm(): Promise<BenchModule> {
  const { createWasmBackend, probeWasm } = await import('@rope/wasm')
  return {
    // By itself it uses none, since threads make its memory shared.
    create: ({ threads }) => createWasmBackend({ threads: threads ?? 'auto' }),
    probe: probeWasm,
  }
}

async function loadJs(): Promise<BenchModule> {
  const { createJsBackend, probeJs } = await import('@rope/js')
  return { create: () => createJsBackend(), probe: probeJs }
}

/** What became of a backend on this machine. */
export interface BackendStatus {
  readonly name: string
  readonly packageName: string
  readonly available: boolean
  /** Why it cannot run here; null when it can. */
  readonly reason: string | null
  readonly facts: Probe['facts']
  /** Null when it cannot run here. */
  readonly module: BenchModule | null
}

/** Loads and probes a backend; never rejects. */
export async function detectBackend(entry: BenchBackend): Promise<BackendStatus> {
  const { name, packageName } = entry
  const unavailable = (reason: string, facts: Probe['facts'] = {}): BackendStatus => ({
    name,
    packageName,
    available: false,
    reason,
    facts,
    module: null,
  })
  try {
    const module = await entry.load()
    const probe = await module.probe()
    if (!probe.available) return unavailable(probe.reason ?? 'it gave no reason', probe.facts)
    return { name, packageName, available: true, reason: null, facts: probe.facts, module }
  } catch (error) {
    return unavailable(`${packageName} did not load: ${messageOf(error)}`)
  }
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
