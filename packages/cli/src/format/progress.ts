/**
 * One live line on a terminal, rewritten in place; silence everywhere else, where the plain
 * lines of the result are progress enough.
 */
import type { Sink } from '../io.js'

/** A line that says how far the work is. */
export interface Progress {
  /** Shows `text` instead of what was there; drawn at most every 50 ms. */
  update(text: string): void
  /** Removes the line, so that other output can follow. */
  clear(): void
}

/** Milliseconds between two drawings: fast enough for the eye, too slow to cost anything. */
const INTERVAL = 50

const ERASE_LINE = `\r${String.fromCharCode(27)}[2K`

/** A live line on `sink`; one that never shows when `sink` is not a terminal. */
export function progressOn(sink: Sink, now: () => number = Date.now): Progress {
  if (!sink.isTTY) return { update: () => undefined, clear: () => undefined }
  let shown = false
  let last = Number.NEGATIVE_INFINITY
  return {
    update(text) {
      if (now() - last < INTERVAL) return
      last = now()
      shown = true
      // A line that wraps cannot be erased, hence the cut.
      sink.write(ERASE_LINE + text.slice(0, Math.max(1, sink.columns - 1)))
    },
    clear() {
      if (shown) sink.write(ERASE_LINE)
      shown = false
      last = Number.NEGATIVE_INFINITY
    },
  }
}
