/**
 * Contract: what a backend owes its caller beside right numbers.
 */
import type { ConformanceCase } from './case.js'
import { specialValuesCases } from './contract/special-values.js'
import { stridesCases } from './contract/strides.js'
import { tailsCases } from './contract/tails.js'

/** The contract family. */
export function contractCases(): readonly ConformanceCase[] {
  return [...tailsCases(), ...stridesCases(), ...specialValuesCases()]
}
