/**
 * Golden: numbers that were computed elsewhere, by our own scripts and by other projects. See
 * golden/README.md.
 */
import type { ConformanceCase } from './case.js'
import { axesCases, patchCases } from './golden/axes-cases.js'
import { frequencyCases } from './golden/frequency-cases.js'
import { longPositionCases } from './golden/long-position-cases.js'
import { onnxCases } from './golden/onnx-cases.js'
import { publishedCases } from './golden/published-cases.js'
import { recordedCases } from './golden/recorded-cases.js'
import { rotationCases } from './golden/rotation-cases.js'

/** The golden family. */
export function goldenCases(): readonly ConformanceCase[] {
  return [
    ...frequencyCases(),
    ...rotationCases(),
    ...longPositionCases(),
    ...axesCases(),
    ...patchCases(),
    ...publishedCases(),
    ...recordedCases(),
    ...onnxCases(),
  ]
}
