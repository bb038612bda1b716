/**
 * Fingerprints of what a run starts from and is fed, so that variants can be seen to differ in their
 * positions alone.
 */
import { createHash } from 'node:crypto'
import { POSITION_TABLE, type Weights } from '../model/parameters.js'
import type { Batch } from '../training/batches.js'

/** Sixteen hexadecimal digits for any number of arrays. */
export interface Fingerprint {
  add(...arrays: readonly ArrayBufferView[]): void
  digits(): string
}

/** An empty fingerprint. */
export function createFingerprint(): Fingerprint {
  const hash = createHash('sha256')
  return {
    add(...arrays) {
      for (const { buffer, byteOffset, byteLength } of arrays) {
        hash.update(new Uint8Array(buffer, byteOffset, byteLength))
      }
    },
    digits: () => hash.copy().digest('hex').slice(0, 16),
  }
}

/** The fingerprint of weights, but for the learned positions that only one variant has. */
export function weightsFingerprint(weights: Weights): string {
  const fingerprint = createFingerprint()
  for (const name of Object.keys(weights).sort()) {
    if (name !== POSITION_TABLE) fingerprint.add((weights[name] as Weights[string]).data)
  }
  return fingerprint.digits()
}

/** Adds the texts, masks and targets of a batch. */
export function addBatch(fingerprint: Fingerprint, { ids, places, targets }: Batch): void {
  fingerprint.add(ids, places, targets)
}
