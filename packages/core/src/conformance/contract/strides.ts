/**
 * Strides: a plan may walk memory in any way, forwards and backwards, and read in one way while it
 * writes in another.
 */
import type { Strides } from '../../contract/backend.js'
import { needDType } from '../calls/numbers.js'
import {
  compileClaimed,
  judgeCall,
  operandPlan,
  planOf,
  prepare,
  RAW_CONTROL,
  type RawCall,
  runKernel,
  runRaw,
} from '../calls/raw.js'
import { type ConformanceCase, defineCase, type Trial, tryEach } from '../case.js'
import { createArena, putTensor } from '../memory/arena.js'
import { copyElements } from '../memory/elements.js'
import { ordinaryElements } from '../memory/inputs.js'
import { addressesOf, placeTensor, SPACINGS, type Spacing } from '../memory/placement.js'
import { seedOf } from '../memory/random.js'
import { KINDS } from '../values/values.js'

type Kind = (typeof KINDS)[number]

/** Two batch entries, two operands, and a channel outside the window on either side. */
const CONTROL = {
  ...RAW_CONTROL,
  batch: 2,
  batchStride: 2,
  heads: [3, 1],
  windowOffset: 1,
  headDim: 18,
} as const

type Variants = Readonly<Record<string, Partial<RawCall>>>

function forSpacings(change: (spacing: Spacing) => Partial<RawCall>): Variants {
  return Object.fromEntries(SPACINGS.map((spacing) => [spacing, change(spacing)]))
}

/** One case per entry, for each pairing and dtype. */
const STRIDES: Readonly<Record<string, Variants>> = {
  'in-place': forSpacings((spacing) => ({ spacing })),
  from: forSpacings((spacing) => ({ spacing, inPlace: false })),
  to: forSpacings((targetSpacing) => ({ targetSpacing, inPlace: false })),
  mixed: {
    'reversed to channel-step': {
      spacing: 'reversed',
      targetSpacing: 'channel-step',
      inPlace: false,
    },
    'padded to reversed-tokens': {
      spacing: 'padded',
      targetSpacing: 'reversed-tokens',
      inPlace: false,
    },
  },
  inverse: { padded: { direction: -1, spacing: 'padded' }, dense: { direction: -1 } },
  rows: {
    shared: { batchStride: 0 },
    'one after the other': { batchStride: 2 },
    'with gaps': { batchStride: 5 },
  },
}

function stridesCase(name: string, changes: Variants, [pairing, dtype]: Kind): ConformanceCase {
  const id = `strides/${name}/${pairing}/${dtype}`
  return defineCase('contract', id, async (trial) => {
    needDType(trial, dtype)
    const seed = seedOf(id)
    await tryEach(changes, (change) =>
      runRaw(trial, { ...CONTROL, ...change, dtype, pairing, seed }),
    )
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
  const source = {
    ...putTensor(arena, placement, entry),
    addresses: addressesOf(sizes, strides, 0),
  }
  const input = copyElements(operand.input)
  for (let b = 0; b < sizes.batch; b++) input.set(entry, b * one)
  const plan = planOf(call, [operandPlan(sizes, strides, operand.target.placement.strides)])
  const views = prepared.views.map((view) => ({ ...view, source: arena.data, sourceOffset: 0 }))
  await runKernel(trial, compileClaimed(trial, plan), { views, rotation: prepared.rotation })
  const placed = {
    source: { ...source, placement: { ...source.placement, sizes } },
    target: operand.target,
    input,
  }
  judgeCall(trial, call, { ...prepared, plan, operands: [placed], views })
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
    ...Object.entries(STRIDES).map(([name, changes]) => stridesCase(name, changes, kind)),
    broadcastCase(kind),
  ])
}
