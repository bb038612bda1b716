/**
 * Decimal strings as Bigs, so that values of more digits than a double holds can be compared.
 */
import { add, type Big, divide, multiply, negate, toDouble } from '../../src/reference/index.js'

/** The value of a decimal such as `-1.25e-7`, to about 1e-96 of itself. */
export function parseDecimal(text: string): Big {
  const [digits = '', power = '0'] = text.split('e')
  const [whole = '', fraction = ''] = digits.split('.')
  const scale = Number(power) - fraction.length
  const mantissa: Big = { mantissa: BigInt(whole + fraction), exponent: 0 }
  const ten: Big = { mantissa: 10n ** BigInt(Math.abs(scale)), exponent: 0 }
  return scale < 0 ? divide(mantissa, ten) : multiply(mantissa, ten)
}

/** |actual - expected|. */
export function absoluteError(actual: Big, expected: Big): number {
  return Math.abs(toDouble(add(actual, negate(expected))))
}

/** |actual - expected| / |expected|. */
export function relativeError(actual: Big, expected: Big): number {
  return Math.abs(toDouble(divide(add(actual, negate(expected)), expected)))
}
