/**
 * What the shader knows of a part beside its spec: sizes, strides, strips, the direction. These
 * numbers never change, so they are written once into a uniform buffer.
 */
import type { Plan, Strides } from '@rope/core'
import type { Strips } from './grid.js'
import type { Part } from './parts.js'

/** Bytes from one part's numbers to the next; no device demands more. */
export const SHAPE_STRIDE = 256

const HEADER_WORDS = 8
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
 * @param tableRows rows of the table that GPU positions pick from; 0 without one
 */
export function shapeWords(
  plan: Plan,
  part: Part,
  { headsPerInvocation, strips, total }: Strips,
  elements: number,
  tableRows: number,
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(HEADER_WORDS + OPERAND_WORDS * part.slices.length)
  const allTokens = part.batch.count * part.tokens.count
  words.set([part.tokens.count, allTokens, total, headsPerInvocation])
  new Float32Array(words.buffer)[4] = plan.direction
  words[5] = tableRows
  part.slices.forEach(({ operand, heads }, i) => {
    const { source, target } = plan.operands[operand] as Plan['operands'][number]
    const at = HEADER_WORDS + OPERAND_WORDS * i
    writeStrides(words, at, source, elements)
    writeStrides(words, at + 4, target, elements)
    words[at + 8] = heads.count
    words[at + 9] = strips[i] ?? 0
  })
  return words
}
