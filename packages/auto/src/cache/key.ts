/**
 * The key of a calibration: everything on which the time of a call depends and that may change
 * between two runs - the machine, the engine, the backends with what they found. Readable, so that
 * a cache can be understood by looking at it.
 */
import type { Member } from '../members/member.js'
import { builtinModule, mayAskSystem, processOf } from '../platform/environment.js'

interface System {
  cpus(): readonly { readonly model: string }[]
  availableParallelism?(): number
}

interface NavigatorLike {
  readonly userAgent?: string
  readonly hardwareConcurrency?: number
}

function machine(): string {
  const { platform, arch, versions } = processOf() ?? {}
  const { navigator } = globalThis as unknown as { readonly navigator?: NavigatorLike }
  const engine =
    versions === undefined
      ? navigator?.userAgent
      : ['node', 'v8', 'bun', 'deno'].map((name) => versions[name] && `${name} ${versions[name]}`)
  const parts = [platform, arch, processor(), navigator?.hardwareConcurrency, engine]
  return parts.flat().filter(Boolean).join(', ')
}

/** Model and cores; what the system keeps secret is left out. */
function processor(): string | undefined {
  try {
    const system = mayAskSystem('cpus') ? builtinModule<System>('node:os') : undefined
    if (system === undefined) return undefined
    const cpus = system.cpus()
    return `${cpus[0]?.model.trim()} x ${system.availableParallelism?.() ?? cpus.length}`
  } catch {
    return undefined
  }
}

/** The key for these members, of which those on the CPU that are ready count. */
export function calibrationKey(members: readonly Member[]): string {
  const backends = members.flatMap(({ name, backend, facts, device }) => {
    if (backend === null || device !== 'cpu') return []
    const { isa, threads } = backend.capabilities
    return [`${name} ${JSON.stringify({ isa, threads, ...facts })}`]
  })
  return [machine(), ...backends].join('; ')
}
