/**
 * Whether there is a GPU to train on.
 */
import { BACKENDS, detectBackend, findBackend } from '@rope/auto/backends'

/** What was found, for the choice of a device. */
export interface GpuFound {
  /** Whether it can be chosen. */
  readonly isThere: boolean
  /** Whether it is the better choice: a GPU that is played by software is not. */
  readonly isFast: boolean
  /** In a few words. */
  readonly note: string
}

/** Looks for one. Never rejects. */
export async function lookForGpu(): Promise<GpuFound> {
  const found = await detectBackend(findBackend(BACKENDS, 'webgpu'))
  if (!found.available) return { isThere: false, isFast: false, note: 'not available here' }
  found.discard()
  const { isSoftware, vendor } = found.facts
  if (isSoftware === true) return { isThere: true, isFast: false, note: 'played by software here' }
  const name = typeof vendor === 'string' && vendor !== '' ? vendor : 'on the GPU'
  return { isThere: true, isFast: true, note: name }
}
