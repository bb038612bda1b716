/**
 * One rotation to time, as data: sizes, dtype, layout and place. Everybody who is compared gets
 * the same case; how each of them is called (memory, threads, kind of call) is a variant of it.
 */

import { DTYPES, type DType, type Layout, PAIRINGS, type PairingName } from '@rope/core'
import { bytesPerElement } from '@rope/core/backend'
import { exact, maybe, type Reader, type Readers, whole, word } from '../readers.js'
import { LLAMA, type ModelShape, shapeText } from './model-shape.js'
import { readShape } from './read-shape.js'

/** What is rotated. */
export interface RotationCase {
  readonly shape: ModelShape
  readonly tokens: number
  readonly dtype: DType
  readonly pairing: PairingName
  readonly layout: Extract<Layout, 'bshd' | 'bhsd'>
  readonly place: 'in-place' | 'out-of-place'
}

/** What of a case is not as in the reference case. */
export type CaseChanges = Partial<RotationCase> & Pick<RotationCase, 'tokens'>

/** The layouts of cases. */
export const LAYOUTS = ['bshd', 'bhsd'] as const
/** Where results of cases go. */
export const PLACES = ['in-place', 'out-of-place'] as const

/** More tokens than memory would hold. */
export const MOST_TOKENS: number = 2 ** 17

const FIELDS: Readers<RotationCase> = {
  shape: readShape,
  tokens: whole(1, MOST_TOKENS),
  dtype: word(...DTYPES),
  pairing: word(...PAIRINGS),
  layout: word(...LAYOUTS),
  place: word(...PLACES),
}

/** A case that a caller has made. */
export const readCase: Reader<RotationCase> = exact(FIELDS)

const readChanges = exact<CaseChanges>({
  tokens: FIELDS.tokens,
  shape: maybe(FIELDS.shape),
  dtype: maybe(FIELDS.dtype),
  pairing: maybe(FIELDS.pairing),
  layout: maybe(FIELDS.layout),
  place: maybe(FIELDS.place),
})

/**
 * How a backend is called.
 * - `bound`: `bind` once, then `rotate(position)` with another position each time (decode).
 * - `step`: `at(positions)` once, then `rotate` again and again, as the layers of a model do.
 * - `rotate`: the front call with other positions each time, tables included.
 * - `kernel`: the compiled kernel with ready tables, as an engine calls it.
 */
export type CallKind = 'bound' | 'step' | 'rotate' | 'kernel'

/** How a backend is used for a case. */
export interface Variant {
  /** `foreign`: ordinary typed arrays; `resident`: memory that the backend allocated itself. */
  readonly memory: 'foreign' | 'resident'
  /** `one`: the calling thread only; `all`: as many as the backend likes. */
  readonly threads: 'one' | 'all'
  readonly call: CallKind
}

/** Positions of a decode loop go round: a power of two, so that the next one is a mask away. */
export const DECODE_POSITIONS = 4096

/**
 * The reference case with some fields changed: one deviation at a time keeps cases comparable.
 *
 * @throws RopeError INVALID_OPTION naming the field
 */
export function rotationCase(changes: CaseChanges): RotationCase {
  return {
    shape: LLAMA,
    dtype: 'float32',
    pairing: 'half',
    layout: 'bshd',
    place: 'in-place',
    ...readChanges(changes, 'changes'),
  }
}

/**
 * The stable id of a case: `llama-3-8b/4096/float32/half/bshd/in-place`.
 *
 * @throws RopeError INVALID_OPTION for what is no case, naming the field
 */
export function caseId(rotation: RotationCase): string {
  const { shape, tokens, dtype, pairing, layout, place } = readCase(rotation, 'rotation')
  return [shape.name, tokens, dtype, pairing, layout, place].join('/')
}

/**
 * The case in words, for headings.
 *
 * @throws RopeError INVALID_OPTION for what is no case, naming the field
 */
export function caseText(rotation: RotationCase): string {
  const { shape, tokens, dtype, pairing, layout, place } = readCase(rotation, 'rotation')
  const count = tokens === 1 ? '1 token' : `${tokens} tokens`
  const parts = [dtype, pairing, layout, place.replaceAll('-', ' ')]
  return `${shape.name}, ${shapeText(shape)}, ${count}, ${parts.join(', ')}`
}

/** Elements of q and of k. */
export function operandElements({ shape, tokens }: RotationCase): readonly [number, number] {
  const { queryHeads, keyHeads, headDim } = shape
  return [tokens * queryHeads * headDim, tokens * keyHeads * headDim]
}

/**
 * Elements of q and of k that a call has to read and to write: in place the channels that rotate,
 * out of place all of them, since the others are copied.
 */
export function movedElements(rotation: RotationCase): readonly [number, number] {
  const [q, k] = operandElements(rotation)
  const { headDim, rotaryDim } = rotation.shape
  const share = rotation.place === 'in-place' ? rotaryDim / headDim : 1
  return [q * share, k * share]
}

/**
 * Bytes read plus bytes written by one call; the tables are not counted.
 *
 * @throws RopeError INVALID_OPTION for what is no case, naming the field
 */
export function movedBytes(rotation: RotationCase): number {
  const read = readCase(rotation, 'rotation')
  const [q, k] = movedElements(read)
  return 2 * (q + k) * bytesPerElement(read.dtype)
}

/** How a model would make this call: bound for one token, per step for more. */
export function usualCall({ tokens }: RotationCase): CallKind {
  return tokens === 1 ? 'bound' : 'step'
}

/** The position of the first token: the far end of the loop for decode, 0 for a prompt. */
export function firstPosition({ tokens }: RotationCase): number {
  return tokens === 1 ? DECODE_POSITIONS - 1 : 0
}

/** Rows of a table that has every position the case uses. */
export function tableRows({ tokens }: RotationCase): number {
  return tokens === 1 ? DECODE_POSITIONS : tokens
}
