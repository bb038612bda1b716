/**
 * Packs the packages and puts them into a registry of their own, which the consumers install from.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { probeNative } from '@rope/native'
import type { TestProject } from 'vitest/node'
import { layOut, type Packed, removePacked } from '../built/packed.js'
import { startRegistry } from './registry.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The packed packages, laid out. */
    packed: Packed
    /** The address of the registry that has them. */
    registry: string
  }
}

/** Vitest calls this before the first test, and what it returns after the last. */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const { available, facts } = probeNative()
  const platform = String(facts.platform)
  const packed = layOut(available ? { platform, binary: String(facts.binary) } : null)
  if (available) packAgain(packed, `native-${platform}`)
  const registry = await startRegistry(packed.tarballs)
  provide('packed', packed)
  provide('registry', registry.address)
  process.env.ROPE_MODULES = packed.modules
  return () => {
    registry.close()
    removePacked(packed)
  }
}

/** The package of this platform once more, with the binary that it got. */
function packAgain({ tarballs, modules }: Packed, name: string): void {
  const folder = join(modules, '@rope', name)
  const old = readdirSync(tarballs).find((file) => file.startsWith(`rope-${name}-`)) ?? name
  rmSync(join(tarballs, old))
  const args = ['-czf', join(tarballs, old), '-C', dirname(folder), basename(folder)]
  const { status, stderr } = spawnSync('tar', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`packing ${name} failed: ${stderr}`)
}
