/**
 * A healthy backend wrapped so that it is asked for something wrong, or lies about what it can.
 */
import type {
  Backend,
  Capabilities,
  OperandPlan,
  Plan,
  Rotation,
  Support,
  View,
} from '../../../src/contract/backend.js'
import { RopeError } from '../../../src/errors.js'
import type { DType, Elements } from '../../../src/numbers/dtype.js'
import type { Mutant } from './mutant.js'

/** What a wrapper changes on the way to the healthy backend. */
export interface Wrapping {
  readonly plan?: (plan: Plan) => Plan
  readonly rotation?: (rotation: Rotation, plan: Plan) => Rotation
  readonly views?: (views: readonly View[], plan: Plan) => readonly View[]
  readonly before?: (plan: Plan, views: readonly View[], rotation: Rotation) => void
  readonly after?: (plan: Plan, views: readonly View[], rotation: Rotation) => void
  /** Whether a call is left out. */
  readonly skips?: (plan: Plan, rotation: Rotation) => boolean
  readonly capabilities?: Partial<Capabilities>
  readonly supports?: (plan: Plan) => Support
  readonly refuses?: (plan: Plan) => Error | null
  readonly dispose?: () => void
  readonly allocate?: (dtype: DType, length: number) => Elements
}

/** A healthy backend with these changes. */
export function wrap(base: Backend, changes: Wrapping): Backend {
  return {
    ...base,
    capabilities: { ...base.capabilities, ...changes.capabilities },
    supports: changes.supports ?? ((plan) => base.supports(plan)),
    compile(plan) {
      const refusal = changes.refuses?.(plan)
      if (refusal) throw refusal
      const kernel = base.compile(changes.plan?.(plan) ?? plan)
      return {
        run({ views, rotation }) {
          if (changes.skips?.(plan, rotation) === true) return
          changes.before?.(plan, views, rotation)
          kernel.run({
            views: changes.views?.(views, plan) ?? views,
            rotation: changes.rotation?.(rotation, plan) ?? rotation,
          })
          changes.after?.(plan, views, rotation)
        },
      }
    },
    dispose: changes.dispose ?? (() => base.dispose()),
    ...(changes.allocate === undefined ? {} : { allocate: changes.allocate }),
  }
}

/** A mutant of the js backend. */
export function wrapped(name: string, noticed: readonly RegExp[], changes: Wrapping): Mutant {
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

let latest: ArrayBuffer | undefined
let arena = new ArrayBuffer(0)

function kindOf(
  dtype: DType,
): Float64ArrayConstructor | Float32ArrayConstructor | Uint16ArrayConstructor {
  if (dtype === 'float64') return Float64Array
  return dtype === 'float32' ? Float32Array : Uint16Array
}

/** Mutants of what a backend is asked. */
export const WRAPPED: readonly Mutant[] = [
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
    allocate: (dtype, length) => new (kindOf(dtype))(length).fill(1),
  }),
  wrapped('memory detached by a later allocation', [/^contract\/allocate\//], {
    allocate: (dtype, length) => {
      // As WebAssembly memory does when it grows.
      if (latest !== undefined) structuredClone(latest, { transfer: [latest] })
      latest = new ArrayBuffer(length * kindOf(dtype).BYTES_PER_ELEMENT)
      return new (kindOf(dtype))(latest)
    },
  }),
  wrapped('memory given out twice', [/^contract\/allocate\//], {
    allocate: (dtype, length) => {
      const bytes = length * kindOf(dtype).BYTES_PER_ELEMENT
      if (arena.byteLength < bytes) arena = new ArrayBuffer(bytes)
      return new (kindOf(dtype))(arena, 0, length)
    },
  }),
  wrapped(
    'float64 memory for float32',
    [/^contract\/allocate\/float32/, /^values\/.*memory=allocated/],
    {
      allocate: (_dtype, length) => new Float64Array(length),
    },
  ),
]
