/**
 * Door `@rope/core/backend`: what the author of a backend needs, and what sister packages share.
 */
export { BoundedMap } from '../bounded-map.js'
export {
  checkFields,
  checkInteger,
  checkKeys,
  checkRecord,
  isRecord,
  refuseExtra,
  reject,
  rejectBecause,
  show,
} from '../check.js'
export { allocationBytes } from '../contract/allocation.js'
export type {
  Backend,
  Capabilities,
  DecodeFactors,
  Kernel,
  KernelCall,
  OperandPlan,
  Plan,
  Probe,
  Rotation,
  Span,
  SpecVersion,
  Strides,
  Support,
  SyncKernel,
  View,
} from '../contract/backend.js'
export { bindKernel } from '../contract/bind-kernel.js'
export { checkMemory, goneMemory, reachesMemory, watchMemory } from '../contract/bound-memory.js'
export { checkPairing } from '../contract/check-pairing.js'
export { checkRest, multiplyRow } from '../contract/multiply-row.js'
export type { Pairing } from '../contract/pairing.js'
export { resolvePairing } from '../contract/pairing.js'
export type { TypedArrayKind } from '../memory.js'
export {
  bufferOf,
  byteLengthOf,
  byteOffsetOf,
  elementBytesOf,
  isSharedBuffer,
  kindOf,
  lengthOf,
} from '../memory.js'
export type { Elements } from '../numbers/dtype.js'
export { bytesPerElement, isDType } from '../numbers/dtype.js'
export { elementsOf, partOf, setElements } from '../numbers/elements.js'
export {
  decodeBFloat16,
  decodeFloat16,
  encodeBFloat16,
  encodeFloat16,
  fromFloat32Array,
  narrowToBFloat16,
  narrowToFloat16,
  toFloat32Array,
  widenFloat16,
} from '../numbers/half-float.js'
export type { PlannedCall, RotateMemory } from '../plan/plan.js'
export { makeMemoryPlan, makePlan, planKey } from '../plan/plan.js'
export type { Memory, MemoryTensor } from '../plan/tensor.js'
export type { PositionTable } from '../positions/expand.js'
export { expandPositions } from '../positions/expand.js'
export type { PositionSource } from '../positions/forms.js'
export { readPositions } from '../positions/forms.js'
export type { RotationBuilder, RowPrecision } from '../rotation/rotation.js'
export { createRotationBuilder } from '../rotation/rotation.js'
export type { RotationTables } from '../rotation/tables.js'
export { createRotationTables } from '../rotation/tables.js'
export type { FrequencyFamily, RowDecay, RowMixture, Schedule } from '../schedule/schedule.js'
