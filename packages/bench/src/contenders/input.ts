/**
 * Input data that any element can be recomputed from: the row of a token's head is a slice of one
 * fixed pool of random values, so that gigabytes are filled at the speed of a copy and the oracle
 * needs only the tokens it looks at.
 */
import type { DType } from '@rope/core'
import { type Elements, fromFloat32Array } from '@rope/core/backend'
import { operandElements, type RotationCase } from '../matrix/rotation-case.js'
import { createRandom, scramble } from '../random.js'

/** Which tensor: 0 is q, 1 is k. */
export type Operand = 0 | 1

/** Different starting points of a slice. */
const PHASES = 1 << 14

/** Room for the longest head behind the last starting point. */
const LONGEST_HEAD = 1024

const pools = new Map<DType, Elements>()

/** Random values in [-4, 4], a few of them tiny: finite in every dtype. */
function poolOf(dtype: DType): Elements {
  const known = pools.get(dtype)
  if (known !== undefined) return known
  const random = createRandom(20210420)
  const values = Float32Array.from(
    { length: PHASES + LONGEST_HEAD },
    () => (random() * 8 - 4) * (random() < 0.02 ? 1e-3 : 1),
  )
  const pool = dtype === 'float64' ? Float64Array.from(values) : fromFloat32Array(values, dtype)
  pools.set(dtype, pool)
  return pool
}

/** The input of one head of one token: a view that must not be written. */
export function inputRow(
  rotation: RotationCase,
  operand: Operand,
  token: number,
  head: number,
): Elements {
  const phase = scramble(scramble(token * 2 + operand) + head) % PHASES
  return poolOf(rotation.dtype).subarray(phase, phase + rotation.shape.headDim)
}

/** Heads of q or of k. */
export function headCount({ shape }: RotationCase, operand: Operand): number {
  return operand === 0 ? shape.queryHeads : shape.keyHeads
}

/** The first element of a token's head in a dense tensor of the case's layout. */
export function rowOffset(
  rotation: RotationCase,
  operand: Operand,
  token: number,
  head: number,
): number {
  const heads = headCount(rotation, operand)
  const row = rotation.layout === 'bshd' ? token * heads + head : head * rotation.tokens + token
  return row * rotation.shape.headDim
}

/** Writes the input of q or k into a dense tensor of the case's layout. */
export function fillInput(rotation: RotationCase, operand: Operand, target: Elements): void {
  for (let token = 0; token < rotation.tokens; token++) {
    for (let head = 0; head < headCount(rotation, operand); head++) {
      const row = inputRow(rotation, operand, token, head)
      target.set(row, rowOffset(rotation, operand, token, head))
    }
  }
}

/** The shape of q or k as the case's layout writes it, with a batch of one. */
export function tensorShape(rotation: RotationCase, operand: Operand): readonly number[] {
  const heads = headCount(rotation, operand)
  const { tokens, shape, layout } = rotation
  return layout === 'bshd' ? [1, tokens, heads, shape.headDim] : [1, heads, tokens, shape.headDim]
}

/** Elements of q or of k. */
export function operandLength(rotation: RotationCase, operand: Operand): number {
  return operandElements(rotation)[operand]
}
