/**
 * Where a binary may be, best first.
 */
import { isAbsolute, join, resolve } from 'node:path'
import type { Host } from './host.js'
import { platformName } from './platform.js'

/** One place to look. */
export interface Candidate {
  /** As in messages: what this place is called. */
  readonly name: string
  /** Null when it cannot be there: the package is not installed. */
  readonly path: string | null
}

/**
 * The places of a machine. With ROPE_NATIVE_BINARY there is only that one: whoever names a file
 * wants no other.
 */
export function findCandidates(host: Host): readonly Candidate[] {
  const { ROPE_NATIVE_BINARY: forced } = host.environment
  if (forced !== undefined && forced !== '') {
    const path = isAbsolute(forced) ? forced : resolve(forced)
    return [{ name: `ROPE_NATIVE_BINARY (${forced})`, path }]
  }
  const platform = platformName(host.platform)
  const packageName = `@rope/native-${platform}`
  const inside = (...parts: readonly string[]): Candidate => ({
    name: parts.join('/'),
    path: join(host.packageRoot, ...parts),
  })
  return [
    { name: `package ${packageName}`, path: host.resolve(`${packageName}/rope.node`) },
    inside('prebuilds', platform, 'rope.node'),
    inside('build', 'Release', 'rope.node'),
  ]
}
