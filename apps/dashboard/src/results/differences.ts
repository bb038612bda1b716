/**
 * In what two runs differ beside the code that was measured. Times of different machines, modes,
 * parameters or suites cannot be compared without saying so.
 */
import type { BenchResult } from '@rope/bench'

/** One thing in which two runs differ. */
export interface Difference {
  /** For a verdict, what is another one: `machine`. */
  readonly flag: string
  /** The whole sentence: `different processor: Ryzen, then M3`. */
  readonly text: string
}

const MACHINE = 'machine'
const ENGINE = 'engine'
const MODE = 'mode'
const PARAMETERS = 'parameters'
const SUITE = 'suite'

/** The harness, which is part of how something was measured. */
const HARNESS = '@rope/bench'

/** Everything that stands in the way of a plain comparison; empty when nothing does. */
export function differencesOf(before: BenchResult, after: BenchResult): readonly Difference[] {
  const [old, now] = [before.machine, after.machine]
  return [
    ...differs(MACHINE, 'system', systemOf(old), systemOf(now)),
    ...differs(MACHINE, 'architecture', old.architecture, now.architecture),
    ...differs(MACHINE, 'processor', old.cpu, now.cpu),
    ...differs(MACHINE, 'number of cores', old.cores, now.cores),
    ...differs(MACHINE, 'memory', gibibytes(old.memory), gibibytes(now.memory)),
    ...backendDifferences(before, after),
    ...differs(ENGINE, 'engine', old.engine, now.engine),
    ...differs(MODE, 'mode', before.run.mode, after.run.mode),
    ...differs(SUITE, 'conformance suite', before.suiteVersion, after.suiteVersion),
    ...differs(SUITE, 'benchmark', before.packages[HARNESS], after.packages[HARNESS]),
  ]
}

/** What the comparison is about: the libraries whose versions differ. */
export function changedLibraries(before: BenchResult, after: BenchResult): readonly string[] {
  return Object.keys(before.packages)
    .filter((name) => name !== HARNESS && name in after.packages)
    .filter((name) => before.packages[name] !== after.packages[name])
    .map((name) => `${name} ${show(before.packages[name])}, then ${show(after.packages[name])}`)
}

/** The backends that both runs have: their instruction sets, threads and adapters. */
function backendDifferences(before: BenchResult, after: BenchResult): readonly Difference[] {
  return after.backends.flatMap((now) => {
    const old = before.backends.find(({ name }) => name === now.name)
    if (old?.available !== true || !now.available) return []
    return [
      ...differs(MACHINE, `GPU of ${now.name}`, adapterOf(old.facts), adapterOf(now.facts)),
      ...differs(PARAMETERS, `instructions of ${now.name}`, old.isa, now.isa),
      ...differs(PARAMETERS, `threads of ${now.name}`, old.threads, now.threads),
    ]
  })
}

/** An adapter in one line; undefined for a backend that has none. */
function adapterOf(facts: BenchResult['backends'][number]['facts']): string | undefined {
  if (!('vendor' in facts)) return undefined
  const names = [facts.vendor, facts.architecture, facts.description, facts.device]
  return names.filter((name) => typeof name === 'string' && name !== '').join(' ')
}

/** A browser has one name for itself and its system. */
function systemOf({ os, engine }: BenchResult['machine']): string | null {
  return os === engine ? null : os
}

/** Systems say a few bytes more or less from start to start. */
function gibibytes(bytes: number | null): string | null {
  return bytes === null ? null : `${Math.round(bytes / 2 ** 30)} GiB`
}

function differs(flag: string, what: string, one: unknown, other: unknown): readonly Difference[] {
  if ((one ?? null) === (other ?? null)) return []
  return [{ flag, text: `different ${what}: ${show(one)}, then ${show(other)}` }]
}

function show(value: unknown): string {
  return value === null || value === undefined ? 'not said' : String(value)
}
