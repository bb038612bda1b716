/**
 * One tensor through a kernel with rows that somebody else made: no schedule, no positions, only
 * the arithmetic. It is judged as every call is, and handed back to be compared with a recording.
 */

import type { Elements } from '../../numbers/dtype.js'
import type { Layout } from '../../plan/tensor.js'
import {
  compileClaimed,
  judgeCall,
  operandPlan,
  type PreparedCall,
  planOf,
  RAW_CONTROL,
  type RawCall,
  runKernel,
} from '../calls/raw.js'
import type { Trial } from '../case.js'
import type { Rows } from '../judge/rows.js'
import { createArena, putTensor, readTensor } from '../memory/arena.js'
import { createElements } from '../memory/elements.js'
import { placeTensor } from '../memory/placement.js'

/** What is rotated. Elements are in logical order, [batch, tokens, heads, headDim]. */
export interface RowsCall
  extends Pick<RawCall, 'dtype' | 'pairing' | 'batch' | 'tokens' | 'headDim' | 'pairs'> {
  readonly heads: number
  readonly layout: Layout
  readonly input: Elements
  /** One row per batch entry and token. */
  readonly rows: Rows
}

function prepareRows(trial: Trial, call: RowsCall, raw: RawCall): PreparedCall {
  const { dtype, batch, tokens, heads, headDim, layout, input, rows, pairs } = call
  const placement = placeTensor({ batch, tokens, heads, headDim }, layout, 'dense')
  const arena = createArena(trial.backend, dtype, placement.length, raw.seed)
  const placed = putTensor(arena, placement, input)
  const plan = planOf(raw, [operandPlan(placement.sizes, placement.strides, placement.strides)])
  const view = {
    source: arena.data,
    sourceOffset: placement.origin,
    target: arena.data,
    targetOffset: placement.origin,
  }
  const row = (values: ArrayLike<number>): Float32Array<ArrayBuffer> => Float32Array.from(values)
  return {
    plan,
    operands: [{ source: placed, target: placed, input }],
    views: Object.freeze([view]),
    rotation: {
      pairs,
      rows: batch * tokens,
      batchStride: tokens,
      cos: row(rows.cos),
      sin: row(rows.sin),
    },
  }
}

/** Rotates with the subject's kernel and returns the result in logical order. */
export async function runRows(trial: Trial, call: RowsCall): Promise<Elements> {
  const { dtype, pairing, batch, tokens, headDim, pairs, heads, rows } = call
  const raw: RawCall = {
    ...RAW_CONTROL,
    ...{ dtype, pairing, batch, tokens, headDim, pairs, rows },
    heads: [heads],
    batchStride: tokens,
    seed: 41,
  }
  const prepared = prepareRows(trial, call, raw)
  const pending = runKernel(trial, compileClaimed(trial, prepared.plan), prepared)
  if (pending !== undefined) await pending
  judgeCall(trial, raw, prepared)
  const [operand] = prepared.operands
  return operand === undefined ? createElements(dtype, 0) : readTensor(operand.target)
}
