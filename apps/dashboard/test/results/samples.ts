/**
 * A result that is small and whole, and what tests change about it.
 */
import type { BenchResult } from '@rope/bench'
import type { EntryRecord, TimeRecord } from '@rope/bench/report'

/** A time around a median in microseconds, within 2 % to each side. */
function timeOf(median: number): TimeRecord {
  return {
    ...{ median, low: median * 0.98, high: median * 1.02, p10: median * 0.95, p90: median * 1.2 },
    ...{ samples: 20, batch: 10, steady: true, first: median * 50 },
  }
}

/** An entry with a time. */
export function entryOf(name: string, median: number, tokens = 1): EntryRecord {
  const bytes = 40_960 * tokens
  return {
    ...{ name, kind: 'backend', status: 'ok', reason: null, bytes },
    ...{ case: `llama-3-8b/${tokens}/float32/half/bshd/in-place`, time: timeOf(median) },
    gigabytesPerSecond: bytes / (median * 1e3),
  }
}

/** A whole result with these entries in one group. */
export function resultOf(entries: readonly EntryRecord[]): BenchResult {
  const id = entries[0]?.case ?? 'none'
  return {
    resultVersion: 1,
    createdAt: '2026-01-02T03:04:05.678Z',
    machine: {
      ...{ os: 'Linux', architecture: 'x64', cpu: 'a processor', cores: 4, features: ['avx2'] },
      caches: [{ level: 1, kind: 'data', bytes: 49152, sharedBy: 1 }],
      ...{ memory: 8e9, virtual: false, engine: 'Node 20', float16Array: false },
      sharedArrayBuffer: true,
    },
    packages: { '@rope/core': '1.0.0', '@rope/js': null },
    suiteVersion: '1.3.0',
    conformance: [
      {
        ...{ backend: 'js', suiteVersion: '1.3.0', part: 'all' },
        ...{ passed: 900, failed: 0, unsupported: 20 },
      },
    ],
    run: { mode: 'quick', filter: null, seconds: 3, clockResolution: 5 },
    backends: [
      {
        ...{ name: 'js', packageName: '@rope/js', available: true, reason: null },
        ...{ facts: { float16Array: true }, isa: null, threads: 0 },
      },
    ],
    peers: [{ name: 'plain loop', version: null, available: true, reason: null, method: 'a loop' }],
    groups: [
      {
        ...{ id, title: 'a case', entries },
        comparisons: [
          {
            ...{ of: 'wasm', over: 'js', purpose: 'baseline', ratio: 2, low: 1.9, high: 2.1 },
            ...{ rounds: 10, outcome: 'faster', verdict: '2.0x faster [1.9, 2.1]' },
          },
        ],
      },
    ],
    goals: [],
  }
}

/** A wasm and a js entry. */
export const SAMPLE: BenchResult = resultOf([entryOf('wasm', 2), entryOf('js', 4)])
