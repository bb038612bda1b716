/**
 * Contract: what a backend owes its caller beside right numbers.
 */
import type { ConformanceCase } from '../case.js'
import { aliasingCases } from './aliasing.js'
import { boundKernelsCases } from './bound-kernels.js'
import { boundRopesCases } from './bound-ropes.js'
import { capabilitiesCases } from './capabilities.js'
import { disposeCases } from './dispose.js'
import { edgesCases } from './edges.js'
import { errorsCases } from './errors.js'
import { largeCases } from './large.js'
import { lifecycleCases } from './lifecycle.js'
import { memoryCases } from './memory.js'
import { operandsCases } from './operands.js'
import { overlapCases } from './overlap.js'
import { passThroughCases } from './pass-through.js'
import { patternsCases } from './patterns.js'
import { positionsCases } from './positions.js'
import { residentCases } from './resident.js'
import { reuseCases } from './reuse.js'
import { rowsCases } from './rows.js'
import { specialPlacesCases } from './special-places.js'
import { specialValuesCases } from './special-values.js'
import { stridesCases } from './strides.js'
import { tailsCases } from './tails.js'
import { threadsCases } from './threads.js'
import { tiesCases } from './ties.js'
import { turnsCases } from './turns.js'
import { zeroSizesCases } from './zero-sizes.js'

/** The contract family. */
export function contractCases(): readonly ConformanceCase[] {
  return [
    ...capabilitiesCases(),
    ...tailsCases(),
    ...stridesCases(),
    ...zeroSizesCases(),
    ...passThroughCases(),
    ...aliasingCases(),
    ...specialValuesCases(),
    ...patternsCases(),
    ...positionsCases(),
    ...errorsCases(),
    ...lifecycleCases(),
    ...reuseCases(),
    ...overlapCases(),
    ...boundRopesCases(),
    ...boundKernelsCases(),
    ...residentCases(),
    ...disposeCases(),
    ...threadsCases(),
    ...memoryCases(),
    ...operandsCases(),
    ...turnsCases(),
    ...specialPlacesCases(),
    ...rowsCases(),
    ...tiesCases(),
    ...edgesCases(),
    ...largeCases(),
  ]
}
