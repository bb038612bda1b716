/**
 * One position of the backend switch: what can be asked of it, and how a backend becomes one.
 */
import { createRope, type Rope, type RopeConfig, RopeError } from '@rope/core'
import type { Probe } from '@rope/core/backend'
import { type BackendEntry, probeBackend } from '../backend-entry.js'
import { type Explanation, explainProbe } from './explanation.js'

/** Something that can rotate: a backend, or the front door that picks one. */
export interface BackendChoice {
  readonly name: string
  /** What it is, in two or three words. */
  readonly description: string
  /** Whether it can run here. Never rejects. */
  probe(): Promise<Probe>
  /** What the answer means to a person, before there is a story. */
  explain(probe: Probe): Explanation
  /**
   * Makes a rope of it.
   *
   * @throws RopeError UNAVAILABLE, with the reason, when it cannot run here
   */
  open(config: RopeConfig): Promise<OpenRope>
}

/** A rope with its reasons; `close` frees what it holds. */
export interface OpenRope {
  readonly rope: Rope
  /** Which backend rotates, as far as known now, and why. */
  explain(): { readonly backend: string; readonly explanation: Explanation }
  close(): void
}

/** A backend that is asked for by its name. */
export function choiceOf(entry: BackendEntry, description: string): BackendChoice {
  const { name } = entry
  return {
    name,
    description,
    probe: () => probeBackend(entry),
    explain: (probe) => explainProbe(name, probe),
    open: async (config) => {
      const probe = await probeBackend(entry)
      if (!probe.available) throw unavailable(name, probe)
      const backend = await (await entry.load()).create()
      const rope = createRope(config, { backend })
      return {
        rope,
        explain: () => ({ backend: backend.name, explanation: explainProbe(name, probe) }),
        close: () => {
          rope.dispose()
          backend.dispose()
        },
      }
    },
  }
}

/** The refusal of a choice that cannot run here. */
export function unavailable(name: string, { reason = 'no reason given' }: Probe): RopeError {
  return new RopeError('UNAVAILABLE', `backend ${name} is not available: ${reason}`, {
    field: 'backend',
  })
}
