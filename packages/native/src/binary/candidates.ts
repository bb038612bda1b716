/**
 * Where a binary may be, best first.
 */
import { isAbsolute, join, resolve } from 'node:path'
import type { Host } from './host.js'
import { packageOf } from './platform.js'

/** One place to look. */
export interface Candidate {
  /** As in messages: what this place is called. */
  readonly name: string
  /** Null when it cannot be there: the package is not installed. */
  readonly path: string | null
}

/**
 * The places of a machine. With ROPE_NATIVE_BINARY there is only that one: whoever names a file
 * wants no other. Who has built for this very machine wants that build.
 */
export function findCandidates(host: Host): readonly Candidate[] {
  const { ROPE_NATIVE_BINARY: forced } = host.environment
  if (forced !== undefined && forced !== '') {
    const path = isAbsolute(forced) ? forced : resolve(forced)
    return [{ name: `ROPE_NATIVE_BINARY (${forced})`, path }]
  }
  const packageName = packageOf(host.platform)
  const installed = {
    name: `package ${packageName}`,
    path: host.resolve(`${packageName}/rope.node`),
  }
  if (host.platformPackages === null) return [installed]
  const own = join(host.packageRoot, 'build', 'Release', 'rope.node')
  return [{ name: 'build/Release/rope.node', path: own }, installed]
}
