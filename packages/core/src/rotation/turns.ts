/**
 * From a position and a frequency to cos and sin, in double precision at any distance.
 * Frequencies are kept in turns per position, as two doubles, so that reducing an angle means
 * dropping whole turns, which is exact. The polynomials are Taylor series, evaluated with nothing
 * but + and *: the same bits on every engine, which Math.cos does not promise.
 */
import { multiply, productError } from '../numbers/double-double.js'

/** 1 / (2 pi) as two doubles. */
const TURNS_PER_RADIAN = 0.15915494309189535
const TURNS_PER_RADIAN_REST = -9.839338337591243e-18
const RADIANS_PER_TURN = 6.283185307179586

/** Frequencies in turns per position: `high[i] + low[i]`. */
export interface TurnRates {
  readonly high: Float64Array
  readonly low: Float64Array
}

/** Converts radians per position (with their residuals) to turns per position. */
export function turnRates(radians: ArrayLike<number>, residuals: ArrayLike<number>): TurnRates {
  const high = new Float64Array(radians.length)
  const low = new Float64Array(radians.length)
  for (let i = 0; i < high.length; i++) {
    const value = radians[i] as number
    const rest = residuals[i] as number
    const rate = multiply(TURNS_PER_RADIAN, TURNS_PER_RADIAN_REST, value)
    high[i] = rate.value
    low[i] = rate.residual + TURNS_PER_RADIAN * rest
  }
  return { high, low }
}

/**
 * `position * (high + low)` without its whole turns, in about [-0.5, 0.5].
 * Error below 2^-53 turns for |position| up to 2^53: the only rounding that counts is the last sum.
 */
export function reduceTurns(position: number, high: number, low: number): number {
  const turns = position * high
  const rest = productError(position, high, turns) + position * low
  return turns - Math.floor(turns + 0.5) + rest
}

/** An angle in radians (a double taken as exact) as turns in about [-0.5, 0.5]. */
export function radiansToTurns(angle: number): number {
  return reduceTurns(angle, TURNS_PER_RADIAN, TURNS_PER_RADIAN_REST)
}

// Reciprocals of factorials: on |x| <= pi/4 the first term left out is below 1e-19.
const S3 = -1 / 6
const S5 = 1 / 120
const S7 = -1 / 5040
const S9 = 1 / 362880
const S11 = -1 / 39916800
const S13 = 1 / 6227020800
const S15 = -1 / 1307674368000
const S17 = 1 / 355687428096000
const C2 = -1 / 2
const C4 = 1 / 24
const C6 = -1 / 720
const C8 = 1 / 40320
const C10 = -1 / 3628800
const C12 = 1 / 479001600
const C14 = -1 / 87178291200
const C16 = 1 / 20922789888000
const C18 = -1 / 6402373705728000

/** Writes cos and sin of `turns` whole turns to `cos[at]` and `sin[at]`; |turns| up to a few. */
export function cosSinOfTurns(
  turns: number,
  cos: Float64Array,
  sin: Float64Array,
  at: number,
): void {
  const quarter = Math.floor(turns * 4 + 0.5)
  const x = (turns - quarter * 0.25) * RADIANS_PER_TURN
  const z = x * x
  const s =
    x + x * z * (S3 + z * (S5 + z * (S7 + z * (S9 + z * (S11 + z * (S13 + z * (S15 + z * S17)))))))
  const c =
    1 +
    z *
      (C2 +
        z * (C4 + z * (C6 + z * (C8 + z * (C10 + z * (C12 + z * (C14 + z * (C16 + z * C18))))))))
  switch (quarter & 3) {
    case 0:
      cos[at] = c
      sin[at] = s
      break
    case 1:
      cos[at] = -s
      sin[at] = c
      break
    case 2:
      cos[at] = -c
      sin[at] = -s
      break
    default:
      cos[at] = s
      sin[at] = -c
  }
}
