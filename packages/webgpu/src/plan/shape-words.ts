/**
 * What the shader knows of a part beside its spec: sizes, strides, strips, the direction. These
 * numbers do not change from call to call, so they are uploaded once.
 */
import type { Plan, Strides } from '@rope/core/backend'
import { GEOMETRY_FIELDS } from '../shader/numbers.js'
import type { Geometry } from '../shader/spec.js'
import type { Strips } from './grid.js'
import type { Part } from './parts.js'

/** Bytes that are bound for the numbers of a part; it has at most 160. */
export const SHAPE_BYTES = 256

const OPERAND_WORDS = 12

/**
 * Strides in accesses; negative ones wrap around, as the shader's unsigned sums do.
 * Single elements keep theirs.
 */
function writeStrides(words: Uint32Array, at: number, strides: Strides, elements: number): void {
  const { batch, token, head, channel } = strides
  words.set(
    [batch / elements, token / elements, head / elements, channel].map((stride) => stride | 0),
    at,
  )
}

/**
 * The words of a part's `Shape`, in the order in which the shader declares them.
 *
 * @param elements of one access
 * @param geometry where the shader reads it; null where it is constant
 * @param tableRows rows of the table that GPU positions pick from; 0 without one
 */
export function shapeWords(
  plan: Plan,
  part: Part,
  { headsPerInvocation, strips, total }: Strips,
  elements: number,
  geometry: Geometry | null,
  tableRows: number,
): Uint32Array<ArrayBuffer> {
  // Six words of sizes, perhaps eight of geometry; the operands begin at a multiple of 16 bytes.
  const operands = geometry === null ? 8 : 16
  const words = new Uint32Array(operands + OPERAND_WORDS * part.slices.length)
  const allTokens = part.batch.count * part.tokens.count
  words.set([part.tokens.count, allTokens, total, headsPerInvocation])
  new Float32Array(words.buffer)[4] = plan.direction
  words[5] = tableRows
  if (geometry !== null)
    words.set(
      GEOMETRY_FIELDS.map((field) => geometry[field]),
      6,
    )
  part.slices.forEach(({ operand, heads }, i) => {
    const { source, target } = plan.operands[operand] as Plan['operands'][number]
    const at = operands + OPERAND_WORDS * i
    writeStrides(words, at, source, elements)
    writeStrides(words, at + 4, target, elements)
    words[at + 8] = heads.count
    words[at + 9] = strips[i] ?? 0
  })
  return words
}
