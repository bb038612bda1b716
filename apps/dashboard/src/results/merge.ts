/**
 * Results of single groups as one result of one run.
 */
import type { BenchResult } from '@rope/bench'

/**
 * One result with the groups of all, in their order; null when there is none. All must come from one
 * machine, one after the other.
 */
export function mergeResults(results: readonly BenchResult[]): BenchResult | null {
  const [first] = results
  if (first === undefined) return null
  return {
    ...first,
    run: {
      ...first.run,
      filter: null,
      seconds: results.reduce((sum, { run }) => sum + run.seconds, 0),
    },
    backends: byName(results.flatMap(({ backends }) => backends)),
    peers: byName(results.flatMap(({ peers }) => peers)),
    groups: results.flatMap(({ groups }) => groups),
    goals: results.flatMap(({ goals }) => goals),
  }
}

/** Each name once, as it was first said. */
function byName<Named extends { readonly name: string }>(all: readonly Named[]): readonly Named[] {
  return [...new Map([...all].reverse().map((one) => [one.name, one])).values()].reverse()
}
