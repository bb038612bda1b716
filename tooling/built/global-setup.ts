/**
 * Packs the packages once for all tests of what was built, and tells them where.
 */
import { probeNative } from '@rope/native'
import type { TestProject } from 'vitest/node'
import { layOut, type Packed, removePacked } from './packed.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The packed packages, laid out as a package manager would. */
    packed: Packed
  }
}

/** Vitest calls this before the first test, and what it returns after the last. */
export function setup({ provide }: TestProject): () => void {
  const { available, facts } = probeNative()
  const addon = available
    ? { platform: String(facts.platform), binary: String(facts.binary) }
    : null
  const packed = layOut(addon)
  provide('packed', packed)
  return () => removePacked(packed)
}
