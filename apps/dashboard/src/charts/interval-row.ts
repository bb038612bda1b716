/**
 * What a chart of intervals shows.
 */

/** A value with its interval of 95 %. */
export interface IntervalRow {
  readonly case: string
  readonly name: string
  readonly value: number
  readonly low: number
  readonly high: number
}
