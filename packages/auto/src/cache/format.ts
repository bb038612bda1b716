/**
 * The text that a store keeps: a format version and one entry per machine and set of versions.
 * Whatever does not fit - another version, another shape, too old - is ignored with a debug line.
 */
import { type Calibration, isCalibration } from '../costs.js'

/** The version of the text. */
export const FORMAT = 1

/** Entries are measured anew after this long: systems are updated, cooling changes. */
export const KEPT_DAYS = 30

/** More entries than anybody has versions of Node; beyond it the oldest goes. */
const KEPT_ENTRIES = 16

const DAY = 24 * 60 * 60 * 1000

interface Entry {
  /** Milliseconds since 1970. */
  readonly savedAt: number
  readonly costs: Calibration
}

type Entries = Readonly<Record<string, Entry>>

/** What a text holds for a key, or why it holds nothing. */
export type Found =
  | { readonly costs: Calibration; readonly ignored: null }
  | { readonly costs: null; readonly ignored: string | null }

/** The entries of a text, or why there are none. `isNewer` forbids to write over it. */
type Parsed =
  | { readonly entries: Entries; readonly ignored: null; readonly isNewer: false }
  | { readonly entries: null; readonly ignored: string; readonly isNewer: boolean }

function parse(text: string): Parsed {
  const refuse = (ignored: string, isNewer = false): Parsed => ({ entries: null, ignored, isNewer })
  let value: { readonly format?: unknown; readonly entries?: unknown } | null
  try {
    value = JSON.parse(text)
  } catch {
    return refuse('it is corrupt: not JSON')
  }
  const format = value?.format
  if (typeof format === 'number' && format > FORMAT) {
    return refuse(
      `it was written by a newer version (format ${format}; this one reads ${FORMAT})`,
      true,
    )
  }
  if (format !== FORMAT || typeof value?.entries !== 'object' || value.entries === null) {
    return refuse('it is corrupt: neither a format version nor entries')
  }
  return { entries: value.entries as Entries, ignored: null, isNewer: false }
}

/** Reads the calibration of a key out of a text. `ignored` is null where there simply is none yet. */
export function readText(text: string | null, key: string, now: number): Found {
  if (text === null) return { costs: null, ignored: null }
  const { entries, ignored } = parse(text)
  if (entries === null) return { costs: null, ignored }
  const entry: unknown = Object.hasOwn(entries, key) ? entries[key] : undefined
  if (entry === undefined) {
    return { costs: null, ignored: 'it has no entry for this machine with these versions' }
  }
  const { savedAt, costs } = (entry ?? {}) as Partial<Entry>
  if (typeof savedAt !== 'number' || !isCalibration(costs)) {
    return { costs: null, ignored: 'it is corrupt: an entry does not hold costs' }
  }
  // An entry from the future is as wrong as one from long ago.
  const days = (now - savedAt) / DAY
  if (!(days >= -1 && days <= KEPT_DAYS)) {
    return { costs: null, ignored: `it is stale: measured ${Math.round(days)} days ago` }
  }
  return { costs, ignored: null }
}

/**
 * The text with the entry of a key replaced; null when the text belongs to a newer version, whose
 * entries are not ours to drop.
 */
export function writeText(
  text: string | null,
  key: string,
  costs: Calibration,
  now: number,
): string | null {
  const parsed = text === null ? null : parse(text)
  if (parsed?.isNewer === true) return null
  const others = Object.entries(parsed?.entries ?? {})
    .filter(([other, entry]) => other !== key && typeof entry?.savedAt === 'number')
    .sort(([, a], [, b]) => b.savedAt - a.savedAt)
    .slice(0, KEPT_ENTRIES - 1)
  const entries: Entries = Object.fromEntries([[key, { savedAt: now, costs }], ...others])
  return JSON.stringify({ format: FORMAT, entries })
}
