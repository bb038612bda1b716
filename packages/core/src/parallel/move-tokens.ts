/**
 * Taking a shard's tokens out of a tensor and putting them back: copies of bits, for tests, workers
 * and whoever has no collective operation for it.
 */
import { checkKeys, checkRecord, checkTypedArray } from '../check.js'
import { RopeError } from '../errors.js'
import { readCount } from '../numbers/lists.js'
import { checkShard, type Shard } from './shard.js'

/** The arrays that tensors are made of. */
export type TokenArray = Float32Array | Float64Array | Uint16Array

/** A tensor whose tokens lie one after the other, `[batch, tokens, width]`. */
export interface TokenRows<Elements extends TokenArray = TokenArray> {
  readonly data: Elements
  /** Tokens of each batch entry. */
  readonly tokens: number
  /** Elements per token: heads times headDim. */
  readonly width: number
}

const KINDS = ['Float32Array', 'Float64Array', 'Uint16Array'] as const

function checkRows<Elements extends TokenArray>(whole: TokenRows<Elements>): TokenRows<Elements> {
  const given = checkRecord(whole, 'whole', '{ data, tokens, width }')
  checkKeys(given, 'whole', ['data', 'tokens', 'width'])
  const { data, tokens, width } = given
  return {
    data: checkTypedArray(data, 'whole.data', KINDS, 'INVALID_TENSOR') as Elements,
    tokens: readCount(tokens, 'whole.tokens', 1),
    width: readCount(width, 'whole.width', 1),
  }
}

function batchOf({ data, tokens, width }: TokenRows, field: string): number {
  const batch = data.length / (tokens * width)
  if (Number.isInteger(batch)) return batch
  throw new RopeError(
    'INVALID_TENSOR',
    `${field} has ${data.length} elements; accepted: whole batch entries of ${tokens} x ${width}`,
    { field },
  )
}

/** Calls `move` with the first element of each of the shard's tokens, in the part and in the whole. */
function eachToken(
  { indices }: Shard,
  { tokens, width }: TokenRows,
  batch: number,
  move: (inPart: number, inWhole: number) => void,
): void {
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < indices.length; i++) {
      const token = b * tokens + (indices[i] as number)
      move((b * indices.length + i) * width, token * width)
    }
  }
}

/**
 * The tokens of a shard, `[batch, shard's tokens, width]`, in a new array of the same kind.
 *
 * @throws RopeError INVALID_TENSOR when `whole.data` holds no whole number of batch entries
 */
export function takeShard<Elements extends TokenArray>(
  given: TokenRows<Elements>,
  part: Shard,
): Elements {
  const whole = checkRows(given)
  const shard = checkShard(part, whole.tokens)
  const batch = batchOf(whole, 'whole.data')
  const { data, width } = whole
  const length = batch * shard.indices.length * width
  const taken = new (data.constructor as new (length: number) => Elements)(length)
  eachToken(shard, whole, batch, (inPart, inWhole) => {
    taken.set(data.subarray(inWhole, inWhole + width), inPart)
  })
  return taken
}

/**
 * Writes a shard's tokens back to where they belong in the whole.
 *
 * @throws RopeError INVALID_TENSOR when `part` is not the size that `takeShard` gives
 */
export function putShard<Elements extends TokenArray>(
  given: TokenRows<Elements>,
  from: Shard,
  tokens: Elements,
): void {
  const whole = checkRows(given)
  const shard = checkShard(from, whole.tokens)
  const part = checkTypedArray(tokens, 'part', KINDS, 'INVALID_TENSOR')
  const batch = batchOf(whole, 'whole.data')
  const { data, width } = whole
  const length = batch * shard.indices.length * width
  if (part.length !== length) {
    throw new RopeError(
      'INVALID_TENSOR',
      `part has ${part.length} elements; accepted: ${length}, the size of this shard`,
      { field: 'part' },
    )
  }
  eachToken(shard, whole, batch, (inPart, inWhole) => {
    data.set(part.subarray(inPart, inPart + width), inWhole)
  })
}
