/**
 * By request: elements whose index is above 2^31, and more than 2^31 bytes of them. Tensors with
 * elements far apart need addresses rather than memory, of which they touch a few pages.
 */
import type { Plan, Strides, View } from '../../contract/backend.js'
import type { PairingName } from '../../contract/pairing.js'
import type { DType, Elements } from '../../numbers/dtype.js'
import {
  compileClaimed,
  operandPlan,
  planOf,
  RAW_CONTROL,
  type RawCall,
  runKernel,
} from '../calls/raw.js'
import { type ConformanceCase, check, type Trial, tryEach, unsupported } from '../case.js'
import { quickModel } from '../judge/quick-model.js'
import { createElements, firstDifference } from '../memory/elements.js'
import { fillWithNoise, ordinaryElements, randomRows } from '../memory/inputs.js'
import { seededRandom } from '../memory/random.js'
import { kindCases } from './variants.js'

const PAIRS = 19
const HEAD_DIM = 2 * PAIRS + 5
const SIZES = { batch: 2, tokens: 2, heads: 2, headDim: HEAD_DIM }
const WINDOW_OFFSET = 3

/** Noise around each head, which must stay. */
const MARGIN = 16
const PITCH = HEAD_DIM + 2 * MARGIN

/** From one element to another beyond 2^31; of float64 to one beyond 2^33 bytes. */
function farOf(dtype: DType): number {
  return (dtype === 'float64' ? 2 ** 30 : 2 ** 31) + 12345
}

const NEAR: Strides = { batch: 4 * PITCH, token: 2 * PITCH, head: PITCH, channel: 1 }

/** By the axis along which elements are far apart. */
const FAR: Readonly<Record<string, (far: number) => Partial<Strides>>> = {
  batch: (batch) => ({ batch }),
  tokens: (token) => ({ token }),
  heads: (head) => ({ head }),
  'tokens, backwards': (token) => ({ token: -token }),
}

function reserve(dtype: DType, length: number): Elements {
  try {
    return createElements(dtype, length)
  } catch (error) {
    return unsupported(`there are no ${length} elements of ${dtype} here: ${String(error)}`)
  }
}

/** Where each head begins, in logical order. */
function headsAt(origin: number, strides: Strides): readonly number[] {
  const places: number[] = []
  for (let b = 0; b < SIZES.batch; b++)
    for (let t = 0; t < SIZES.tokens; t++)
      for (let h = 0; h < SIZES.heads; h++)
        places.push(origin + b * strides.batch + t * strides.token + h * strides.head)
  return places
}

/** Each head with what lies around it, or with what must. */
function surroundings(memory: Elements, places: readonly number[]): readonly Elements[] {
  return places.map((at) => memory.subarray(at - MARGIN, at + HEAD_DIM + MARGIN))
}

function farCall(pairing: PairingName, dtype: DType, seed: number): RawCall {
  return {
    ...RAW_CONTROL,
    ...{ pairing, dtype, seed, pairs: PAIRS, headDim: HEAD_DIM, windowOffset: WINDOW_OFFSET },
    ...{ batch: 2, tokens: 2, batchStride: 2, heads: [2], inPlace: false },
  }
}

interface Far {
  readonly memory: Elements
  readonly places: readonly number[]
  readonly origin: number
}

function farMemory(dtype: DType, strides: Strides, seed: number): Far {
  const origin = Math.max(0, -strides.token) + MARGIN
  const length = farOf(dtype) + 8 * PITCH
  const memory = reserve(dtype, length)
  const places = headsAt(origin, strides)
  for (const [i, part] of surroundings(memory, places).entries()) fillWithNoise(part, seed + i)
  return { memory, places, origin }
}

/** From far apart to near, in order, and from near to far. */
async function runFar(
  trial: Trial,
  call: RawCall,
  strides: Strides,
  isTarget: boolean,
): Promise<void> {
  const { dtype, pairing, seed } = call
  const near: Strides = { batch: 4 * HEAD_DIM, token: 2 * HEAD_DIM, head: HEAD_DIM, channel: 1 }
  const far = farMemory(dtype, strides, seed)
  const input = ordinaryElements(dtype, 8 * HEAD_DIM, seed)
  const other = ordinaryElements(dtype, 8 * HEAD_DIM, seed + 1)
  const rows = randomRows(4 * PAIRS, seededRandom(seed))
  const Kind = dtype === 'float64' ? Float64Array : Float32Array
  const rotation = {
    ...{ pairs: PAIRS, rows: 4, batchStride: 2 },
    ...{ cos: new Kind(rows.cos), sin: new Kind(rows.sin) },
  }
  const head = (values: Elements, i: number): Elements =>
    values.subarray(i * HEAD_DIM, (i + 1) * HEAD_DIM)
  if (!isTarget) far.places.forEach((at, i) => far.memory.set(head(input, i), at))
  const before = surroundings(far.memory, far.places).map((part) => part.slice() as Elements)
  const view: View = isTarget
    ? { source: input, sourceOffset: 0, target: far.memory, targetOffset: far.origin }
    : { source: far.memory, sourceOffset: far.origin, target: other, targetOffset: 0 }
  const [from, to] = isTarget ? [near, strides] : [strides, near]
  const plan: Plan = planOf(call, [operandPlan(SIZES, from, to)])
  const window = { pairing, windowOffset: WINDOW_OFFSET, rotaryDim: 2 * PAIRS }
  const given = input.slice() as Elements
  const expected = quickModel(given, dtype, SIZES, window, rotation, 1)
  const pending = runKernel(trial, compileClaimed(trial, plan), { views: [view], rotation })
  if (pending !== undefined) await pending
  if (isTarget) before.forEach((part, i) => part.set(head(expected, i), MARGIN))
  else check(firstDifference(other, expected) === -1, () => 'other bits than the model')
  surroundings(far.memory, far.places).forEach((part, i) => {
    const at = firstDifference(part.slice() as Elements, before[i] as Elements)
    check(at === -1, () => `element ${(far.places[i] as number) + at - MARGIN} is wrong`)
  })
}

/** 2.2 GB in place: every entry of the batch holds the same numbers. */
async function runDense(trial: Trial): Promise<void> {
  const sizes = { batch: 65, tokens: 1024, heads: 128, headDim: 128 }
  const dtype = 'bfloat16'
  const entry = sizes.tokens * sizes.heads * sizes.headDim
  const memory = reserve(dtype, sizes.batch * entry)
  const input = ordinaryElements(dtype, entry, 1)
  for (let b = 0; b < sizes.batch; b++) memory.set(input, b * entry)
  const { cos, sin } = randomRows(sizes.tokens * 64, seededRandom(2))
  const shape = { pairs: 64, rows: sizes.tokens, batchStride: 0 }
  const rotation = { ...shape, cos: new Float32Array(cos), sin: new Float32Array(sin) }
  const window = { pairing: 'half', windowOffset: 0, rotaryDim: 128 } as const
  const expected = quickModel(input, dtype, { ...sizes, batch: 1 }, window, rotation, 1)
  const strides = { batch: entry, token: 128 * 128, head: 128, channel: 1 }
  const call = { ...RAW_CONTROL, ...sizes, pairs: 64, heads: [128], dtype, seed: 1 } as const
  const plan = planOf({ ...call, pairing: 'half' }, [operandPlan(sizes, strides, strides)])
  const view = { source: memory, sourceOffset: 0, target: memory, targetOffset: 0 }
  const pending = runKernel(trial, compileClaimed(trial, plan), { views: [view], rotation })
  if (pending !== undefined) await pending
  for (let b = 0; b < sizes.batch; b++) {
    const at = firstDifference(memory.subarray(b * entry, (b + 1) * entry), expected)
    check(at === -1, () => `element ${b * entry + at} differs in its bits from the model`)
  }
}

function needReach({ backend }: Trial, elements: number): void {
  if (backend.device === 'gpu') unsupported('no buffer of a GPU is as large')
  if (backend.capabilities.maxElements < elements) unsupported('the backend claims no such span')
}

/** Cases that need gigabytes, of addresses or of memory. */
export function gigabytesCases(): readonly ConformanceCase[] {
  return [
    ...kindCases('gigabytes/far-apart', (trial, [pairing, dtype], seed) => {
      needReach(trial, farOf(dtype) + 8 * PITCH)
      const call = farCall(pairing, dtype, seed)
      return tryEach({ 'from far': false, 'to far': true }, (isTarget) =>
        tryEach(FAR, (strides) =>
          runFar(trial, call, { ...NEAR, ...strides(farOf(dtype)) }, isTarget),
        ),
      )
    }),
    ...kindCases(
      'gigabytes/dense',
      (trial) => {
        needReach(trial, 2 ** 31)
        return runDense(trial)
      },
      [['half', 'bfloat16']],
    ),
  ]
}
