/**
 * What the page's backend switch offers, in the order shown. THE place for a new one: one line.
 * A package is loaded only when it is asked for, and one that cannot be loaded is listed as
 * unavailable, with the reason.
 */
import type { BackendEntry } from '../backend-entry.js'
import { type BackendChoice, choiceOf } from './backend-choice.js'

const js: BackendEntry = {
  name: 'js',
  load: () =>
    import('@rope/js').then((m) => ({ probe: m.probeJs, create: () => m.createJsBackend() })),
}

/** Every position of the switch; the first that can run here is selected at the start. */
export const CHOICES: readonly BackendChoice[] = [choiceOf(js, 'plain JavaScript')]
