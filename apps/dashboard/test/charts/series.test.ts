import type { GroupRecord, TimeRecord } from '@rope/bench/report'
import { describe, expect, test } from 'vitest'
import {
  familiesOf,
  firstsOf,
  linesOf,
  ratesOf,
  sharesOf,
  timesOf,
} from '../../src/charts/series.js'
import { mergeResults } from '../../src/results/merge.js'
import { entryOf, resultOf } from '../results/samples.js'

const limit = { ...entryOf('scale', 1, 512), kind: 'limit' } as const
/** As results were before first calls were timed. */
function withoutFirst({ entries, ...group }: GroupRecord): GroupRecord {
  const strip = ({ first: _, ...time }: TimeRecord): TimeRecord => time
  return {
    ...group,
    entries: entries.map((one) => ({ ...one, time: one.time && strip(one.time) })),
  }
}

const RESULT = mergeResults([
  resultOf([entryOf('js', 2000, 512), limit]),
  resultOf([entryOf('js', 4)]),
])

describe('rows of charts', () => {
  test('cases that differ in their tokens alone are one line, the smallest first', () => {
    if (RESULT === null) throw new Error('no result')
    const [family = '', ...others] = familiesOf(RESULT)
    expect([family, others]).toEqual(['llama-3-8b/float32/half/bshd/in-place', []])
    const rates = ratesOf(RESULT, family)
    expect(rates.map(({ name, bytes, isLimit }) => [name, bytes, isLimit])).toEqual([
      ['js', 40_960, false],
      ['js', 512 * 40_960, false],
      ['scale', 512 * 40_960, true],
    ])
    expect(rates[0]?.gigabytesPerSecond).toBeCloseTo(10.24, 10)
  })

  test('lines are those with several sizes, under one roof', () => {
    const point = (name: string, bytes: number, rate: number, isLimit = false) => ({
      ...{ name, bytes, isLimit, gigabytesPerSecond: rate },
    })
    const once = point('once', 1, 5)
    const js = [point('js', 1, 2), point('js', 9, 3)]
    const limits = [
      point('scale', 1, 7, true),
      point('copy', 1, 8, true),
      point('scale', 9, 4, true),
    ]
    const { lines, roof } = linesOf([once, ...js, ...limits])
    expect(lines).toEqual(js)
    expect(roof).toEqual([limits[1], limits[2]])
    expect(linesOf([once]).lines).toEqual([once])
  })

  test('times and shares come with their intervals', () => {
    if (RESULT === null) throw new Error('no result')
    expect(timesOf(RESULT)[2]).toEqual({
      ...{ case: 'llama-3-8b/1/float32/half/bshd/in-place', name: 'js', value: 4 },
      ...{ low: 3.92, high: 4.08 },
    })
    expect(firstsOf(RESULT)[2]).toEqual({
      ...{ case: 'llama-3-8b/1/float32/half/bshd/in-place', name: 'js', first: 200, warm: 4 },
    })
    const older = { ...RESULT, groups: RESULT.groups.map(withoutFirst) }
    expect(firstsOf(older)).toEqual([])
    // The sample compares with a baseline only.
    expect(sharesOf(RESULT)).toEqual([])
  })
})
