/**
 * What the charts of a result show, as rows: no drawing here, so that numbers can be tested.
 */
import type { BenchResult } from '@rope/bench'
import type { EntryRecord } from '@rope/bench/report'
import type { IntervalRow } from './interval-row.js'

/** A rate at a size. */
export interface RatePoint {
  readonly name: string
  readonly isLimit: boolean
  readonly bytes: number
  readonly gigabytesPerSecond: number
}

/** Cases that differ from another in nothing but the number of tokens, by what they share. */
export function familiesOf({ groups }: BenchResult): readonly string[] {
  return [...new Set(groups.flatMap(({ entries }) => entries.map(familyOf)))]
}

/** `llama-3-8b/float32/half/bshd/in-place`: a case without its tokens. */
function familyOf({ case: id }: EntryRecord): string {
  const [model, , ...rest] = id.split('/')
  return [model, ...rest].join('/')
}

/** A family in words: `llama-3-8b, float32, half, bshd, in place`. */
export function familyText(family: string): string {
  return family
    .replace('in-place', 'in place')
    .replace('out-of-place', 'out of place')
    .replaceAll('/', ', ')
}

/** The rates of a family, the smallest size first: lines, and the limits as their roof. */
export function ratesOf({ groups }: BenchResult, family: string): readonly RatePoint[] {
  return groups
    .flatMap(({ entries }) => entries)
    .filter((entry) => familyOf(entry) === family)
    .flatMap(({ name, kind, bytes, gigabytesPerSecond }) =>
      gigabytesPerSecond === null
        ? []
        : [{ name, isLimit: kind === 'limit', bytes, gigabytesPerSecond }],
    )
    .sort((one, other) => one.bytes - other.bytes)
}

/**
 * The lines of a chart: the contenders that were measured at the most sizes, since variants that were
 * tried at a few would only cover them (the table has all); and the highest limit at each size, as one
 * line.
 */
export function linesOf(points: readonly RatePoint[]): {
  readonly lines: readonly RatePoint[]
  readonly roof: readonly RatePoint[]
} {
  const contenders = points.filter(({ isLimit }) => !isLimit)
  const sizesOf = (name: string): number => contenders.filter((one) => one.name === name).length
  const most = Math.max(...contenders.map(({ name }) => sizesOf(name)))
  const roof = new Map<number, RatePoint>()
  for (const point of points.filter(({ isLimit }) => isLimit)) {
    const known = roof.get(point.bytes)
    if ((known?.gigabytesPerSecond ?? 0) < point.gigabytesPerSecond) roof.set(point.bytes, point)
  }
  return {
    lines: contenders.filter(({ name }) => sizesOf(name) === most),
    roof: [...roof.values()],
  }
}

/** Every time, in the order of the result. */
export function timesOf({ groups }: BenchResult): readonly IntervalRow[] {
  return groups.flatMap(({ entries }) =>
    entries.flatMap(({ name, case: id, time }) =>
      time === null ? [] : [{ case: id, name, value: time.median, low: time.low, high: time.high }],
    ),
  )
}

/** Every share of a limit, in the order of the result. */
export function sharesOf({ groups }: BenchResult): readonly IntervalRow[] {
  return groups.flatMap(({ id, comparisons }) =>
    comparisons
      .filter(({ purpose }) => purpose === 'limit')
      .map(({ of, ratio, low, high }) => ({ case: id, name: of, value: ratio, low, high })),
  )
}

/** A contender's first call beside its later ones, in microseconds. */
export interface FirstRow {
  readonly case: string
  readonly name: string
  /** 0 for a call below the clock's step. */
  readonly first: number
  /** The median. */
  readonly warm: number
}

/** Every first call that was timed, in the order of the result. */
export function firstsOf({ groups }: BenchResult): readonly FirstRow[] {
  return groups.flatMap(({ entries }) =>
    entries.flatMap(({ name, case: id, time }) =>
      time?.first === undefined ? [] : [{ case: id, name, first: time.first, warm: time.median }],
    ),
  )
}
