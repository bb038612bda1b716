/**
 * What two kinds of frequencies do to a row after cos and sin: a decay scales it by the position
 * (xPos), a mixture mixes it (FoPE). Backends know rows only, so this is all there is to either.
 */
import { RopeError } from '../errors.js'
import type { Frequencies, RowDecay, RowMixture } from '../schedule/schedule.js'

/** Changes the double-precision row of a position in place. */
export type AdjustRow = (
  position: number,
  cos: Float64Array,
  sin: Float64Array,
  isShift: boolean,
) => void

/** ln of the largest factor a row may have: float32 ends at e^88. */
const LARGEST_EXPONENT = 80

function decayRows({ rates, centre }: RowDecay): AdjustRow {
  const fastest = Math.max(...rates.map(Math.abs))
  return (position, cos, sin, isShift) => {
    // A shift multiplies by the ratio of two factors, in which the centre cancels.
    const distance = isShift ? position : position - centre
    if (Math.abs(distance) * fastest > LARGEST_EXPONENT) {
      const reach = Math.floor(LARGEST_EXPONENT / fastest)
      throw new RopeError(
        'INVALID_POSITIONS',
        `position ${position} is ${Math.abs(distance)} from the xPos centre; accepted: at most ${reach}, beyond which the factors leave float32. Set schedule.centre to the middle of the positions, or a larger scaleBase`,
        { field: 'positions' },
      )
    }
    for (let i = 0; i < cos.length; i++) {
      const factor = Math.exp(distance * (rates[i] as number))
      cos[i] = factor * (cos[i] as number)
      sin[i] = factor * (sin[i] as number)
    }
  }
}

function mixRow(values: Float64Array, matrix: Float64Array, mixture: RowMixture): Float64Array {
  const { inputs, outputs } = mixture
  const mixed = new Float64Array(outputs)
  for (let i = 0; i < inputs; i++) {
    const value = values[i] as number
    for (let o = 0; o < outputs; o++) {
      mixed[o] = (mixed[o] as number) + value * (matrix[i * outputs + o] as number)
    }
  }
  return mixed
}

function mixtureRows(mixture: RowMixture): AdjustRow {
  return (_position, cos, sin, isShift) => {
    if (isShift) {
      throw new RopeError(
        'UNSUPPORTED',
        `keys whose rows are mixed (FoPE) cannot be moved, since those are no rotations; rotate the keys of before anew`,
        { field: 'schedule.type' },
      )
    }
    const mixedCos = mixRow(cos, mixture.cosMatrix, mixture)
    const mixedSin = mixRow(sin, mixture.sinMatrix, mixture)
    cos.fill(mixture.restCos).set(mixedCos)
    sin.fill(mixture.restSin).set(mixedSin)
  }
}

/** The adjustment that rows of these frequencies need; undefined for all pure rotations. */
export function rowAdjustment({ decay, mixture }: Frequencies): AdjustRow | undefined {
  if (mixture !== undefined) return mixtureRows(mixture)
  return decay === undefined ? undefined : decayRows(decay)
}
