/**
 * The backends of this device as choices.
 */

import type { Choice } from '../parts/choices.js'
import type { Device } from './device.js'
import { GPU_BACKEND, softwareSentence } from './gpu-facts.js'
import type { BackendStatus } from './messages.js'

/** In two or three words. */
const NOTES: ReadonlyMap<string, string> = new Map([
  ['js', 'plain JavaScript'],
  ['wasm', 'WebAssembly SIMD'],
  [GPU_BACKEND, 'shaders on a GPU'],
])

/** One choice each, disabled where a backend cannot run. */
export function backendChoices({ backends }: Device): readonly Choice[] {
  return backends.value.map(({ name, status }) => ({
    value: name,
    label: name,
    note: noteOf(name, status),
    disabled: status?.available !== true,
  }))
}

function noteOf(name: string, status: BackendStatus | null): string {
  if (status === null) return 'looking …'
  if (!status.available) return 'not available'
  return softwareSentence(status) === null ? (NOTES.get(name) ?? status.packageName) : 'in software'
}
