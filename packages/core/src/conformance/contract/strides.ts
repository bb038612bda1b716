/**
 * Strides: a plan may walk memory in any way, forwards and backwards, and read in one way while it
 * writes in another.
 */
import type { Strides } from '../../backend.js'
import { createArena, putTensor } from '../arena.js'
import { type ConformanceCase, defineCase, type Trial } from '../case.js'
import { ordinaryElements } from '../inputs.js'
import { needDType } from '../numbers.js'
import { addressesOf, placeTensor, SPACINGS } from '../placement.js'
import { seedOf } from '../random.js'
import { judgeCall, compileClaimed, operandPlan, planOf, prepare, RAW_CONTROL, type RawCall, runRaw } from '../raw.js'
import { KINDS } from '../values.js'
import { copyElements } from '../elements.js'

type Kind = (typeof KINDS)[number]

function rawCase(path: string, [pairing, dtype]: Kind, change: Partial<RawCall>): ConformanceCase {
  const id = `strides/${path}/${pairing}/${dtype}`
  return defineCase('contract', id, async (trial) => {
    needDType(trial, dtype)
    const control = { ...RAW_CONTROL, batch: 2, batchStride: 2, heads: [3, 1], windowOffset: 1, headDim: 18 }
    await runRaw(trial, { ...control, ...change, dtype, pairing, seed: seedOf(id) })
  })
}

/** One source entry read for every entry of the batch: a stride of 0. */
async function broadcast(trial: Trial, call: RawCall): Promise<void> {
  const prepared = prepare(trial, call)
  const [operand] = prepared.operands
  if (operand === undefined) return
  const { sizes } = operand.target.placement
  const strides: Strides = { ...placeTensor(sizes, 'bshd', 'dense').strides, batch: 0 }
  const one = sizes.tokens * sizes.heads * sizes.headDim
  const arena = createArena(trial.backend, call.dtype, one, call.seed + 3)
  const entry = ordinaryElements(call.dtype, one, call.seed + 4)
  const placement = placeTensor({ ...sizes, batch: 1 }, 'bshd', 'dense')
  const source = { ...putTensor(arena, placement, entry), addresses: addressesOf(sizes, strides, 0) }
  const input = copyElements(operand.input)
  for (let b = 0; b < sizes.batch; b++) input.set(entry, b * one)
  const plan = planOf(call, [operandPlan(sizes, strides, operand.target.placement.strides)])
  const views = prepared.views.map((view) => ({ ...view, source: arena.data, sourceOffset: 0 }))
  await compileClaimed(trial, plan).run(views, prepared.rotation)
  const placed = { source: { ...source, placement: { ...source.placement, sizes } }, target: operand.target, input }
  judgeCall(trial, call, { plan, operands: [placed], views, rotation: prepared.rotation })
}

function broadcastCase([pairing, dtype]: Kind): ConformanceCase {
  const id = `strides/broadcast-source/${pairing}/${dtype}`
  return defineCase('contract', id, async (trial) => {
    needDType(trial, dtype)
    const change = { batch: 3, batchStride: 2, inPlace: false } as const
    await broadcast(trial, { ...RAW_CONTROL, ...change, dtype, pairing, seed: seedOf(id) })
  })
}

/** Strides of every kind, in place and out of place. */
export function stridesCases(): readonly ConformanceCase[] {
  return KINDS.flatMap((kind) => [
    ...SPACINGS.map((spacing) => rawCase(`in-place=${spacing}`, kind, { spacing })),
    ...SPACINGS.map((spacing) => rawCase(`from=${spacing}`, kind, { spacing, inPlace: false })),
    ...SPACINGS.slice(1).map((targetSpacing) => rawCase(`to=${targetSpacing}`, kind, { targetSpacing, inPlace: false })),
    rawCase('reversed-to-channel-step', kind, { spacing: 'reversed', targetSpacing: 'channel-step', inPlace: false }),
    rawCase('inverse', kind, { direction: -1, spacing: 'padded' }),
    rawCase('shared-rows', kind, { batchStride: 0 }),
    rawCase('rows-apart', kind, { batchStride: 5 }),
    broadcastCase(kind),
  ])
}
