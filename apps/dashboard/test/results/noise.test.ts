import type { EntryRecord, TimeRecord } from '@rope/bench/report'
import { describe, expect, test } from 'vitest'
import { noiseOf, noiseText } from '../../src/results/noise.js'

function entry(half: number, steady = true): EntryRecord {
  const time: TimeRecord = {
    ...{ median: 100, low: 100 - half, high: 100 + half, p10: 90, p90: 120 },
    ...{ samples: 20, batch: 1, steady },
  }
  return {
    ...{ name: 'js', kind: 'backend', status: 'ok', reason: null, case: 'x', bytes: 1 },
    ...{ time, gigabytesPerSecond: 1 },
  }
}

function groupOf(...entries: readonly EntryRecord[]): Parameters<typeof noiseOf>[0] {
  return { groups: [{ id: 'x', title: 'x', entries, comparisons: [] }] }
}

describe('noise', () => {
  test('a narrow interval is certain, up to 10 % to each side', () => {
    expect(noiseOf(groupOf(entry(1), entry(10)))).toEqual({
      times: 2,
      uncertain: 0,
      isNoisy: false,
    })
  })

  test('more than a quarter of uncertain times is too much', () => {
    const three = [entry(1), entry(1), entry(1)]
    expect(noiseOf(groupOf(...three, entry(11))).isNoisy).toBe(false)
    const noise = noiseOf(groupOf(...three, entry(11), entry(1, false)))
    expect(noise).toEqual({ times: 5, uncertain: 2, isNoisy: true })
    expect(noiseText(noise)).toMatch(/^This machine was too noisy.*2 of 5 times/)
  })

  test('what has no time has no noise', () => {
    const none = { ...entry(0), time: null, gigabytesPerSecond: null }
    expect(noiseOf(groupOf(none))).toEqual({ times: 0, uncertain: 0, isNoisy: false })
  })
})
