/**
 * Contract: what a backend owes its caller beside right numbers.
 */
import type { ConformanceCase } from './case.js'
import { aliasingCases } from './contract/aliasing.js'
import { boundKernelsCases } from './contract/bound-kernels.js'
import { boundRopesCases } from './contract/bound-ropes.js'
import { capabilitiesCases } from './contract/capabilities.js'
import { disposeCases } from './contract/dispose.js'
import { edgesCases } from './contract/edges.js'
import { errorsCases } from './contract/errors.js'
import { largeCases } from './contract/large.js'
import { lifecycleCases } from './contract/lifecycle.js'
import { memoryCases } from './contract/memory.js'
import { operandsCases } from './contract/operands.js'
import { overlapCases } from './contract/overlap.js'
import { passThroughCases } from './contract/pass-through.js'
import { patternsCases } from './contract/patterns.js'
import { positionsCases } from './contract/positions.js'
import { residentCases } from './contract/resident.js'
import { reuseCases } from './contract/reuse.js'
import { rowsCases } from './contract/rows.js'
import { specialPlacesCases } from './contract/special-places.js'
import { specialValuesCases } from './contract/special-values.js'
import { stridesCases } from './contract/strides.js'
import { tailsCases } from './contract/tails.js'
import { threadsCases } from './contract/threads.js'
import { tiesCases } from './contract/ties.js'
import { turnsCases } from './contract/turns.js'
import { zeroSizesCases } from './contract/zero-sizes.js'

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
