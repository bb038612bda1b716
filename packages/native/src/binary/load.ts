/**
 * Finding and loading the addon: a local build, else the package of the platform.
 * Nothing here throws; a failure is a sentence that names every attempt and the way out.
 */
import { type Addon, INTERFACE_VERSION } from '../addon.js'
import { type Candidate, findCandidates } from './candidates.js'
import { checkBinary } from './check.js'
import type { Host } from './host.js'
import { platformName } from './platform.js'
import { wayOut } from './way-out.js'

/** The addon and the file it came from, or why there is none. */
export type Loaded =
  | { readonly addon: Addon; readonly path: string }
  | { readonly addon: null; readonly reason: string }

/** Tries every candidate until one works. */
export function loadAddon(host: Host): Loaded {
  const problems: string[] = []
  for (const candidate of findCandidates(host)) {
    const { path } = candidate
    const found = tryCandidate(host, candidate)
    if (typeof found !== 'string') return { addon: found, path: path ?? '' }
    problems.push(`${candidate.name}: ${found}`)
  }
  const what = `no binary for ${platformName(host.platform)} (${problems.join('; ')})`
  return { addon: null, reason: `${what}; to fix it, ${wayOut(host)}` }
}

/** The addon, or what is wrong. */
function tryCandidate(host: Host, { path }: Candidate): Addon | string {
  if (path === null) return 'not installed'
  const head = host.readHead(path)
  if (head === null) return 'no such file'
  const problem = checkBinary(head, host.platform)
  if (problem !== null) return problem
  try {
    return checkAddon(host.open(path))
  } catch (error) {
    return error instanceof Error ? firstLine(error.message) : String(error)
  }
}

function checkAddon(loaded: unknown): Addon | string {
  const version = (loaded as Partial<Addon> | null)?.interfaceVersion
  if (version === INTERFACE_VERSION) return loaded as Addon
  if (version === undefined) return 'it is an addon, but not this one'
  return `it speaks version ${version} of the addon's interface, this package speaks ${INTERFACE_VERSION}: build or install it again`
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message
}
