/**
 * How far angles go wrong with the position, by the way they are computed. The measure is the
 * distance between the two points on the unit circle, the largest over all pairs: the error of the
 * rotated vector, relative to its norm.
 */

/** Ways to compute the angle of a pair at a position. */
export type AngleWay = 'exact angles, rounded once' | 'float32 angles' | 'a naive shader'

/** The error of one way at one position. */
export interface AccuracyPoint {
  readonly way: AngleWay
  readonly position: number
  readonly error: number
}

/** The base and the pairs of Llama 3. */
const BASE = 500000
const PAIRS = 64

type Unit = readonly [cos: number, sin: number]

/** Cos and sin of each way; all arithmetic of float32 is rounded after every operation. */
const WAYS: Readonly<Record<AngleWay, (position: number, pair: number) => Unit>> = {
  'exact angles, rounded once': (position, pair) => {
    const angle = position * BASE ** (-pair / PAIRS)
    return [Math.fround(Math.cos(angle)), Math.fround(Math.sin(angle))]
  },
  // PyTorch's eager code: float32 frequencies and positions, one float32 product.
  'float32 angles': (position, pair) => {
    const frequency = Math.fround(1 / Math.fround(BASE ** Math.fround(pair / PAIRS)))
    const angle = Math.fround(Math.fround(position) * frequency)
    return [Math.fround(Math.cos(angle)), Math.fround(Math.sin(angle))]
  },
  // pow(x, y) = exp2(y * log2(x)) with every step in float32, as WGSL allows it.
  'a naive shader': (position, pair) => {
    const exponent = Math.fround(Math.fround(-pair / PAIRS) * Math.fround(Math.log2(BASE)))
    const angle = Math.fround(Math.fround(position) * Math.fround(2 ** exponent))
    return [Math.fround(Math.cos(angle)), Math.fround(Math.sin(angle))]
  },
}

/** The names of the ways. */
export const ANGLE_WAYS: readonly AngleWay[] = Object.keys(WAYS) as readonly AngleWay[]

/** The largest error over all pairs. */
export function angleError(way: AngleWay, position: number): number {
  const errors = Array.from({ length: PAIRS }, (_, pair) => {
    const angle = position * BASE ** (-pair / PAIRS)
    const [cos, sin] = WAYS[way](position, pair)
    return Math.hypot(cos - Math.cos(angle), sin - Math.sin(angle))
  })
  return Math.max(...errors)
}

/** The errors at positions from 1 to 2^20, by powers of two less one: all bits of a position matter. */
export function accuracyPoints(): readonly AccuracyPoint[] {
  const positions = Array.from({ length: 20 }, (_, power) => 2 ** (power + 1) - 1)
  return ANGLE_WAYS.flatMap((way) =>
    positions.map((position) => ({ way, position, error: angleError(way, position) })),
  )
}
