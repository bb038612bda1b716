/**
 * From a plan to the geometry of its heads: where window, pairs and rows lie, in accesses.
 */
import type { Plan } from '@rope/core/backend'
import {
  type Access,
  elementsOf,
  type Geometry,
  type GpuDType,
  rowLanesOf,
} from '../shader/spec.js'

/** `half` or `interleaved`, or null for a pairing that only single elements can walk. */
export function pairingName({ pairing, pairs }: Plan): 'half' | 'interleaved' | null {
  if (pairing.step === 1 && pairing.partner === pairs) return 'half'
  return pairing.step === 2 && pairing.partner === 1 ? 'interleaved' : null
}

/** True when x and y of a column are loaded apart. */
export function isApart(plan: Plan, access: Access): boolean {
  return access === 'element' || pairingName(plan) === 'half'
}

/** True when channels outside the window have to be copied. */
export function copiesChannels({ inPlace, headDim, pairs }: Plan): boolean {
  return !inPlace && headDim > 2 * pairs
}

/** The geometry of a plan. Two accesses make a column where x and y lie apart, else one. */
export function geometryOf(plan: Plan, access: Access): Geometry {
  const { pairs, windowOffset, headDim, pairing } = plan
  const dtype = plan.dtype as GpuDType
  const apart = isApart(plan, access)
  const elements = elementsOf(access, dtype)
  const rowLanes = rowLanesOf({ access, dtype, apart })
  const rotated = (apart ? pairs : 2 * pairs) / elements
  const copied = copiesChannels(plan) ? (headDim - 2 * pairs) / elements : 0
  return {
    columns: rotated + copied,
    rotated,
    window: windowOffset / elements,
    windowSize: (2 * pairs) / elements,
    step: access === 'element' ? pairing.step : 1,
    partner: apart ? pairing.partner / elements : 0,
    row: (2 * pairs) / rowLanes,
    sine: pairs / rowLanes,
  }
}
