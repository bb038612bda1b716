/**
 * Positions of every form brought to one: a number per row and axis, for tensors of `batch` x
 * `tokens`. Here a call's positions are held against its tensors.
 */
import { checkInteger, reject, rejectBecause, show } from '../check.js'
import { MOST_ROWS } from '../limits.js'
import { kindOf, lengthOf } from '../memory.js'
import { FORMS, type PositionSource } from './forms.js'

/** One position per row and axis; row of (batch b, token t) is `b * batchStride + t`. */
export interface PositionTable {
  readonly rows: number
  /** 0 when all batch entries share the same rows. */
  readonly batchStride: number
  /** One array of `rows` positions per axis. */
  readonly axes: readonly Float64Array[]
}

/**
 * A table whose every axis is a Float64Array of its rows: what `expandPositions` gives.
 *
 * @throws RopeError INVALID_POSITIONS
 */
export function checkPositionTable(table: PositionTable, axes = 0): void {
  const accepted = 'what expandPositions gives'
  if (!isTable(table, axes)) reject('INVALID_POSITIONS', 'positions', table, accepted)
}

function isTable(table: unknown, axes: number): boolean {
  if (typeof table !== 'object' || table === null) return false
  try {
    const { rows, batchStride, axes: lists } = table as PositionTable
    if (!Number.isSafeInteger(rows) || rows < 0 || !Number.isSafeInteger(batchStride)) return false
    if (!Array.isArray(lists) || lists.length < axes) return false
    for (const list of lists) {
      if (kindOf(list) !== 'Float64Array' || lengthOf(list) !== rows) return false
    }
    return true
  } catch {
    return false
  }
}

/** More axes than any config has. */
const MOST_AXES = 64
const KINDS: Readonly<Record<PositionSource['kind'], readonly string[]>> = {
  start: [],
  ids: ['ids'],
  offsets: ['offsets'],
  packed: ['lengths', 'offsets', 'spans'],
}

/** Sources as `readPositions` makes them, and sizes that a table can have. */
function checkTable(
  sources: readonly PositionSource[],
  batch: number,
  tokens: number,
  axes: number,
): void {
  checkInteger(batch, 'batch', 0, Number.MAX_SAFE_INTEGER)
  checkInteger(tokens, 'tokens', 0, Number.MAX_SAFE_INTEGER)
  checkInteger(axes, 'axes', 1, MOST_AXES)
  if (areSources(sources)) return
  reject('INVALID_POSITIONS', 'sources', sources, 'what readPositions gives')
}

function areSources(sources: unknown): boolean {
  try {
    if (!Array.isArray(sources) || sources.length > MOST_AXES) return false
    for (const source of sources) if (!isSource(source)) return false
    return true
  } catch {
    return false
  }
}

function isSource(record: Readonly<Record<string, unknown>>): boolean {
  if (record.kind === 'start') return Number.isFinite(record.start)
  const keys = Object.hasOwn(KINDS, String(record.kind)) ? KINDS[record.kind as 'ids'] : undefined
  return keys?.every((key) => kindOf(record[key]) === 'Float64Array') === true
}

function isShared(source: PositionSource, batch: number, tokens: number): boolean {
  if (source.kind === 'start') return true
  if (source.kind === 'ids') return source.ids.length === tokens
  return source.kind === 'packed' || batch === 0
}

/**
 * Whether there are as many positions as the tensors of a call ask for.
 *
 * @param heads those of the first tensor, for the message where they are as many as the positions
 * @throws RopeError INVALID_POSITIONS when there are not
 */
export function checkPositionCounts(
  sources: readonly PositionSource[],
  batch: number,
  tokens: number,
  heads?: number,
): void {
  for (const source of sources) checkFits(source, batch, tokens, heads)
}

function checkFits(
  source: PositionSource,
  batch: number,
  tokens: number,
  heads: number | undefined,
): void {
  if (
    source.kind === 'ids' &&
    source.ids.length !== tokens &&
    source.ids.length !== batch * tokens
  ) {
    const { length } = source.ids
    const isOther = length === heads || length === batch * (heads ?? NaN)
    rejectBecause(
      'INVALID_POSITIONS',
      'positions',
      `has ${length} ids; accepted: ${tokens} (shared) or ${batch} x ${tokens} = ${batch * tokens} (batch x tokens)${isOther ? `, as many as heads: is the layout 'bhsd'?` : ''}`,
    )
  }
  if (source.kind === 'offsets' && source.offsets.length !== batch) {
    rejectBecause(
      'INVALID_POSITIONS',
      'positions.offsets',
      `has ${source.offsets.length} entries; accepted: ${batch}, one per batch entry`,
    )
  }
  if (source.kind === 'packed') {
    const total = source.spans.reduce((sum, span) => sum + span, 0)
    if (batch !== 1)
      rejectBecause(
        'INVALID_POSITIONS',
        'positions',
        `packs sequences, which needs a batch of 1 (layout 'thd'); the tensors have ${batch}`,
      )
    if (total !== tokens)
      rejectBecause(
        'INVALID_POSITIONS',
        'positions',
        `packs ${total} tokens; the tensors have ${tokens}`,
      )
  }
}

function checkRows(count: number): void {
  if (count <= MOST_ROWS) return
  const accepted = `at most ${MOST_ROWS} in one call, all axes together; make several calls`
  reject('INVALID_POSITIONS', 'the number of positions', count, accepted)
}

function expandSource(
  source: PositionSource,
  batch: number,
  tokens: number,
  advance: 0 | 1,
): Float64Array {
  const values = new Float64Array(batch * tokens)
  switch (source.kind) {
    case 'start':
      for (let row = 0; row < values.length; row++)
        values[row] = source.start + advance * (row % tokens)
      return values
    case 'ids':
      for (let at = 0; at < values.length; at += source.ids.length) values.set(source.ids, at)
      return values
    case 'offsets':
      for (let row = 0; row < values.length; row++) {
        values[row] =
          (source.offsets[Math.floor(row / tokens)] as number) + advance * (row % tokens)
      }
      return values
    case 'packed':
      return expandPacked(source, values, advance)
  }
}

function expandPacked(
  { lengths, offsets, spans }: Extract<PositionSource, { kind: 'packed' }>,
  values: Float64Array,
  advance: 0 | 1,
): Float64Array {
  let first = 0
  lengths.forEach((length, sequence) => {
    const start = offsets[sequence] as number
    for (let t = 0; t < length; t++) values[first + t] = start + advance * t
    first += spans[sequence] as number
  })
  return values
}

/**
 * One position per row and axis for tensors of `batch` x `tokens`.
 * Batch entries share their rows when every axis allows it.
 *
 * @param advance 1 lets tokens follow each other from a start or offset; 0 gives all of them the
 *   same number, as the distances of a shift
 * @throws RopeError INVALID_POSITIONS when the number of positions does not fit, or is above 2^27
 */
export function expandPositions(
  sources: readonly PositionSource[],
  batch: number,
  tokens: number,
  axes: number,
  advance: 0 | 1 = 1,
): PositionTable {
  checkTable(sources, batch, tokens, axes)
  checkPositionCounts(sources, batch, tokens)
  const shared = sources.every((source) => isShared(source, batch, tokens))
  const entries = shared ? 1 : batch
  checkRows(sources.length * entries * tokens)
  const expanded = sources.map((source) => expandSource(source, entries, tokens, advance))
  const first =
    expanded[0] ??
    rejectBecause('INVALID_POSITIONS', 'positions', `is ${show(sources)}; give ${FORMS}`)
  return {
    rows: entries * tokens,
    batchStride: shared ? 0 : tokens,
    axes: Array.from({ length: axes }, (_, axis) => expanded[axis] ?? first),
  }
}
