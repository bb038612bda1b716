/**
 * Mistakes of place: one operand taken for the other, memory of one kind for another, plans for
 * one another, and numbers that are special where nobody looks.
 */
import type {
  Backend,
  Kernel,
  OperandPlan,
  Plan,
  Rotation,
  View,
} from '../../../src/contract/backend.js'
import type { DType } from '../../../src/numbers/dtype.js'
import {
  decodeBFloat16,
  decodeFloat16,
  encodeBFloat16,
  encodeFloat16,
} from '../../../src/numbers/half-float.js'
import { createNaiveBackend, type NaiveParts } from '../naive-backend.js'
import type { Mutant } from './mutant.js'
import { wrap, wrapped } from './wrapped.js'

type Side = 'source' | 'target'

/** One stride of one operand taken from the other operand, on one side. */
function exchanged(
  to: 0 | 1,
  side: Side,
  stride: keyof OperandPlan['source'],
): (plan: Plan) => Plan {
  return (plan) => {
    const other = plan.operands[1 - to]
    if (other === undefined) return plan
    const operands = plan.operands.map((one, i) =>
      i === to ? { ...one, [side]: { ...one[side], [stride]: other[side][stride] } } : one,
    )
    return { ...plan, operands }
  }
}

/** All operands are in place where this one is. */
function inPlaceAs(decides: 0 | 1): (views: readonly View[]) => readonly View[] {
  return (views) => {
    const { source, target } = views[decides] ?? (views[0] as View)
    return source !== target
      ? views
      : views.map((view) => ({ ...view, target: view.source, targetOffset: view.sourceOffset }))
  }
}

/** Kernels remembered by a part of their plan. */
function remembered(name: string, noticed: RegExp, keyOf: (plan: Plan) => unknown): Mutant {
  return {
    name,
    noticed: [noticed],
    create(healthy) {
      const base = healthy()
      const kernels = new Map<string, Kernel>()
      const compile = (plan: Plan): Kernel => {
        const key = JSON.stringify(keyOf(plan))
        const kernel = kernels.get(key) ?? base.compile(plan)
        kernels.set(key, kernel)
        return kernel
      }
      return { name, backend: { ...base, compile } }
    },
  }
}

const without =
  (field: keyof Plan) =>
  (plan: Plan): unknown => ({ ...plan, [field]: null, memory: null })

/** The plan but for a part of one operand. */
const withoutPart =
  (index: 0 | 1, part: keyof OperandPlan) =>
  (plan: Plan): unknown => ({
    ...plan,
    memory: null,
    operands: plan.operands.map((one, i) => ({
      ...one,
      sourceSpan: null,
      targetSpan: null,
      ...(i === index ? { [part]: null } : {}),
    })),
  })

/** Rows changed before the healthy backend sees them. */
function withRows(
  name: string,
  noticed: readonly RegExp[],
  change: (rows: Rotation['cos'], rotation: Rotation, plan: Plan) => Rotation['cos'],
): Mutant {
  return wrapped(name, noticed, {
    rotation: (rotation, plan) => ({
      ...rotation,
      cos: change(rotation.cos, rotation, plan),
      sin: change(rotation.sin, rotation, plan),
    }),
  })
}

const isShared = ({ buffer }: { readonly buffer: ArrayBufferLike }): boolean =>
  Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]'

/** A naive backend that knows the memory it has given out. */
function resident(
  name: string,
  noticed: readonly RegExp[],
  views: (views: readonly View[], isOwn: (view: View) => boolean) => readonly View[],
): Mutant {
  return {
    name,
    noticed,
    create() {
      const base = createNaiveBackend()
      const own = new WeakSet<ArrayBufferLike>()
      const isOwn = ({ source }: View): boolean => own.has(source.buffer)
      const changed = wrap(base, {
        views: (given) => views(given, isOwn),
        allocate(dtype, length) {
          const elements = (base.allocate as NonNullable<Backend['allocate']>)(dtype, length)
          own.add(elements.buffer)
          return elements
        },
      })
      return { name, backend: changed }
    },
  }
}

function naive(name: string, noticed: readonly RegExp[], parts: Partial<NaiveParts>): Mutant {
  return { name, noticed, create: () => ({ name, backend: createNaiveBackend(parts) }) }
}

function encode(dtype: DType, value: number): number {
  if (dtype === 'float16') return encodeFloat16(value)
  return dtype === 'bfloat16' ? encodeBFloat16(value) : value
}

/** Ties of 16-bit numbers away from zero. */
function away(dtype: DType, value: number): number {
  const nearest = encode(dtype, value)
  const decode = dtype === 'float16' ? decodeFloat16 : decodeBFloat16
  const other = decode(nearest + 1)
  const isTie = Math.abs(other) - Math.abs(value) === Math.abs(value) - Math.abs(decode(nearest))
  return Number.isFinite(value) && isTie ? nearest + 1 : nearest
}

/** A store that goes wrong where the plan is of a kind. */
function storing(
  name: string,
  noticed: readonly RegExp[],
  isAffected: (plan: Plan, index: number) => boolean,
  store: (dtype: DType, value: number) => number,
): Mutant {
  let affected = false
  return naive(name, noticed, {
    operand: (plan, index) => {
      affected = isAffected(plan, index)
      return plan.operands[index] as OperandPlan
    },
    store: (dtype, value) => (affected ? store(dtype, value) : encode(dtype, value)),
  })
}

const isOut = ({ inPlace }: Plan): boolean => !inPlace
const isHalf = ({ dtype }: Plan): boolean => dtype === 'float16' || dtype === 'bfloat16'
const steps = (plan: Plan, index: number): boolean =>
  (plan.operands[index] as OperandPlan).target.channel > 1

const trailing = ({ headDim, windowOffset, pairs }: Plan): number =>
  headDim - windowOffset - 2 * pairs

/** Skips calls whose rows seem to turn nothing. */
function skipping(name: string, noticed: readonly RegExp[], values: 'first' | 'all'): Mutant {
  const seems = ({ cos, sin }: Rotation): boolean =>
    values === 'first'
      ? cos[0] === 1 && sin[0] === 0
      : cos.every((c) => c === 1) && sin.every((s) => s === 0)
  return wrapped(name, noticed, {
    skips: (plan, rotation) => plan.inPlace && seems(rotation),
  })
}

/** Mutants of place. */
export const PLACES: readonly Mutant[] = [
  wrapped('k with the channel stride of q', [/^contract\/operands\/spacing/], {
    plan: exchanged(1, 'source', 'channel'),
  }),
  wrapped("k's results with the channel stride of q", [/^contract\/operands\/target/], {
    plan: exchanged(1, 'target', 'channel'),
  }),
  wrapped('q with the channel stride of k', [/^contract\/operands\/spacing/], {
    plan: exchanged(0, 'source', 'channel'),
  }),
  wrapped('k with the head stride of q', [/^contract\/operands\/(spacing|layout)/], {
    plan: exchanged(1, 'source', 'head'),
  }),
  wrapped("k's results with the head stride of q", [/^contract\/operands\/target/], {
    plan: exchanged(1, 'target', 'head'),
  }),
  wrapped('in place as q is', [/^contract\/operands\/target/], { views: inPlaceAs(0) }),
  wrapped('in place as k is', [/^contract\/operands\/target/], { views: inPlaceAs(1) }),
  wrapped('the offset of k taken from q', [/^contract\/operands\/spacing/], {
    views: ([q, k]) =>
      k === undefined ? [q as View] : [q as View, { ...k, sourceOffset: (q as View).sourceOffset }],
  }),
  wrapped('the offset of shared memory', [/^contract\/memory\/shared/], {
    views: (views, { memory }) =>
      memory === 'shared'
        ? views.map((view) => ({ ...view, sourceOffset: 0, targetOffset: 0 }))
        : views,
  }),
  wrapped('the window in shared memory', [/^contract\/memory\/shared/], {
    plan: (plan) => (plan.memory === 'shared' ? { ...plan, windowOffset: 0 } : plan),
  }),
  wrapped('the channel stride in shared memory', [/^contract\/memory\/shared/], {
    plan: (plan) =>
      plan.memory === 'shared'
        ? {
            ...plan,
            operands: plan.operands.map((one) => ({
              ...one,
              source: { ...one.source, channel: 1 },
              target: { ...one.target, channel: 1 },
            })),
          }
        : plan,
  }),
  wrapped('backwards in shared memory', [/^contract\/memory\/shared/], {
    plan: (plan) => (plan.memory === 'shared' ? { ...plan, direction: 1 } : plan),
  }),
  resident('the offset in allocated memory', [/^contract\/memory\/allocated/], (views, isOwn) =>
    views.map((view) =>
      isOwn(view) && view.source !== view.target ? { ...view, sourceOffset: 0 } : view,
    ),
  ),
  resident(
    'k where q alone is allocated',
    [/^contract\/operands\/memory=allocated/],
    ([q, k], isOwn) =>
      k === undefined || isOwn(q as View) === isOwn(k) ? [q, k].filter(isView) : [q as View],
  ),
  resident(
    'results of allocated memory written back to it',
    [/^contract\/memory\/allocated-to-local/],
    (views, isOwn) =>
      views.map((view) =>
        isOwn(view) && view.source.buffer !== view.target.buffer
          ? { ...view, target: view.source, targetOffset: view.sourceOffset }
          : view,
      ),
  ),
  remembered('kernels by all but the dtype', /^contract\/turns\/kinds/, (plan) => ({
    ...plan,
    dtype: plan.dtype === 'bfloat16' ? 'float16' : plan.dtype,
  })),
  remembered('kernels by all but the pairing', /^contract\/turns\/kinds/, without('pairing')),
  remembered('kernels by all but the direction', /^contract\/turns\/plans/, without('direction')),
  remembered('kernels by all but the window', /^contract\/turns\/plans/, without('windowOffset')),
  remembered('kernels by all but the pairs', /^contract\/turns\/plans/, without('pairs')),
  remembered("kernels by all but k's strides", /^contract\/turns\/plans/, withoutPart(1, 'source')),
  remembered("kernels by all but k's targets", /^contract\/turns\/plans/, withoutPart(1, 'target')),
  remembered("kernels by all but q's strides", /^contract\/turns\/plans/, withoutPart(0, 'source')),
  withRows('rows from the start of their buffer', [/^contract\/rows\/table=local/], (rows) => {
    const Kind = rows.BYTES_PER_ELEMENT === 8 ? Float64Array : Float32Array
    return new Kind(rows.buffer as ArrayBuffer, 0, rows.length)
  }),
  withRows('rows that end with their buffer', [/^contract\/rows\/table=local/], (rows) => {
    const Kind = rows.BYTES_PER_ELEMENT === 8 ? Float64Array : Float32Array
    const first = rows.buffer.byteLength - rows.byteLength
    return new Kind(rows.buffer as ArrayBuffer, first, rows.length)
  }),
  withRows('rows in shared memory', [/^contract\/rows\/table=shared/], (rows) =>
    isShared(rows) ? rows.map(() => 1) : rows,
  ),
  withRows('rows of float16 limited to 2', [/^contract\/rows\/values/], (rows, _, { dtype }) =>
    dtype === 'float16' ? rows.map((value) => Math.max(-2, Math.min(2, value))) : rows,
  ),
  withRows('zeros of rows without a sign', [/^contract\/rows\/values/], (rows) =>
    rows.map((value) => value + 0),
  ),
  withRows('subnormal rows flushed', [/^contract\/rows\/values/], (rows, _, { dtype }) =>
    dtype === 'float32' ? rows.map((value) => (Math.abs(value) < 2 ** -126 ? 0 : value)) : rows,
  ),
  skipping('no turn where the first pair does not', [/^contract\/rows\/values/], 'first'),
  skipping('no turn at position 0', [/^contract\/special-places\//], 'all'),
  storing('NaN out of place', [/^contract\/special-places\/nan/], isOut, (dtype, value) =>
    encode(dtype, Number.isNaN(value) ? 0 : value),
  ),
  storing('infinity out of place', [/^contract\/special-places\/infinity/], isOut, (dtype, value) =>
    encode(dtype, Math.abs(value) === Infinity ? Number.NaN : value),
  ),
  storing(
    'negative zero out of place',
    [/^contract\/special-places\/signed-zero/],
    isOut,
    (dtype, value) => encode(dtype, value + 0),
  ),
  storing(
    'subnormals out of place',
    [/^contract\/special-places\/subnormal/],
    isOut,
    (dtype, value) =>
      encode(dtype, Math.abs(value) < (dtype === 'float16' ? 2 ** -14 : 2 ** -126) ? 0 : value),
  ),
  storing(
    '16-bit ties away from zero, with steps between channels',
    [/^contract\/ties\//, /^contract\/patterns\/ties-channel-step/],
    (plan, index) => isHalf(plan) && steps(plan, index),
    away,
  ),
  storing(
    '16-bit ties away from zero, out of place',
    [/^contract\/ties\//, /^contract\/patterns\/ties-out/],
    (plan) => isHalf(plan) && isOut(plan),
    away,
  ),
  naive('two channels after the window', [/^contract\/edges\/out/], {
    copyChannel: (plan, channel) => trailing(plan) !== 2 || channel < plan.headDim - 2,
  }),
  naive('the first of 17 channels before the window', [/^contract\/edges\/out/], {
    copyChannel: ({ windowOffset }, channel) => windowOffset !== 17 || channel !== 0,
  }),
  naive('the 64th channel after the window', [/^contract\/edges\/out/], {
    copyChannel: ({ windowOffset, pairs }, channel) => channel !== windowOffset + 2 * pairs + 63,
  }),
]

function isView(view: View | undefined): view is View {
  return view !== undefined
}
