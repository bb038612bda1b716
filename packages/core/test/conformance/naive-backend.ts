/**
 * The smallest backend there is: plain loops over any plan, and the places where it can be broken
 * on purpose. The mutants are made from it where wrapping a real backend cannot reach.
 */
import type {
  Backend,
  Kernel,
  OperandPlan,
  Plan,
  Rotation,
  View,
} from '../../src/contract/backend.js'
import { checkMemory } from '../../src/contract/bound-memory.js'
import { RopeError } from '../../src/errors.js'
import { DTYPES, type DType, type Elements } from '../../src/numbers/dtype.js'
import {
  decodeBFloat16,
  decodeFloat16,
  encodeBFloat16,
  encodeFloat16,
} from '../../src/numbers/half-float.js'

/** The replaceable parts of the arithmetic and of the walk. */
export interface NaiveParts {
  readonly load: (dtype: DType, raw: number) => number
  readonly store: (dtype: DType, value: number) => number
  /** One pair: x and y with cos and sin (its sign includes the direction). */
  readonly rotate: (
    dtype: DType,
    x: number,
    y: number,
    cos: number,
    sin: number,
  ) => readonly [number, number]
  /** The operand to walk, given the one of the plan. */
  readonly operand: (plan: Plan, index: number) => OperandPlan
  /** Pairs to rotate, tokens to visit. */
  readonly pairs: (plan: Plan) => number
  readonly tokens: (plan: Plan) => number
  /** First row of a batch entry. */
  readonly firstRow: (rotation: Rotation, batch: number) => number
  readonly copyChannel: (plan: Plan, channel: number) => boolean
  readonly after: (plan: Plan, views: readonly View[]) => void
  /** Refuses memory that is gone. */
  readonly checkMemory: typeof checkMemory
}

const HEALTHY: NaiveParts = {
  load: (dtype, raw) =>
    dtype === 'float16' ? decodeFloat16(raw) : dtype === 'bfloat16' ? decodeBFloat16(raw) : raw,
  store: (dtype, value) =>
    dtype === 'float16'
      ? encodeFloat16(value)
      : dtype === 'bfloat16'
        ? encodeBFloat16(value)
        : value,
  rotate: (dtype, x, y, cos, sin) => {
    if (dtype === 'float64') return [x * cos - y * sin, y * cos + x * sin]
    const f = Math.fround
    return [f(f(x * cos) - f(y * sin)), f(f(y * cos) + f(x * sin))]
  },
  operand: (plan, index) => plan.operands[index] as OperandPlan,
  pairs: (plan) => plan.pairs,
  tokens: (plan) => plan.tokens,
  firstRow: (rotation, batch) => batch * rotation.batchStride,
  copyChannel: () => true,
  after: () => {},
  checkMemory,
}

/** The same memory as integers, so that copies keep every bit. */
function integersOf(data: Elements): BigUint64Array | Uint32Array | Uint16Array {
  if (data instanceof Float64Array)
    return new BigUint64Array(data.buffer, data.byteOffset, data.length)
  return data instanceof Float32Array
    ? new Uint32Array(data.buffer, data.byteOffset, data.length)
    : data
}

function copyOutside(
  plan: Plan,
  view: View,
  source: number,
  target: number,
  step: OperandPlan,
  parts: NaiveParts,
): void {
  const from = integersOf(view.source)
  const to = integersOf(view.target)
  const end = plan.windowOffset + 2 * plan.pairs
  for (let c = 0; c < plan.headDim; c++) {
    if ((c >= plan.windowOffset && c < end) || !parts.copyChannel(plan, c)) continue
    to[target + c * step.target.channel] = from[source + c * step.source.channel] as never
  }
}

function rotateHead(
  plan: Plan,
  view: View,
  source: number,
  target: number,
  step: OperandPlan,
  rotation: Rotation,
  row: number,
  parts: NaiveParts,
): void {
  const { dtype, pairing, direction, windowOffset } = plan
  const { source: from, target: to } = view
  const { cos: cosines, sin: sines } = rotation
  const { load, store, rotate } = parts
  const fromStep = step.source.channel
  const toStep = step.target.channel
  const pairs = parts.pairs(plan)
  const turn = row * rotation.pairs
  for (let i = 0; i < pairs; i++) {
    const first = windowOffset + i * pairing.step
    const second = first + pairing.partner
    const sin = direction * (sines[turn + i] as number)
    const x = load(dtype, from[source + first * fromStep] as number)
    const y = load(dtype, from[source + second * fromStep] as number)
    const [a, b] = rotate(dtype, x, y, cosines[turn + i] as number, sin)
    to[target + first * toStep] = store(dtype, a)
    to[target + second * toStep] = store(dtype, b)
  }
}

function runOperand(
  plan: Plan,
  index: number,
  view: View,
  rotation: Rotation,
  parts: NaiveParts,
): void {
  const operand = parts.operand(plan, index)
  const { source: s, target: d } = operand
  for (let b = 0; b < plan.batch; b++) {
    for (let t = 0; t < parts.tokens(plan); t++) {
      for (let h = 0; h < operand.heads; h++) {
        const source = view.sourceOffset + b * s.batch + t * s.token + h * s.head
        const target = view.targetOffset + b * d.batch + t * d.token + h * d.head
        if (!plan.inPlace) copyOutside(plan, view, source, target, operand, parts)
        rotateHead(
          plan,
          view,
          source,
          target,
          operand,
          rotation,
          parts.firstRow(rotation, b) + t,
          parts,
        )
      }
    }
  }
}

function allocate(dtype: DType, length: number): Elements {
  if (dtype === 'float64') return new Float64Array(length)
  return dtype === 'float32' ? new Float32Array(length) : new Uint16Array(length)
}

/** A healthy backend, or one with some parts replaced. */
export function createNaiveBackend(broken: Partial<NaiveParts> = {}): Backend {
  const parts: NaiveParts = { ...HEALTHY, ...broken }
  let disposed = false
  const checkAlive = (): void => {
    if (disposed) throw new RopeError('DISPOSED', 'the naive backend has been disposed of')
  }
  const compile = (plan: Plan): Kernel => {
    checkAlive()
    return {
      run({ views, rotation }) {
        checkAlive()
        parts.checkMemory(views, plan)
        views.forEach((view, index) => {
          runOperand(plan, index, view, rotation, parts)
        })
        parts.after(plan, views)
      },
    }
  }
  return {
    specVersion: 1,
    name: 'naive',
    device: 'cpu',
    capabilities: {
      dtypes: DTYPES,
      threads: 0,
      isa: null,
      maxElements: Infinity,
      sharedMemory: true,
    },
    supports: () => ({ ok: true }),
    compile,
    allocate(dtype, length) {
      checkAlive()
      return allocate(dtype, length)
    },
    dispose() {
      disposed = true
    },
  }
}
