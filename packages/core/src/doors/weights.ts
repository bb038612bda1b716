/**
 * Door `@rope/core/weights`: the pairing that projection weights were made for.
 */
export type { PermuteOptions, WeightArray } from '../weights/permute-pairing.js'
export { permutePairing } from '../weights/permute-pairing.js'
export type {
  PairingEvidence,
  PairingVerdict,
  ProjectionWeights,
  VerifyPairingOptions,
} from '../weights/verify-pairing.js'
export { verifyPairing } from '../weights/verify-pairing.js'
