/**
 * What the page's backend switch offers, in the order shown: the front door, then every backend that
 * a browser can load. A package is loaded only when it is asked for, and one that cannot be loaded
 * is listed as unavailable, with the reason.
 */
import { BACKENDS, portableBackends } from '@rope/auto/backends'
import { autoChoice } from './auto-choice.js'
import { type BackendChoice, choiceOf } from './backend-choice.js'

/** In two or three words; a backend that has none here is described by its package. */
const DESCRIPTIONS: ReadonlyMap<string, string> = new Map([
  ['js', 'plain JavaScript'],
  ['wasm', 'WebAssembly SIMD'],
  ['webgpu', 'shaders on a GPU'],
])

/** Every position of the switch; the first that can run here is selected at the start. */
export const CHOICES: readonly BackendChoice[] = [
  autoChoice,
  ...portableBackends(BACKENDS).map((entry) =>
    choiceOf(entry, DESCRIPTIONS.get(entry.name) ?? entry.packageName),
  ),
]
