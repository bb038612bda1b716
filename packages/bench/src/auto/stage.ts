/**
 * The front door with its own backends in view: what it makes is kept by name, so that the very
 * same backends, with the same memory, can be called directly next to it.
 */
import { type AutoBackend, createAutoBackend } from '@rope/auto'
import type { BackendEntry } from '@rope/auto/backends'
import type { Backend } from '@rope/core/backend'

/** Entries that note what they make. */
export interface Watched {
  readonly entries: readonly BackendEntry[]
  readonly made: ReadonlyMap<string, Backend>
}

/** Watches entries. */
export function watched(entries: readonly BackendEntry[]): Watched {
  const made = new Map<string, Backend>()
  const watching = entries.map((entry): BackendEntry => {
    const load: BackendEntry['load'] = async () => {
      const module = await entry.load()
      return {
        ...module,
        async create(options) {
          const backend = await module.create(options)
          made.set(entry.name, backend)
          return backend
        },
      }
    }
    // By name: what else an entry has may not let itself be read.
    const { name, packageName, device, needs, validatesFirst } = entry
    return { name, packageName, device, needs, validatesFirst, load }
  })
  return { entries: watching, made }
}

/** A front door and the backends behind it. */
export interface Stage {
  readonly front: AutoBackend
  /** Those on the CPU that may be chosen, by name. */
  readonly backends: ReadonlyMap<string, Backend>
}

/** Opens the front door over entries. */
export async function openStage(entries: readonly BackendEntry[]): Promise<Stage> {
  const { entries: watching, made } = watched(entries)
  const front = await createAutoBackend({ backends: watching })
  const onCpu = [...made].filter(([, { device }]) => device === 'cpu')
  return { front, backends: new Map(onCpu) }
}
