/**
 * The yardstick: the JavaScript kernel on the same numbers, and the bound within which two float32
 * evaluations of the rotation agree.
 */
import type { Layout, Positions, RopeConfig } from '@rope/core'
import { createRope } from '@rope/core'
import { createJsBackend } from '@rope/js'

/** What the JavaScript kernel makes of numbers; `inverse` rotates back. */
export function rotateByKernel(
  config: RopeConfig,
  given: Float32Array,
  shape: readonly number[],
  { layout, positions, inverse }: { layout: Layout; positions: Positions; inverse: boolean },
): Float32Array {
  const data = given.slice()
  const rope = createRope(config, { backend: createJsBackend(), layout })
  rope.rotate({ q: { data, shape }, positions, inverse })
  return data
}

/**
 * The largest difference relative to what is allowed. An output x c - y s takes two products and a
 * sum, each rounded by at most 2^-24 of its result (or fewer roundings, where a machine fuses them),
 * so that each evaluation errs by at most 2 * 2^-24 (|x c| + |y s|) and two of them differ by twice
 * that; |x|, |y| <= `size` and |c|, |s| <= `factor`, of which |c| + |s| <= sqrt(2) `factor`.
 */
export function shareOfBound(
  actual: ArrayLike<number>,
  expected: Float32Array,
  size: number,
  factor: number,
): number {
  const bound = 4 * 2 ** -24 * Math.SQRT2 * size * factor * (1 + 2 ** -20)
  const differences = expected.map((value, i) => Math.abs(value - (actual[i] as number)))
  return differences.reduce((most, difference) => Math.max(most, difference / bound), 0)
}

/** Numbers between -1 and 1, the same in every run. */
export function numbers(count: number, seed = 1): Float32Array {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
}
