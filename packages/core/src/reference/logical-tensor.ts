/**
 * Tensors as the oracles see them: dense, row-major [batch, tokens, heads, headDim], nothing else.
 * Whoever tests strides or layouts brings the elements into this order first.
 */

import type { PairingName } from '../contract/pairing.js'
import { RopeError } from '../errors.js'
import { pairChannels } from './channels.js'

/** The sizes of a dense row-major [batch, tokens, heads, headDim] tensor. */
export interface LogicalSizes {
  readonly batch: number
  readonly tokens: number
  readonly heads: number
  readonly headDim: number
}

/** Which channels of a head are rotated, and in which pairs. */
export interface LogicalWindow {
  readonly pairing: PairingName
  readonly windowOffset: number
  readonly rotaryDim: number
}

/** One pair of one head of one token: where its two channels are, and its place in the rows. */
export interface PairPlace {
  /** Index of the pair's first and second channel in the tensor. */
  readonly x: number
  readonly y: number
  /** Index of the pair's cos and sin in the rows: `(batch * tokens + token) * pairs + i`. */
  readonly turn: number
}

/** The number of elements of a tensor. */
export function countElements({ batch, tokens, heads, headDim }: LogicalSizes): number {
  return batch * tokens * heads * headDim
}

/**
 * Refuses sizes that do not fit: the oracles must never read past an end and call it a result.
 *
 * @throws RopeError INVALID_TENSOR when `elements` or `turns` is not what the sizes ask for, or
 * the window leaves the head
 */
export function checkSizes(
  sizes: LogicalSizes,
  window: LogicalWindow,
  elements: number,
  turns: number,
): void {
  const wanted = countElements(sizes)
  const wantedTurns = (sizes.batch * sizes.tokens * window.rotaryDim) / 2
  const end = window.windowOffset + window.rotaryDim
  if (elements !== wanted || turns !== wantedTurns || end > sizes.headDim) {
    throw new RopeError(
      'INVALID_TENSOR',
      `got ${elements} elements, ${turns} angles and a window that ends at channel ${end}; ` +
        `the sizes ask for ${wanted}, ${wantedTurns} and at most ${sizes.headDim}`,
      { field: 'x' },
    )
  }
}

/** Every pair of every head of every token, in the tensor's order. */
export function* pairPlaces(sizes: LogicalSizes, window: LogicalWindow): Generator<PairPlace> {
  const pairs = window.rotaryDim / 2
  for (let row = 0; row < sizes.batch * sizes.tokens; row += 1) {
    for (let head = 0; head < sizes.heads; head += 1) {
      const first = (row * sizes.heads + head) * sizes.headDim + window.windowOffset
      for (let i = 0; i < pairs; i += 1) {
        const { x, y } = pairChannels(window.pairing, i, pairs)
        yield { x: first + x, y: first + y, turn: row * pairs + i }
      }
    }
  }
}
