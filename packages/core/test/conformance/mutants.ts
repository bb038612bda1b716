/**
 * Deliberately broken subjects. Each names the cases that must notice: patterns of ids, every one
 * of which must match a case that fails. Three kinds: a healthy backend wrapped so that it is
 * asked for something wrong, the naive backend with a part replaced, and ropes that go wrong above
 * the backend.
 */
import type {
  Backend,
  Capabilities,
  OperandPlan,
  Plan,
  Rotation,
  Support,
  View,
} from '../../src/backend.js'
import { type RopeConfig, resolveConfig } from '../../src/config.js'
import type { ConformanceSubject, MakeRope } from '../../src/conformance/case.js'
import type { DType, Elements } from '../../src/dtype.js'
import { RopeError } from '../../src/errors.js'
import {
  decodeBFloat16,
  decodeFloat16,
  encodeBFloat16,
  encodeFloat16,
} from '../../src/half-float.js'
import type { RotateTensors } from '../../src/plan.js'
import type { Positions } from '../../src/positions.js'
import { createRope, type Rope } from '../../src/rope.js'
import { createNaiveBackend, type NaiveParts } from './naive-backend.js'

/** A broken subject and who must notice. */
export interface Mutant {
  readonly name: string
  /** Patterns of case ids; each must match at least one case that fails. */
  readonly noticed: readonly RegExp[]
  readonly create: (healthy: () => Backend) => ConformanceSubject
}

/** What a wrapper changes on the way to the healthy backend. */
interface Wrapping {
  readonly plan?: (plan: Plan) => Plan
  readonly rotation?: (rotation: Rotation, plan: Plan) => Rotation
  readonly views?: (views: readonly View[], plan: Plan) => readonly View[]
  readonly before?: (plan: Plan, views: readonly View[], rotation: Rotation) => void
  readonly after?: (plan: Plan, views: readonly View[], rotation: Rotation) => void
  readonly capabilities?: Partial<Capabilities>
  readonly supports?: (plan: Plan) => Support
  readonly refuses?: (plan: Plan) => Error | null
  readonly dispose?: () => void
  readonly allocate?: (dtype: DType, length: number) => Elements
}

function wrap(base: Backend, changes: Wrapping): Backend {
  return {
    ...base,
    capabilities: { ...base.capabilities, ...changes.capabilities },
    supports: changes.supports ?? ((plan) => base.supports(plan)),
    compile(plan) {
      const refusal = changes.refuses?.(plan)
      if (refusal) throw refusal
      const kernel = base.compile(changes.plan?.(plan) ?? plan)
      return {
        run(views, rotation) {
          changes.before?.(plan, views, rotation)
          kernel.run(
            changes.views?.(views, plan) ?? views,
            changes.rotation?.(rotation, plan) ?? rotation,
          )
          changes.after?.(plan, views, rotation)
        },
      }
    },
    dispose: changes.dispose ?? (() => base.dispose()),
    ...(changes.allocate === undefined ? {} : { allocate: changes.allocate }),
  }
}

function wrapped(name: string, noticed: readonly RegExp[], changes: Wrapping): Mutant {
  return {
    name,
    noticed,
    create: (healthy) => ({
      name,
      backend: wrap(healthy(), changes),
      createBackend: () => wrap(healthy(), changes),
    }),
  }
}

function naive(name: string, noticed: readonly RegExp[], parts: Partial<NaiveParts>): Mutant {
  return { name, noticed, create: () => ({ name, backend: createNaiveBackend(parts) }) }
}

/** A rope with some of its methods replaced. */
function roped(name: string, noticed: readonly RegExp[], make: MakeRope): Mutant {
  return { name, noticed, create: (healthy) => ({ name, backend: healthy(), createRope: make }) }
}

/** A rope over a config that is not the one asked for. */
function reconfigured(
  name: string,
  noticed: readonly RegExp[],
  change: (config: RopeConfig) => RopeConfig,
): Mutant {
  return roped(name, noticed, (config, context) =>
    createRope(resolveConfig(change(config)), context),
  )
}

/** A rope that is told other positions. */
function repositioned(
  name: string,
  noticed: readonly RegExp[],
  change: (positions: Positions) => Positions,
): Mutant {
  return roped(name, noticed, (config, context) => {
    const rope = createRope(config, context)
    return delegate(rope, {
      rotate: (input) => rope.rotate({ ...input, positions: change(input.positions) }),
      rotateAsync: (input) => rope.rotateAsync({ ...input, positions: change(input.positions) }),
      at: (positions) => rope.at(change(positions)),
    })
  })
}

function delegate(rope: Rope, changes: Partial<Rope>): Rope {
  return {
    config: rope.config,
    frequencies: rope.frequencies,
    backend: rope.backend,
    rotate: (input) => rope.rotate(input),
    rotateAsync: (input) => rope.rotateAsync(input),
    at: (positions) => rope.at(positions),
    bind: (tensors) => rope.bind(tensors),
    shift: (k, delta) => rope.shift(k, delta),
    dispose: () => rope.dispose(),
    ...changes,
  }
}

const isPaired = (plan: Plan): boolean => plan.pairs > 1

function swapPairing(plan: Plan): Plan {
  const isHalf = plan.pairing.step === 1
  return { ...plan, pairing: isHalf ? { step: 2, partner: 1 } : { step: 1, partner: plan.pairs } }
}

function moveWindow(plan: Plan): Plan {
  const { windowOffset, pairs, headDim } = plan
  if (windowOffset >= 2) return { ...plan, windowOffset: windowOffset - 2 }
  return windowOffset + 2 * pairs + 2 <= headDim
    ? { ...plan, windowOffset: windowOffset + 2 }
    : plan
}

function mapRows(
  rotation: Rotation,
  side: 'cos' | 'sin',
  change: (value: number) => number,
): Rotation {
  return { ...rotation, [side]: rotation[side].map(change) }
}

function copyTargetToSource(_plan: Plan, views: readonly View[]): void {
  for (const { source, target } of views)
    if (source !== target) source.set(target.subarray(0, source.length))
}

/** Writes `value` at an element relative to the end (1 is one past it) or start of each target. */
function poke(plan: Plan, views: readonly View[], place: (operand: OperandPlan) => number): void {
  views.forEach(({ target, targetOffset }, i) => {
    const operand = plan.operands[i] as OperandPlan
    if (operand.targetSpan.high < 0) return
    const at = targetOffset + place(operand)
    const whole = wholeBuffer(target)
    whole[target.byteOffset / target.BYTES_PER_ELEMENT + at] = 0
  })
}

/** The array with all of its buffer, as native code sees it. */
function wholeBuffer(elements: Elements): Elements {
  const { buffer } = elements
  if (elements instanceof Float64Array) return new Float64Array(buffer)
  return elements instanceof Float32Array ? new Float32Array(buffer) : new Uint16Array(buffer)
}

const positive = (strides: OperandPlan['source']): OperandPlan['source'] => ({
  batch: Math.abs(strides.batch),
  token: Math.abs(strides.token),
  head: Math.abs(strides.head),
  channel: Math.abs(strides.channel),
})

function dense(plan: Plan, heads: number): OperandPlan['source'] {
  const token = heads * plan.headDim
  return { batch: plan.tokens * token, token, head: plan.headDim, channel: 1 }
}

const FLOATS = new Float32Array(1)
const WORDS = new Uint32Array(FLOATS.buffer)

function wordOf(value: number): number {
  FLOATS[0] = value
  return WORDS[0] as number
}

function decode(dtype: DType, raw: number): number {
  return dtype === 'float16' ? decodeFloat16(raw) : dtype === 'bfloat16' ? decodeBFloat16(raw) : raw
}

function encode(dtype: DType, value: number): number {
  return dtype === 'float16'
    ? encodeFloat16(value)
    : dtype === 'bfloat16'
      ? encodeBFloat16(value)
      : value
}

/** float16 by dropping bits: the nearest one, or its neighbour towards zero where that is larger. */
function truncateFloat16(value: number): number {
  const nearest = encodeFloat16(value)
  const overshoots = Math.abs(decodeFloat16(nearest)) > Math.abs(value)
  return overshoots ? nearest - 1 : nearest
}

/** Nearest, ties away from zero: adds half a unit and drops bits. */
function roundAwayBFloat16(value: number): number {
  return Number.isNaN(value) ? encodeBFloat16(value) : ((wordOf(value) + 0x8000) >>> 16) & 0xffff
}

const SMALLEST_NORMAL: Readonly<Record<DType, number>> = {
  float64: 2 ** -1022,
  float32: 2 ** -126,
  float16: 2 ** -14,
  bfloat16: 2 ** -126,
}

function flush(dtype: DType, value: number): number {
  return Math.abs(value) < SMALLEST_NORMAL[dtype] ? 0 * value : value
}

function isPacked(
  positions: Positions,
): positions is Extract<Positions, { readonly sequenceLengths: unknown }> {
  return typeof positions === 'object' && positions !== null && 'sequenceLengths' in positions
}

/** Mutants of what a backend is asked. */
const WRAPPED: readonly Mutant[] = [
  wrapped('the sign of sin', [/^values\//, /^golden\//, /^contract\/strides\//], {
    rotation: (rotation) => mapRows(rotation, 'sin', (value) => -value),
  }),
  wrapped(
    'cos and sin swapped',
    [/^values\//, /^golden\/rotation\//, /^properties\/position-zero/],
    {
      rotation: (rotation) => ({ ...rotation, cos: rotation.sin, sin: rotation.cos }),
    },
  ),
  wrapped(
    'the other pairing',
    [/^values\/half\//, /^values\/interleaved\//, /^golden\/rotation\//],
    {
      plan: (plan) => (isPaired(plan) ? swapPairing(plan) : plan),
    },
  ),
  wrapped(
    'the window off by two',
    [/^values\/.*window=/, /^golden\/rotation\/trailing/, /^contract\/pass-through\//],
    {
      plan: moveWindow,
    },
  ),
  wrapped(
    'inverse equal to forward',
    [/^values\/.*inverse/, /^properties\/inverse-undoes/, /^contract\/strides\/inverse/],
    {
      plan: (plan) => ({ ...plan, direction: 1 }),
    },
  ),
  wrapped(
    'the second operand skipped',
    [/^values\/.*control$/, /^contract\/tails\/heads/, /^contract\/aliasing\/packed-qkv/],
    {
      plan: (plan) => ({ ...plan, operands: plan.operands.slice(0, 1) }),
      views: (views) => views.slice(0, 1),
    },
  ),
  wrapped(
    'the row stride of the batch ignored',
    [/^values\/.*positions=batch-/, /^contract\/strides\/rows/],
    {
      rotation: (rotation) => ({ ...rotation, batchStride: 0 }),
    },
  ),
  wrapped('the last token skipped', [/^values\//, /^contract\/tails\/tokens/], {
    plan: (plan) => ({ ...plan, tokens: Math.max(0, plan.tokens - 1) }),
  }),
  wrapped(
    'only the first 32 tokens',
    [/^contract\/tails\/tokens/, /^values\/.*extent=many-tokens/],
    {
      plan: (plan) => ({ ...plan, tokens: Math.min(32, plan.tokens) }),
    },
  ),
  wrapped('a batch of one', [/^values\/.*bhsd\/control/, /^contract\/strides\/in-place/], {
    plan: (plan) => ({ ...plan, batch: Math.min(1, plan.batch) }),
  }),
  wrapped('an offset ignored', [/^values\/.*spacing=offset/, /^contract\/aliasing\/packed-qkv/], {
    views: (views) => views.map((view) => ({ ...view, sourceOffset: 0, targetOffset: 0 })),
  }),
  wrapped(
    'out of place that writes its input',
    [/^values\/.*target=out/, /^contract\/strides\/from/],
    {
      after: copyTargetToSource,
    },
  ),
  wrapped(
    'one element written past the end',
    [/^values\//, /^contract\/tails\/pairs/, /^contract\/strides\//],
    {
      after: (plan, views) => poke(plan, views, ({ targetSpan }) => targetSpan.high + 1),
    },
  ),
  wrapped('one element written before the start', [/^values\//, /^contract\/tails\/pairs/], {
    after: (plan, views) => poke(plan, views, ({ targetSpan }) => targetSpan.low - 1),
  }),
  wrapped(
    'a gap between heads written',
    [/^values\/.*spacing=padded/, /^contract\/strides\/in-place/],
    {
      after: (plan, views) => {
        const [first] = plan.operands as readonly [OperandPlan]
        const hasGap =
          first.heads > 1 && first.target.head > plan.headDim && first.target.channel === 1
        if (hasGap && plan.batch * plan.tokens > 0)
          poke(plan, views.slice(0, 1), () => plan.headDim)
      },
    },
  ),
  wrapped('rows changed by the kernel', [/^contract\/strides\/inverse/], {
    before: ({ direction }, _views, { sin }) => {
      if (direction === -1) sin.forEach((value, i) => (sin[i] = -value))
    },
    plan: (plan) => ({ ...plan, direction: 1 }),
  }),
  wrapped(
    'float64 claimed but refused',
    [/^contract\/capabilities\/dtype=float64/, /^values\/half\/float64/],
    {
      supports: ({ dtype }) =>
        dtype === 'float64'
          ? { ok: false, reason: 'no float64 after all', field: 'dtype' }
          : { ok: true },
      refuses: ({ dtype }) =>
        dtype === 'float64' ? new RopeError('UNSUPPORTED', 'no float64 after all') : null,
    },
  ),
  wrapped(
    'float16 not claimed but accepted',
    [/^contract\/capabilities\/dtype=float16/, /^values\/half\/float16/],
    {
      capabilities: { dtypes: ['float64', 'float32', 'bfloat16'] },
    },
  ),
  wrapped(
    'supported but not compiled',
    [/^contract\/capabilities\/supports-agrees/, /^values\/interleaved\/bfloat16/],
    {
      refuses: ({ dtype }) =>
        dtype === 'bfloat16' ? new RopeError('UNSUPPORTED', 'bfloat16 is not compiled') : null,
    },
  ),
  wrapped(
    'compiled but not supported',
    [/^contract\/capabilities\/supports-agrees/, /^values\/.*inverse/],
    {
      supports: ({ direction }) =>
        direction === 1 ? { ok: true } : { ok: false, reason: 'forward only', field: 'direction' },
    },
  ),
  wrapped('a refusal that names another field', [/^contract\/capabilities\/dtype=float64/], {
    capabilities: { dtypes: ['float32'] },
    supports: ({ dtype }) =>
      dtype === 'float32' ? { ok: true } : { ok: false, reason: 'only float32', field: 'pairing' },
    refuses: ({ dtype }) =>
      dtype === 'float32' ? null : new RopeError('UNSUPPORTED', 'only float32'),
  }),
  wrapped('a refusal that is no RopeError', [/^contract\/capabilities\/dtype=float64/], {
    capabilities: { dtypes: ['float32'] },
    supports: ({ dtype }) =>
      dtype === 'float32' ? { ok: true } : { ok: false, reason: 'only float32', field: 'dtype' },
    refuses: ({ dtype }) => (dtype === 'float32' ? null : new Error('only float32')),
  }),
  wrapped(
    'shared memory not claimed but accepted',
    [/^contract\/capabilities\/memory/, /^values\/.*memory=shared/],
    {
      capabilities: { sharedMemory: false },
    },
  ),
  wrapped(
    'shared memory claimed but refused',
    [/^contract\/capabilities\/memory/, /^values\/.*memory=shared/],
    {
      supports: ({ memory }) =>
        memory === 'local'
          ? { ok: true }
          : { ok: false, reason: 'no shared memory', field: 'memory' },
      refuses: ({ memory }) =>
        memory === 'local' ? null : new RopeError('UNSUPPORTED', 'no shared memory'),
    },
  ),
  wrapped('more elements accepted than claimed', [/^contract\/capabilities\/max-elements/], {
    capabilities: { maxElements: 2 ** 31 - 1 },
  }),
  wrapped('fewer elements accepted than claimed', [/^contract\/capabilities\/max-elements/], {
    supports: ({ operands }) =>
      operands.some(({ sourceSpan }) => sourceSpan.high > 2 ** 31)
        ? { ok: false, reason: 'too far', field: 'operands' }
        : { ok: true },
  }),
  wrapped('alive after dispose', [/^contract\/lifecycle\/backend-dispose/], { dispose: () => {} }),
  wrapped('allocated memory with something in it', [/^contract\/allocate\//], {
    allocate: (dtype, length) => {
      const Kind =
        dtype === 'float64' ? Float64Array : dtype === 'float32' ? Float32Array : Uint16Array
      return new Kind(length).fill(1)
    },
  }),
]

/** Backends that remember too much, or finish too late. */
const STATEFUL: readonly Mutant[] = [
  {
    name: 'rows of the first call kept',
    noticed: [/^contract\/lifecycle\/kernel-again/, /^contract\/lifecycle\/repeated-calls/],
    create(healthy) {
      const base = healthy()
      const compile: Backend['compile'] = (plan) => {
        const kernel = base.compile(plan)
        let first: Rotation | undefined
        return {
          run(views, rotation) {
            const isSame =
              first?.rows === rotation.rows && first.batchStride === rotation.batchStride
            first = isSame
              ? first
              : { ...rotation, cos: rotation.cos.slice(), sin: rotation.sin.slice() }
            kernel.run(views, first as Rotation)
          },
        }
      }
      return { name: 'stateful', backend: { ...base, compile } }
    },
  },
  {
    name: 'one kernel for all',
    noticed: [/^contract\/lifecycle\/kernels-in-turn/],
    create(healthy) {
      const base = healthy()
      let latest: ReturnType<Backend['compile']> | undefined
      const compile: Backend['compile'] = (plan) => {
        latest = base.compile(plan)
        return { run: (views, rotation) => latest?.run(views, rotation) }
      }
      return { name: 'stateful', backend: { ...base, compile } }
    },
  },
  {
    name: 'finished after it has returned',
    noticed: [/^values\/.*control$/, /^contract\/tails\//, /^contract\/lifecycle\/bound-loop/],
    create(healthy) {
      const base = healthy()
      const compile: Backend['compile'] = (plan) => {
        const kernel = base.compile(plan)
        return {
          run(views, rotation) {
            void Promise.resolve().then(() => kernel.run(views, rotation))
          },
        }
      }
      return { name: 'stateful', backend: { ...base, compile } }
    },
  },
  {
    name: 'a promise from a CPU kernel',
    noticed: [/^contract\/tails\//, /^contract\/strides\//],
    create(healthy) {
      const base = healthy()
      const compile: Backend['compile'] = (plan) => {
        const kernel = base.compile(plan)
        return { run: async (views, rotation) => kernel.run(views, rotation) }
      }
      return { name: 'stateful', backend: { ...base, compile } }
    },
  },
]

const f = Math.fround

/** Mutants of the arithmetic and of the walk. */
const NAIVE: readonly Mutant[] = [
  naive('k with the head count of q', [/^values\/.*control$/, /^contract\/tails\/heads/], {
    operand: (plan, index) => ({
      ...(plan.operands[index] as OperandPlan),
      heads: (plan.operands[0] as OperandPlan).heads,
    }),
  }),
  naive('the tail pair not rotated', [/^contract\/tails\/pairs/, /^values\/.*window=middle/], {
    pairs: ({ pairs }) => pairs - (pairs % 2),
  }),
  naive(
    'pairs beyond a multiple of 16 not rotated',
    [/^contract\/tails\/pairs=17/, /^contract\/tails\/pairs=25/],
    {
      pairs: ({ pairs }) => (pairs > 16 ? pairs - (pairs % 16) : pairs),
    },
  ),
  naive('tail channels not copied', [/^contract\/pass-through\/out/, /^values\/.*target=out/], {
    copyChannel: ({ windowOffset, pairs }, channel) => channel < windowOffset + 2 * pairs,
  }),
  naive('leading channels not copied', [/^contract\/pass-through\/out/], {
    copyChannel: ({ windowOffset }, channel) => channel >= windowOffset,
  }),
  naive(
    'strides ignored',
    [/^values\/.*bhsd\/control/, /^contract\/strides\/in-place/, /^contract\/aliasing\/packed-qkv/],
    {
      operand: (plan, index) => {
        const operand = plan.operands[index] as OperandPlan
        return {
          ...operand,
          source: dense(plan, operand.heads),
          target: dense(plan, operand.heads),
        }
      },
    },
  ),
  naive(
    'the stride of channels ignored',
    [/^values\/.*spacing=channel-step/, /^contract\/strides\/to/],
    {
      operand: (plan, index) => {
        const operand = plan.operands[index] as OperandPlan
        return {
          ...operand,
          source: { ...operand.source, channel: 1 },
          target: { ...operand.target, channel: 1 },
        }
      },
    },
  ),
  naive('the sign of strides ignored', [/^values\/.*spacing=reversed/, /^contract\/strides\//], {
    operand: (plan, index) => {
      const operand = plan.operands[index] as OperandPlan
      return { ...operand, source: positive(operand.source), target: positive(operand.target) }
    },
  }),
  naive(
    'the source walked like the target',
    [/^values\/.*target=out-bhsd/, /^contract\/strides\/to/],
    {
      operand: (plan, index) => {
        const operand = plan.operands[index] as OperandPlan
        return { ...operand, source: operand.target }
      },
    },
  ),
  naive(
    'float16 truncated',
    [/^values\/half\/float16/, /^contract\/patterns\/turned\/half\/float16/],
    {
      store: (dtype, value) =>
        dtype === 'float16' ? truncateFloat16(value) : encode(dtype, value),
    },
  ),
  naive(
    'bfloat16 truncated',
    [/^values\/half\/bfloat16/, /^contract\/patterns\/turned\/half\/bfloat16/],
    {
      store: (dtype, value) => (dtype === 'bfloat16' ? wordOf(value) >>> 16 : encode(dtype, value)),
    },
  ),
  naive('bfloat16 ties away from zero', [/^contract\/patterns\/ties\/.*bfloat16/], {
    store: (dtype, value) =>
      dtype === 'bfloat16' ? roundAwayBFloat16(value) : encode(dtype, value),
  }),
  naive(
    'float16 subnormals read as zero',
    [/^contract\/patterns\/identity\/.*\/float16/, /^contract\/special\/subnormal\/.*\/float16/],
    {
      load: (dtype, raw) => (dtype === 'float16' && (raw & 0x7c00) === 0 ? 0 : decode(dtype, raw)),
    },
  ),
  naive('16-bit arithmetic', [/^values\/half\/float16/, /^values\/interleaved\/bfloat16/], {
    rotate: (dtype, x, y, cos, sin) => {
      if (dtype === 'float64') return [x * cos - y * sin, y * cos + x * sin]
      if (dtype === 'float32') return [f(f(x * cos) - f(y * sin)), f(f(y * cos) + f(x * sin))]
      const h = (value: number): number => decode(dtype, encode(dtype, value))
      return [h(h(x * cos) - h(y * sin)), h(h(y * cos) + h(x * sin))]
    },
  }),
  naive('products not rounded', [/^values\/half\/float32/, /^values\/interleaved\/float32/], {
    rotate: (_dtype, x, y, cos, sin) => [x * cos - y * sin, y * cos + x * sin],
  }),
  naive('one product fused', [/^values\/half\/float32/, /^values\/interleaved\/float32/], {
    rotate: (dtype, x, y, cos, sin) =>
      dtype === 'float64'
        ? [x * cos - y * sin, y * cos + x * sin]
        : [f(x * cos - f(y * sin)), f(y * cos + f(x * sin))],
  }),
  naive(
    'float64 computed in float32',
    [/^values\/half\/float64/, /^golden\/.*\/float64/, /^properties\/.*\/float64/],
    {
      rotate: (_dtype, x, y, cos, sin) => [f(f(x * cos) - f(y * sin)), f(f(y * cos) + f(x * sin))],
    },
  ),
  naive('NaN turned into zero', [/^contract\/special\/nan/, /^contract\/patterns\/identity/], {
    store: (dtype, value) => encode(dtype, Number.isNaN(value) ? 0 : value),
  }),
  naive(
    'negative zero lost',
    [/^contract\/special\/signed-zero/, /^contract\/patterns\/identity/],
    {
      store: (dtype, value) => encode(dtype, value + 0),
    },
  ),
  naive(
    'subnormals flushed',
    [/^contract\/special\/subnormal\/.*\/float32/, /^contract\/special\/subnormal\/.*\/bfloat16/],
    {
      store: (dtype, value) => encode(dtype, flush(dtype, value)),
    },
  ),
  naive('overflow clamped', [/^contract\/special\/largest/, /^contract\/special\/infinity/], {
    store: (dtype, value) => {
      const limit =
        dtype === 'float16' ? 65504 : dtype === 'float64' ? Number.MAX_VALUE : 3.3895313892515355e38
      return encode(dtype, Math.max(-limit, Math.min(limit, value)))
    },
  }),
  naive('NaN payloads outside the window lost', [/^contract\/pass-through\/out/], {
    after: (plan, views) => {
      if (plan.dtype !== 'float32' || plan.inPlace) return
      for (const { target } of views) {
        const bits = new Uint32Array(target.buffer, target.byteOffset, target.length)
        bits.forEach((word, i) => {
          const isSignalling = (word & 0x7fc00000) === 0x7f800000 && (word & 0x3fffff) !== 0
          if (isSignalling) bits[i] = word | 0x400000
        })
      }
    },
  }),
  naive('memory that cannot be empty', [/^contract\/zero-sizes\//], {
    after: (plan, views) => {
      if (plan.batch * plan.tokens * (plan.operands[0]?.heads ?? 0) === 0) views[0]?.target.fill(0)
    },
  }),
]

/** Without its attention factor, or with another. */
function withFactor(config: RopeConfig, change: (factor: number) => number): RopeConfig {
  const { schedule } = config
  if (schedule.type !== 'custom' || schedule.attentionFactor === undefined) return config
  return { ...config, schedule: { ...schedule, attentionFactor: change(schedule.attentionFactor) } }
}

function swapAxes(positions: Positions): Positions {
  if (typeof positions !== 'object' || positions === null || !('axes' in positions))
    return positions
  return { axes: [...positions.axes].reverse() }
}

/** Later positions by one, for the commonest form. */
function offByOne(positions: Positions): Positions {
  return typeof positions === 'number' ? positions + 1 : positions
}

/** Packed sequences run on instead of starting anew. */
function neverReset(positions: Positions): Positions {
  return isPacked(positions) && positions.offsets === undefined ? 0 : positions
}

function halves(tensors: RotateTensors): readonly RotateTensors[] {
  const { q, k, out, inverse } = tensors
  if (q === undefined || k === undefined) return [tensors]
  const one = (name: 'q' | 'k'): RotateTensors => ({
    [name]: tensors[name],
    ...(out === undefined ? {} : { out: { [name]: out[name] } }),
    inverse,
  })
  return [one('q'), one('k')]
}

/** Mutants above the backend: configs, positions, calls. */
const ROPED: readonly Mutant[] = [
  repositioned(
    'positions off by one',
    [/^values\/.*control$/, /^golden\/rotation\//, /^contract\/positions\//],
    offByOne,
  ),
  repositioned(
    'packed sequences not reset',
    [
      /^values\/.*positions=sequence-lengths/,
      /^golden\/published\/onnxruntime\/custom_rotary_dim_packed/,
    ],
    neverReset,
  ),
  repositioned(
    'axes in another order',
    [/^values\/.*axes=one-hot/, /^golden\/axes\//, /^golden\/published\/vllm/],
    swapAxes,
  ),
  repositioned(
    'positions rounded to integers',
    [/^contract\/positions\/0\.5/, /^golden\/dinov3\//],
    (positions) =>
      typeof positions === 'number' ? Math.trunc(positions) : swapFractions(positions),
  ),
  repositioned(
    'positions modulo 2^17',
    [/^contract\/positions\/1048576/, /^golden\/long-position\//],
    (positions) => (typeof positions === 'number' ? positions % 131072 : positions),
  ),
  reconfigured(
    'the attention factor dropped',
    [
      /^golden\/frequencies\/hf_yarn/,
      /^values\/.*schedule=custom/,
      /^properties\/attention-factor/,
    ],
    (config) => withFactor(config, () => 1),
  ),
  reconfigured(
    'the attention factor applied twice',
    [
      /^golden\/frequencies\/hf_yarn/,
      /^values\/.*schedule=custom/,
      /^properties\/attention-factor/,
    ],
    (config) => withFactor(config, (factor) => factor ** 2),
  ),
  reconfigured(
    'float32 angles in exact mode',
    [/^contract\/positions\/131071\//, /^golden\/long-position\//, /^golden\/frequencies\//],
    (config) => ({
      ...config,
      angles: 'float32',
    }),
  ),
  reconfigured('exact angles in float32 mode', [/^values\/.*angles=float32/], (config) => ({
    ...config,
    angles: 'exact',
  })),
  reconfigured(
    'linear scaling forgotten',
    [
      /^values\/.*schedule=linear/,
      /^properties\/linear-interpolates/,
      /^golden\/frequencies\/gemma3_full_linear8/,
    ],
    (config) =>
      config.schedule.type === 'linear'
        ? { ...config, schedule: { ...config.schedule, factor: 1 } }
        : config,
  ),
  roped(
    'a shift that applies the attention factor again',
    [/^values\/.*via=shift\/schedule=custom/],
    (config, context) => {
      const rope = createRope(config, context)
      return delegate(rope, {
        shift: (k, delta) => {
          const [, tokens = 0] = k.shape
          rope.rotate({
            k,
            positions: typeof delta === 'number' ? Array<number>(tokens).fill(delta) : delta,
          })
        },
      })
    },
  ),
  roped('a shift by number that counts tokens', [/^values\/.*via=shift/], (config, context) => {
    const rope = createRope(config, context)
    return delegate(rope, { shift: (k, delta) => rope.rotate({ k, positions: delta }) })
  }),
  roped(
    'q written before k is checked',
    [/^contract\/errors\/tensors\//, /^contract\/errors\/detached\/k/],
    (config, context) => {
      const rope = createRope(config, context)
      return delegate(rope, {
        rotate: ({ positions, ...tensors }) => {
          for (const part of halves(tensors)) rope.rotate({ ...part, positions })
        },
      })
    },
  ),
  roped('aliasing let through', [/^contract\/aliasing\/refuses\//], (config, context) => {
    const rope = createRope(config, context)
    return delegate(rope, {
      rotate: (input) => {
        try {
          rope.rotate(input)
        } catch (error) {
          if (!(RopeError.isInstance(error) && error.code === 'ALIASING')) throw error
        }
      },
    })
  }),
  roped(
    'NaN positions let through',
    [/^contract\/errors\/positions\/nan/, /^contract\/errors\/positions\/nan-in-list/],
    (config, context) => {
      const rope = createRope(config, context)
      return delegate(rope, {
        rotate: (input) => {
          try {
            rope.rotate(input)
          } catch (error) {
            if (!(RopeError.isInstance(error) && error.code === 'INVALID_POSITIONS')) throw error
            rope.rotate({ ...input, positions: 0 })
          }
        },
      })
    },
  ),
  roped(
    'a step that reads its positions late',
    [/^contract\/lifecycle\/step-serves-layers/],
    (config, context) => {
      const rope = createRope(config, context)
      return delegate(rope, {
        at: (positions) => ({
          rotate: (tensors) => rope.rotate({ ...tensors, positions }),
          rotateAsync: (tensors) => rope.rotateAsync({ ...tensors, positions }),
        }),
      })
    },
  ),
  roped(
    'a step that always rotates back',
    [/^values\/.*via=at/, /^contract\/lifecycle\/step-serves-layers/],
    (config, context) => {
      const rope = createRope(config, context)
      return delegate(rope, {
        at: (positions) => ({
          rotate: (tensors) => rope.rotate({ ...tensors, positions, inverse: true }),
          rotateAsync: (tensors) => rope.rotateAsync({ ...tensors, positions, inverse: true }),
        }),
      })
    },
  ),
  roped(
    'alive after the rope is disposed of',
    [/^contract\/lifecycle\/rope-dispose/],
    (config, context) => delegate(createRope(config, context), { dispose: () => {} }),
  ),
]

/** Every axis cut to whole positions. */
function swapFractions(positions: Positions): Positions {
  if (typeof positions !== 'object' || positions === null || !('axes' in positions))
    return positions
  return {
    axes: positions.axes.map((axis) =>
      Array.isArray(axis) ? axis.map((p) => Math.trunc(Number(p))) : axis,
    ),
  }
}

/** Every mutant. */
export const MUTANTS: readonly Mutant[] = [...WRAPPED, ...STATEFUL, ...NAIVE, ...ROPED]
