/**
 * The loop nest: batch, blocks of tokens, then heads and tokens in the order in which they lie in
 * memory. The cos and sin of a block are converted to double once, with the direction folded in,
 * and serve every head of q and of k; a block is small enough for the first-level cache.
 */
import type {
  Elements,
  KernelCall,
  OperandPlan,
  Plan,
  Rotation,
  SyncKernel,
  View,
} from '@rope/core/backend'
import { copyPassThrough, hasPassThrough } from './pass-through.js'
import { rotateColumns, rotateRow, rotateRowInto, rotateTwoRows } from './rows/float32.js'
import { rotateRowFloat64 } from './rows/float64.js'
import { createBFloat16Row, createFloat16Row } from './rows/half.js'

/** Tokens per block: 16 rows of 64 pairs are 16 kB of cos and sin. */
const BLOCK = 16

/** Below this many bytes a call stays in the first-level cache, and columns outside are faster. */
const IN_CACHE_BYTES = 32768

/** cos and sin of a block of tokens in double precision. */
interface Table {
  readonly cos: Float64Array
  readonly sin: Float64Array
}

/** Where the rows of one operand are: everything that does not change from row to row. */
interface Lanes {
  readonly step: number
  readonly partner: number
  readonly toStep: number
  readonly toPartner: number
}

/** Rotates the heads of one token; `row` is the table element where the token's row starts. */
type RotateToken = (
  source: Elements,
  at: number,
  target: Elements,
  to: number,
  operand: OperandPlan,
  lanes: Lanes,
  table: Table,
  row: number,
  heads: number,
) => void

function float32InPlace(pairs: number): RotateToken {
  return (source, at, _target, _to, operand, { step, partner }, { cos, sin }, row, heads) => {
    const x = source as Float32Array
    const stride = operand.source.head
    let head = at
    for (let h = 1; h < heads; h += 2, head += 2 * stride) {
      rotateTwoRows(x, head, head + stride, step, partner, cos, sin, row, pairs)
    }
    if (heads % 2 === 1) rotateRow(x, head, step, partner, cos, sin, row, pairs)
  }
}

function float32Columns(pairs: number): RotateToken {
  return (source, at, _target, _to, operand, { step, partner }, { cos, sin }, row, heads) => {
    rotateColumns(
      source as Float32Array,
      at,
      heads,
      operand.source.head,
      step,
      partner,
      cos,
      sin,
      row,
      pairs,
    )
  }
}

type RotateRow<Memory> = (
  x: Memory,
  at: number,
  step: number,
  partner: number,
  y: Memory,
  to: number,
  toStep: number,
  toPartner: number,
  cos: Float64Array,
  sin: Float64Array,
  row: number,
  pairs: number,
) => void

/** Head by head, for the dtypes and plans that have nothing faster. */
function rowByRow<Memory extends Elements>(rotate: RotateRow<Memory>, pairs: number): RotateToken {
  return (source, at, target, to, operand, lanes, { cos, sin }, row, heads) => {
    const { step, partner, toStep, toPartner } = lanes
    for (let h = 0; h < heads; h++) {
      const read = at + h * operand.source.head
      const write = to + h * operand.target.head
      rotate(
        source as Memory,
        read,
        step,
        partner,
        target as Memory,
        write,
        toStep,
        toPartner,
        cos,
        sin,
        row,
        pairs,
      )
    }
  }
}

function chooseToken(plan: Plan): RotateToken {
  const { pairs } = plan
  switch (plan.dtype) {
    case 'float64':
      return rowByRow(rotateRowFloat64, pairs)
    case 'float16':
      return rowByRow(createFloat16Row(pairs), pairs)
    case 'bfloat16':
      return rowByRow(createBFloat16Row(pairs), pairs)
    case 'float32':
      if (!plan.inPlace) return rowByRow(rotateRowInto, pairs)
      return bytesOf(plan) <= IN_CACHE_BYTES ? float32Columns(pairs) : float32InPlace(pairs)
  }
}

function bytesOf(plan: Plan): number {
  const heads = plan.operands.reduce((sum, operand) => sum + operand.heads, 0)
  return plan.batch * plan.tokens * heads * plan.headDim * 4
}

function lanesOf(plan: Plan, operand: OperandPlan): Lanes {
  const { step, partner } = plan.pairing
  return {
    step: step * operand.source.channel,
    partner: partner * operand.source.channel,
    toStep: step * operand.target.channel,
    toPartner: partner * operand.target.channel,
  }
}

/** Converts the rows of `count` tokens, sin negated for the inverse direction. */
function loadTable(
  table: Table,
  rotation: Rotation,
  firstRow: number,
  count: number,
  direction: 1 | -1,
): void {
  const { cos, sin, pairs } = rotation
  const from = firstRow * pairs
  const length = count * pairs
  for (let i = 0; i < length; i++) {
    table.cos[i] = cos[from + i] as number
    table.sin[i] = direction * (sin[from + i] as number)
  }
}

/** Walks one operand's part of a block of tokens. */
type RotateBlock = (
  view: View,
  table: Table,
  batch: number,
  firstToken: number,
  count: number,
) => void

function blockOf(plan: Plan, operand: OperandPlan, rotateToken: RotateToken): RotateBlock {
  const lanes = lanesOf(plan, operand)
  const { source, target, heads } = operand
  const { pairs } = plan
  // Where heads are farther apart than tokens (bhsd), the block's tokens of one head come first.
  const headMajor = Math.abs(source.head) > Math.abs(source.token)
  return (view, table, batch, firstToken, count) => {
    const at = view.sourceOffset + batch * source.batch + plan.windowOffset * source.channel
    const to = view.targetOffset + batch * target.batch + plan.windowOffset * target.channel
    if (headMajor) {
      for (let h = 0; h < heads; h++) {
        for (let t = 0; t < count; t++) {
          const read = at + (firstToken + t) * source.token + h * source.head
          const write = to + (firstToken + t) * target.token + h * target.head
          rotateToken(view.source, read, view.target, write, operand, lanes, table, t * pairs, 1)
        }
      }
      return
    }
    for (let t = 0; t < count; t++) {
      const read = at + (firstToken + t) * source.token
      const write = to + (firstToken + t) * target.token
      rotateToken(view.source, read, view.target, write, operand, lanes, table, t * pairs, heads)
    }
  }
}

/** The kernel of a plan. It owns its scratch memory and must not run concurrently with itself. */
export function createKernel(plan: Plan): SyncKernel {
  const block = Math.min(BLOCK, Math.max(plan.tokens, 1))
  const table: Table = {
    cos: new Float64Array(block * plan.pairs),
    sin: new Float64Array(block * plan.pairs),
  }
  const rotateToken = chooseToken(plan)
  const blocks = plan.operands.map((operand) => blockOf(plan, operand, rotateToken))
  const copies = !plan.inPlace && hasPassThrough(plan)

  function run({ views, rotation }: KernelCall): void {
    if (copies) {
      plan.operands.forEach((operand, i) => {
        copyPassThrough(plan, operand, views[i] as View)
      })
    }
    for (let batch = 0; batch < plan.batch; batch++) {
      for (let token = 0; token < plan.tokens; token += block) {
        const count = Math.min(block, plan.tokens - token)
        loadTable(table, rotation, batch * rotation.batchStride + token, count, plan.direction)
        for (let i = 0; i < blocks.length; i++) {
          const rotateBlock = blocks[i] as RotateBlock
          rotateBlock(views[i] as View, table, batch, token, count)
        }
      }
    }
  }
  return { run }
}
