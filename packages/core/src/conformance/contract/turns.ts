/**
 * Plans in turn on one backend that differ in a single thing: whatever a backend keeps from one
 * plan must not serve the other.
 */
import type { Kernel } from '../../backend.js'
import type { DType } from '../../dtype.js'
import type { PairingName } from '../../layout/pairing.js'
import { type ConformanceCase, type Trial, tryEach } from '../case.js'
import { compileClaimed, judgeCall, prepare, RAW_CONTROL, type RawCall, runKernel } from '../raw.js'
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

interface Prepared {
  readonly call: RawCall
  readonly kernel: Kernel
}

async function runTurns(trial: Trial, calls: readonly RawCall[]): Promise<void> {
  const compile = (call: RawCall): Prepared => ({
    call,
    kernel: compileClaimed(trial, prepare(trial, call).plan),
  })
  // All are compiled first, and the first once more after the others.
  const kernels = [...calls, ...calls].map(compile)
  for (const [index, { call, kernel }] of kernels.entries()) {
    const again = { ...call, seed: call.seed + 1000 * index }
    const prepared = prepare(trial, again)
    const pending = runKernel(trial, kernel, prepared)
    if (pending !== undefined) await pending
    judgeCall(trial, again, prepared)
  }
}

async function runPlans(
  trial: Trial,
  [pairing, dtype]: readonly [PairingName, DType],
  seed: number,
): Promise<void> {
  await tryEach({ out: false, 'in place': true }, (inPlace) => {
    const first: RawCall = { ...CONTROL, inPlace, pairing, dtype, seed }
    return tryEach(OTHERS, (change) => runTurns(trial, [first, { ...first, ...change }]))
  })
}

/** The same plan for other elements, or for pairs of other channels. */
async function runKinds(
  trial: Trial,
  [pairing, dtype]: readonly [PairingName, DType],
  seed: number,
): Promise<void> {
  const { dtypes } = trial.backend.capabilities
  const first: RawCall = { ...CONTROL, pairing, dtype, seed }
  const other = pairing === 'half' ? 'interleaved' : 'half'
  const others = DTYPES_IN_TURN[dtype].filter((one) => dtypes.includes(one))
  const changes: readonly Partial<RawCall>[] = [
    { pairing: other },
    ...others.map((one) => ({ dtype: one })),
  ]
  for (const change of changes) await runTurns(trial, [first, { ...first, ...change }])
}

/** Plans, dtypes and pairings in turn. */
export function turnsCases(): readonly ConformanceCase[] {
  return [...kindCases('turns/plans', runPlans), ...kindCases('turns/kinds', runKinds)]
}
