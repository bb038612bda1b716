/**
 * What of this package can be tested here: whether there is an addon, and which instruction sets
 * it can run. Where there is none, suites are skipped and say why in their names.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { probeNative } from '@rope/native'
import { describe } from 'vitest'

const probe = probeNative()

/** Why there is no backend here; null when there is one. */
export const REASON: string | null = probe.available ? null : (probe.reason ?? 'no reason given')

/** What can run here, best first. */
export const INSTRUCTION_SETS: readonly string[] = probe.available
  ? String(probe.facts.instructionSets).split(', ')
  : []

/** The built package, for programs that run in a process of their own. */
export const BUILT: string = fileURLToPath(new URL('../dist/index.js', import.meta.url))

/** A suite that needs the addon. */
export function describeNative(name: string, body: () => void): void {
  describe.skipIf(REASON !== null)(REASON === null ? name : `${name} (skipped: ${REASON})`, body)
}

/** A suite that runs the built package in processes of its own. */
export function describeBuilt(name: string, body: () => void): void {
  const reason = REASON ?? (existsSync(BUILT) ? null : 'the package is not built; run its build')
  describe.skipIf(reason !== null)(reason === null ? name : `${name} (skipped: ${reason})`, body)
}
