/**
 * Golden: numbers that were computed elsewhere, by our own scripts and by other projects. See
 * golden/README.md.
 */
import type { ConformanceCase } from '../case.js'
import { axesCases, patchCases } from './axes-cases.js'
import { frequencyCases } from './frequency-cases.js'
import { longPositionCases } from './long-position-cases.js'
import { onnxCases } from './onnx-cases.js'
import { publishedCases } from './published-cases.js'
import { recordedCases } from './recorded-cases.js'
import { rotationCases } from './rotation-cases.js'

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
