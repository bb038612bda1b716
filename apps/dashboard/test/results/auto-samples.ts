/**
 * Results of the front door's benchmark that are small and whole.
 */
import type { AutoResult, CellRecord } from '@rope/bench/auto'
import { entryOf, SAMPLE } from './samples.js'

/** A kind of call. */
export interface CellSample {
  readonly chosen: string
  /** Medians in microseconds by backend. */
  readonly times: Readonly<Record<string, number>>
  readonly tokens?: number
  readonly memory?: string
}

/** A cell with these times. */
export function autoCell({
  chosen,
  times,
  tokens = 1,
  memory = 'foreign',
}: CellSample): CellRecord {
  const [best = '', least = 1] = Object.entries(times).sort(([, a], [, b]) => a - b)[0] ?? []
  const ratio = (times[chosen] ?? Number.NaN) / least
  const id = `llama-3-8b/${tokens}/float32/half/bshd/in-place/${memory}`
  return {
    ...{ id, title: 'a kind of call', tokens, dtype: 'float32', pairing: 'half', memory },
    ...{ chosen, best, ratio, throughFrontDoor: ratio },
    entries: Object.entries({ auto: times[chosen] ?? 1, ...times }).map(([name, time]) =>
      entryOf(name, time, tokens),
    ),
  }
}

/** A whole result with these cells. */
export function autoResult(cells: readonly CellRecord[]): AutoResult {
  const { resultVersion: _, peers, groups, conformance, ...run } = SAMPLE
  const goal = {
    id: 'auto-right',
    what: 'right choices',
    wanted: 'at least 99 %',
    unit: '%',
  } as const
  return {
    ...run,
    autoResultVersion: 2,
    cells,
    overhead: [
      {
        ...{ call: 'bound', title: 'bound.rotate(position)', winner: 'wasm' },
        ...{ microseconds: 0.03, low: 0.02, high: 0.04, reason: null },
      },
    ],
    newPositions: [
      {
        ...{ backend: 'idle', order: 'random', rotate: 0.4, bound: 0.3 },
        ...{ ratio: 1.3, low: 1.2, high: 1.4, reason: null },
      },
    ],
    goals: [{ ...goal, measured: 100, low: null, high: null, outcome: 'met', reason: null }],
  }
}
