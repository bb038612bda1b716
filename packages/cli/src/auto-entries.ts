/**
 * The command's backends as `@rope/auto` wants them.
 */
import { BACKENDS as AUTO_BACKENDS, type BackendEntry as AutoEntry } from '@rope/auto'
import { BACKENDS, type BackendEntry } from './backends.js'

/** This project's own as `@rope/auto` knows them; any other one runs on the CPU. */
export function autoEntries(entries: readonly BackendEntry[]): readonly AutoEntry[] {
  return entries.map((entry) => {
    const own = AUTO_BACKENDS.find(({ name }) => name === entry.name)
    return own !== undefined && BACKENDS.includes(entry) ? own : { ...entry, device: 'cpu' }
  })
}
