/**
 * Readers of what `rope bench --auto` has found out, and of its parts, which may come from a file.
 */
import { DTYPES, PAIRINGS } from '@rope/core'
import { COMMON, optionalNumber, optionalText, readEntry, version } from '../read-result.js'
import { list, number, type Reader, record, text, word } from '../readers.js'
import {
  AUTO_RESULT_VERSION,
  type AutoResult,
  type CellRecord,
  type NewPositionRecord,
  type OverheadRecord,
} from './result.js'

/** A kind of call. */
export const readCell: Reader<CellRecord> = record<CellRecord>({
  ...{ id: text, title: text, tokens: number },
  ...{ dtype: word(...DTYPES), pairing: word(...PAIRINGS), memory: text },
  ...{ chosen: optionalText, best: optionalText },
  ...{ ratio: optionalNumber, throughFrontDoor: optionalNumber },
  entries: list(readEntry),
})

/** What a kind of call costs more. */
export const readOverhead: Reader<OverheadRecord> = record<OverheadRecord>({
  call: word('bound', 'step', 'rotate', 'kernel'),
  ...{ title: text, winner: optionalText },
  ...{ microseconds: optionalNumber, low: optionalNumber, high: optionalNumber },
  reason: optionalText,
})

/** What a new position costs. */
export const readNewPosition: Reader<NewPositionRecord> = record<NewPositionRecord>({
  backend: word('idle', 'idle, bindDecode', 'auto'),
  order: word('consecutive', 'random'),
  ...{ rotate: optionalNumber, bound: optionalNumber },
  ...{ ratio: optionalNumber, low: optionalNumber, high: optionalNumber },
  reason: optionalText,
})

/** The result of a run of the front door. */
export const readAutoResult: Reader<AutoResult> = record<AutoResult>({
  autoResultVersion: version(AUTO_RESULT_VERSION),
  ...COMMON,
  cells: list(readCell),
  overhead: list(readOverhead),
  newPositions: list(readNewPosition),
})
