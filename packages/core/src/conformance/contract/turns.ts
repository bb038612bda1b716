/**
 * Plans in turn on one backend that differ in a single thing: whatever a backend keeps from one
 * plan must not serve the other.
 */
import type { Kernel } from '../../contract/backend.js'
import type { PairingName } from '../../contract/pairing.js'
import type { DType } from '../../numbers/dtype.js'
import {
  compileClaimed,
  judgeCall,
  prepare,
  RAW_CONTROL,
  type RawCall,
  runKernel,
} from '../calls/raw.js'
import { type ConformanceCase, type Trial, tryEach } from '../case.js'
import { type Control, kindCases, type Variants } from './variants.js'

const CONTROL: Control = {
  ...RAW_CONTROL,
  batch: 2,
  tokens: 3,
  batchStride: 3,
  heads: [3, 2],
  headDim: 18,
  pairs: 6,
  windowOffset: 2,
}

/** What the other plan differs in. */
const OTHERS: Variants = {
  batch: { batch: 1 },
  tokens: { tokens: 2 },
  'heads of q': { heads: [2, 2] },
  'heads of k': { heads: [3, 1] },
  'heads exchanged': { heads: [2, 3] },
  'no k': { heads: [3] },
  headDim: { headDim: 20 },
  pairs: { pairs: 5 },
  windowOffset: { windowOffset: 3 },
  direction: { direction: -1 },
  'in place': { inPlace: true },
  'offset of q': { each: [{ spacing: 'offset' }, {}] },
  'offset of k': { each: [{}, { spacing: 'offset' }] },
  'strides of q': { each: [{ spacing: 'padded' }, {}] },
  'strides of k': { each: [{}, { spacing: 'padded' }] },
  'channels of q': { each: [{ spacing: 'channel-step' }, {}] },
  'channels of k': { each: [{}, { spacing: 'channel-step' }] },
  'tokens of q': { each: [{ spacing: 'reversed-tokens' }, {}] },
  'tokens of k': { each: [{}, { spacing: 'reversed-tokens' }] },
  'heads of k backwards': { each: [{}, { spacing: 'reversed-heads' }] },
  'layout of k': { each: [{}, { layout: 'bhsd' }] },
  'target of q': { each: [{ targetSpacing: 'padded' }, {}] },
  'target of k': { each: [{}, { targetSpacing: 'padded' }] },
  'channels of the target of k': { each: [{}, { targetSpacing: 'channel-step' }] },
  'layout of the target of k': { each: [{}, { targetLayout: 'bhsd' }] },
  'k in place': { each: [{}, { inPlace: true }] },
}

const DTYPES_IN_TURN: Readonly<Record<DType, readonly DType[]>> = {
  float64: ['float32'],
  float32: ['float64', 'float16'],
  float16: ['bfloat16', 'float32'],
  bfloat16: ['float16', 'float32'],
}

/** Runs a kernel of the call on memory of its own. */
async function runOn(trial: Trial, kernel: Kernel, call: RawCall): Promise<void> {
  const prepared = prepare(trial, call)
  const pending = runKernel(trial, kernel, prepared)
  if (pending !== undefined) await pending
  judgeCall(trial, call, prepared)
}

/** All kernels are compiled before the first runs; the control runs before each of the others. */
async function runTurns(trial: Trial, control: RawCall, others: Variants): Promise<void> {
  const compile = (call: RawCall): Kernel => compileClaimed(trial, prepare(trial, call).plan)
  const first = compile(control)
  const kernels = new Map(
    Object.entries(others).map(([name, change]) => [name, compile({ ...control, ...change })]),
  )
  await tryEach(others, async (change, name) => {
    await runOn(trial, first, control)
    await runOn(trial, kernels.get(name) as Kernel, { ...control, ...change })
  })
}

async function runPlans(
  trial: Trial,
  [pairing, dtype]: readonly [PairingName, DType],
  seed: number,
): Promise<void> {
  await tryEach({ out: false, 'in place': true }, (inPlace) =>
    runTurns(trial, { ...CONTROL, inPlace, pairing, dtype, seed }, OTHERS),
  )
}

/** The same plan for other elements, or for pairs of other channels. */
async function runKinds(
  trial: Trial,
  [pairing, dtype]: readonly [PairingName, DType],
  seed: number,
): Promise<void> {
  const { dtypes } = trial.backend.capabilities
  const others = DTYPES_IN_TURN[dtype].filter((one) => dtypes.includes(one))
  await runTurns(
    trial,
    { ...CONTROL, pairing, dtype, seed },
    {
      pairing: { pairing: pairing === 'half' ? 'interleaved' : 'half' },
      ...Object.fromEntries(others.map((one) => [one, { dtype: one }] as const)),
    },
  )
}

/** Plans, dtypes and pairings in turn. */
export function turnsCases(): readonly ConformanceCase[] {
  return [...kindCases('turns/plans', runPlans), ...kindCases('turns/kinds', runKinds)]
}
