/**
 * The engine of a result by the name that people know.
 */
import type { Machine } from '@rope/bench/machine'
import { browserName } from './browser.js'

/** `Chromium 141` for a page, the engine as it is for Node. */
export function engineName({ engine }: Machine): string {
  return engine.startsWith('Node') ? engine : browserName(engine, undefined)
}
