/**
 * One position of the backend switch: what can be asked of it, and how a backend becomes one.
 */
import {
  absenceText,
  type BackendEntry,
  type DetectedBackend,
  detectBackend,
} from '@rope/auto/backends'
import { createRope, type Rope, type RopeConfig, RopeError } from '@rope/core'
import type { Probe } from '@rope/core/backend'
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
  explain(): Promise<{ readonly backend: string; readonly explanation: Explanation }>
  close(): void
}

/** A backend that is asked for by its name. */
export function choiceOf(entry: BackendEntry, description: string): BackendChoice {
  const { name } = entry
  return {
    name,
    description,
    probe: async () => {
      const found = await detectBackend(entry)
      if (found.available) found.discard()
      return probeOf(found)
    },
    explain: (probe) => explainProbe(name, probe),
    open: async (config) => {
      const found = await detectBackend(entry)
      const probe = probeOf(found)
      if (!found.available) throw unavailable(name, probe)
      const backend = await found.create()
      const rope = createRope(config, { backend })
      return {
        rope,
        explain: async () => ({ backend: backend.name, explanation: explainProbe(name, probe) }),
        close: () => {
          rope.dispose()
          backend.dispose()
        },
      }
    },
  }
}

/** What was found, as the page is told of it. */
function probeOf(found: DetectedBackend): Probe {
  const { available, facts } = found
  return found.available ? { available, facts } : { available, reason: absenceText(found), facts }
}

/** The refusal of a choice that cannot run here. */
function unavailable(name: string, { reason = 'no reason given' }: Probe): RopeError {
  return new RopeError('UNAVAILABLE', `backend ${name} is not available: ${reason}`, {
    field: 'backend',
  })
}
