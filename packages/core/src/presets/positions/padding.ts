/**
 * Positions of padded batches from their attention masks: tokens count, padding does not.
 */
import { checkKeys, checkRecord, reject, rejectBecause } from '../../check.js'
import {
  type ElementRules,
  type ListRules,
  type Rows,
  readFinite,
  readRows,
  rowsOf,
} from '../../numbers/lists.js'

/** A mask, [batch * tokens] or one row per batch entry: 1 is a token, 0 is padding. */
export type AttentionMask = ArrayLike<number | bigint> | ArrayLike<ArrayLike<number | bigint>>

const MEANING = '1 for a token and 0 for padding'

/** What to do about a mark that is neither 0 nor 1. */
function adviceFor(mark: unknown, field: string): string {
  if (typeof mark === 'boolean') {
    return `${MEANING}: libraries disagree about what true is; where it is a token, give Array.from(${field}, Number)`
  }
  const isAdditive = (typeof mark === 'number' || typeof mark === 'bigint') && !(mark >= 0)
  if (!isAdditive) return MEANING
  return `${MEANING}: this looks like an additive mask, whose 0 is a token; give Array.from(${field}, (x) => (x === 0 ? 1 : 0))`
}

function marks(field: string): ElementRules {
  return {
    read: (mark) => {
      if (mark === 1 || mark === 1n) return 1
      return mark === 0 || mark === 0n ? 0 : undefined
    },
    accepted: (mark) => adviceFor(mark, field),
  }
}

/**
 * A mask of ones and zeros. One without any 1 is refused as well: an additive mask of tokens alone
 * looks the same and means the opposite.
 *
 * @throws RopeError INVALID_POSITIONS
 */
export function readMask(mask: unknown, field: string): Rows {
  const accepted = `${MEANING}, [batch * tokens] or one row per batch entry`
  const rules: ListRules = { field, code: 'INVALID_POSITIONS', accepted, elements: marks(field) }
  const rows = readRows(mask, rules)
  if (rows.values.length === 0 || rows.values.includes(1)) return rows
  return rejectBecause(
    'INVALID_POSITIONS',
    field,
    `has no 1, so no token; accepted: ${MEANING}, with one token at least (an additive mask of tokens alone is all 0 too: give 1 for each)`,
  )
}

/**
 * Position ids from an attention mask: the number of tokens before each one in its row, wherever
 * the padding is (left, right or between).
 *
 * @param mask [batch * tokens], or one row per batch entry
 * @param size batch entries, which rows tell by themselves, and the position of padding; 1 when
 *   absent, as in Hugging Face
 * @returns ids [batch * tokens]; none for rows without tokens, as a call on nothing has none
 * @throws RopeError INVALID_POSITIONS when the mask does not divide into rows, has no token, or has
 *   anything but 0 and 1; INVALID_OPTION
 */
export function positionsFromMask(
  mask: AttentionMask,
  size: { readonly batch?: number; readonly padding?: number } = {},
): Float64Array {
  const given = checkRecord(size, 'size', '{ batch, padding }')
  checkKeys(given, 'size', ['batch', 'padding'])
  const rows = readMask(mask, 'mask')
  const batch =
    rowsOf(rows, 'mask', given.batch) ??
    rejectBecause(
      'INVALID_OPTION',
      'batch',
      'is missing; a flat mask does not tell its rows: give { batch: 1 } for one',
    )
  const { values } = rows
  const tokens = values.length / batch
  if (!Number.isInteger(tokens)) {
    reject('INVALID_POSITIONS', 'mask.length', values.length, `a multiple of batch, ${batch}`)
  }
  const ids = new Float64Array(values.length).fill(readFinite(given.padding ?? 1, 'padding'))
  for (let row = 0; row < batch; row++) {
    let position = 0
    for (let at = row * tokens; at < (row + 1) * tokens; at++) {
      if (values[at] === 1) ids[at] = position++
    }
  }
  return ids
}
