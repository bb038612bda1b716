/**
 * The forms that a user may write positions in, checked and copied, so that later changes to the
 * caller's arrays do not matter. `expandPositions` makes numbers of them once batch and tokens are
 * known.
 */
import {
  checkList,
  checkRecord,
  hasItems,
  isList,
  isRecord,
  meant,
  nearest,
  reject,
  rejectBecause,
  shorten,
} from '../check.js'
import { refuseGpuBuffer } from '../numbers/gpu-buffer.js'
import {
  type ElementRules,
  isTensor,
  type ListRules,
  readList,
  refuseList,
} from '../numbers/lists.js'

/** Integer or fractional position ids. Fractions and negative values are fine; NaN is not. */
export type PositionArray =
  | readonly number[]
  | readonly bigint[]
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | BigInt64Array
  | BigUint64Array

/** The positions of one axis. */
export type AxisPositions =
  /** Start: token t of every batch entry is at `start + t`. */
  | number
  | bigint
  /** One id per token, [tokens] shared by all batch entries or [batch * tokens]. */
  | PositionArray
  /** One start per batch entry. */
  | { readonly offsets: PositionArray }
  /** Packed sequences (layout thd) by their lengths: each starts at 0, or at its own offset. */
  | ({ readonly sequenceLengths: PositionArray } & PackedOptions)
  /** The same by cumulative lengths, [0, ..., tokens]. */
  | ({ readonly cumulativeLengths: PositionArray } & PackedOptions)

/** What packed sequences may have besides their lengths; one number per sequence. */
export interface PackedOptions {
  /** Where each sequence starts; 0 when absent. */
  readonly offsets?: PositionArray
  /**
   * Tokens that each sequence takes up in memory, padding at its end included. Padding stands at
   * position 0 and never counts towards a sequence's length.
   */
  readonly paddedLengths?: PositionArray
  /** The same by cumulative lengths, [0, ..., tokens]. */
  readonly paddedCumulativeLengths?: PositionArray
}

/** Where each token stands: one set for all axes, or one per axis. */
export type Positions = AxisPositions | { readonly axes: readonly AxisPositions[] }

/** Checked and copied positions of one axis. */
export type PositionSource =
  | { readonly kind: 'start'; readonly start: number }
  | { readonly kind: 'ids'; readonly ids: Float64Array }
  | { readonly kind: 'offsets'; readonly offsets: Float64Array }
  | {
      readonly kind: 'packed'
      readonly lengths: Float64Array
      readonly offsets: Float64Array
      /** Tokens in memory of each sequence, padding included. */
      readonly spans: Float64Array
    }

/** The forms, for messages. */
export const FORMS =
  'a number (the first position), ids per token, { offsets }, { sequenceLengths }, { cumulativeLengths } or { axes }'

/** The same for distances. */
const DISTANCES =
  'a number (how far every token moves), one per token, { offsets } with one per batch entry, or { axes }'

function formsOf(field: string): string {
  return field.startsWith('delta') ? DISTANCES : FORMS
}

const PACKED_KEYS: readonly string[] = ['sequenceLengths', 'cumulativeLengths']
const PADDED_KEYS: readonly string[] = ['paddedLengths', 'paddedCumulativeLengths']

/**
 * One position, as a loop gives it: a finite number, never text or a date that a sum would turn into
 * one.
 *
 * @throws RopeError INVALID_POSITIONS
 */
export function checkPosition(position: unknown): void {
  if (typeof position === 'number' && Math.abs(position) <= Number.MAX_SAFE_INTEGER) return
  const accepted = 'a finite number between -(2^53 - 1) and 2^53 - 1'
  reject('INVALID_POSITIONS', 'position', position, accepted)
}

/**
 * A start as it was given: a finite number that the tokens after it can count on from.
 *
 * @throws RopeError INVALID_POSITIONS
 */
export function checkStart(start: number): number {
  return readPosition(start, 'positions')
}

/** A position: a number or a BigInt that the tokens after it can count on from. */
const POSITIONS: ElementRules = {
  read: (value) => {
    const number = typeof value === 'bigint' ? Number(value) : value
    const isOne = typeof number === 'number' && Math.abs(number) <= Number.MAX_SAFE_INTEGER
    return isOne ? number : undefined
  },
  accepted: (value) => {
    const isTooFar = typeof value === 'bigint' || Number.isFinite(value)
    return isTooFar ? 'a position between -(2^53 - 1) and 2^53 - 1' : 'a finite number or a bigint'
  },
}

function readPosition(value: unknown, field: string): number {
  return (
    POSITIONS.read(value) ?? reject('INVALID_POSITIONS', field, value, POSITIONS.accepted(value))
  )
}

function rulesFor(field: string): ListRules {
  const accepted = 'an array or typed array of numbers'
  // As many as the caller has: what a call may have in all is bounded where it is known.
  return { field, code: 'INVALID_POSITIONS', accepted, elements: POSITIONS, most: Infinity }
}

function readArray(value: unknown, field: string): Float64Array {
  return readList(value, rulesFor(field))
}

type Packed = Readonly<Record<string, unknown>>

/** Lengths by either spelling; undefined when neither is given. */
function readEither(
  value: Packed,
  [plain, cumulative]: readonly string[],
  field: string,
): Float64Array | undefined {
  const read = (key: string): Float64Array => readArray(value[key], `${field}.${key}`)
  if (plain !== undefined && plain in value) return readLengths(read(plain), `${field}.${plain}`)
  if (cumulative === undefined || !(cumulative in value)) return undefined
  return differences(read(cumulative), `${field}.${cumulative}`)
}

function readPacked(value: Packed, field: string): PositionSource {
  const lengths = readEither(value, PACKED_KEYS, field) ?? new Float64Array(0)
  const spans = readEither(value, PADDED_KEYS, field) ?? lengths
  const offsets =
    value.offsets === undefined
      ? new Float64Array(lengths.length)
      : readArray(value.offsets, `${field}.offsets`)
  for (const [name, list] of [
    ['offsets', offsets],
    ['paddedLengths', spans],
  ] as const) {
    if (list.length === lengths.length) continue
    rejectBecause(
      'INVALID_POSITIONS',
      `${field}.${name}`,
      `has ${list.length} entries for ${lengths.length} sequences; give one per sequence`,
    )
  }
  spans.forEach((span, i) => {
    const length = lengths[i] as number
    if (span >= length) return
    const accepted = `at least the sequence's own length, ${length}`
    reject('INVALID_POSITIONS', `${field}.paddedLengths[${i}]`, span, accepted)
  })
  return { kind: 'packed', lengths, offsets, spans }
}

function readLengths(lengths: Float64Array, field: string): Float64Array {
  lengths.forEach((length, i) => {
    if (!Number.isInteger(length) || length < 0) {
      reject('INVALID_POSITIONS', `${field}[${i}]`, length, 'a whole number of tokens, 0 or more')
    }
  })
  return lengths
}

function differences(cumulative: Float64Array, field: string): Float64Array {
  if (cumulative.length === 0 || cumulative[0] !== 0)
    rejectBecause('INVALID_POSITIONS', field, 'must start with 0, as in [0, 3, 7]')
  const lengths = new Float64Array(cumulative.length - 1)
  for (let i = 0; i < lengths.length; i++) {
    lengths[i] = (cumulative[i + 1] as number) - (cumulative[i] as number)
    if (!((lengths[i] as number) >= 0))
      rejectBecause(
        'INVALID_POSITIONS',
        `${field}[${i + 1}]`,
        'is smaller than the one before; give running totals',
      )
  }
  return readLengths(lengths, field)
}

function readAxis(positions: unknown, field: string): PositionSource {
  if (typeof positions === 'number' || typeof positions === 'bigint') {
    return { kind: 'start', start: readPosition(positions, field) }
  }
  if (hasItems(positions)) return { kind: 'ids', ids: readArray(positions, field) }
  return readForms(checkRecord(positions, field, formsOf(field), 'INVALID_POSITIONS'), field)
}

/** What other libraries call the forms. */
const CALLED: Readonly<Record<string, string>> = {
  cuseqlens: 'cumulativeLengths',
  seqlens: 'sequenceLengths',
  lengths: 'sequenceLengths',
}

/** The form that a key stands for or is a slip of. */
function nearForm(key: string): string | undefined {
  const known = ['offsets', 'axes', ...PACKED_KEYS, ...PADDED_KEYS]
  if (known.includes(key)) return undefined
  const plain = shorten(key).toLowerCase().replaceAll('_', '')
  return Object.hasOwn(CALLED, plain) ? CALLED[plain] : nearest(plain, known)
}

function readForms(positions: Packed, field: string): PositionSource {
  refuseGpuBuffer(positions, field, 'INVALID_POSITIONS')
  if (isTensor(positions)) {
    return refuseList(positions, { ...rulesFor(field), accepted: formsOf(field) })
  }
  const keys: readonly string[] = Object.keys(positions)
  const given = (names: readonly string[]): readonly string[] =>
    names.filter((key) => key in positions)
  const packed = given(PACKED_KEYS)
  const padded = given(PADDED_KEYS)
  const known = ['offsets', ...PACKED_KEYS, ...(packed.length === 1 ? PADDED_KEYS : [])]
  const isKnown = keys.every((key) => known.includes(key))
  if (!isKnown || packed.length > 1 || padded.length > 1 || keys.length === 0) {
    const near = keys.map(nearForm).find(Boolean)
    return reject('INVALID_POSITIONS', field, positions, formsOf(field) + meant(near))
  }
  if (packed.length === 1) return readPacked(positions, field)
  return { kind: 'offsets', offsets: readArray(positions.offsets, `${field}.offsets`) }
}

/**
 * Checks and copies positions: one source for all axes, or one per axis.
 *
 * @param axes how many axes the config has
 * @param field what errors call them: the distances of a shift are its delta
 * @throws RopeError INVALID_POSITIONS
 */
export function readPositions(
  positions: Positions,
  axes: number,
  field: 'positions' | 'delta' = 'positions',
): readonly PositionSource[] {
  if (!isRecord(positions)) return [readAxis(positions, field)]
  const record = checkRecord(positions, field, formsOf(field), 'INVALID_POSITIONS')
  if (!('axes' in record)) return [readForms(record, field)]
  const accepted = '{ axes: [one entry per axis] } and no other key'
  if (!isList(record.axes) || Object.keys(record).length > 1) {
    return reject('INVALID_POSITIONS', field, record, accepted)
  }
  const list = checkList(record.axes, `${field}.axes`, accepted, 'INVALID_POSITIONS')
  if (list.length !== axes) {
    rejectBecause(
      'INVALID_POSITIONS',
      `${field}.axes`,
      `has ${list.length} entries, but the config has ${axes} ${axes === 1 ? 'axis' : 'axes'}`,
    )
  }
  return Array.from(list, (axis, i) => readAxis(axis, `${field}.axes[${i}]`))
}
