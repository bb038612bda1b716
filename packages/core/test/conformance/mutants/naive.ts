/**
 * The naive backend with a part of its walk or of its arithmetic replaced.
 */
import type { OperandPlan, Plan } from '../../../src/contract/backend.js'
import type { DType } from '../../../src/numbers/dtype.js'
import {
  decodeBFloat16,
  decodeFloat16,
  encodeBFloat16,
  encodeFloat16,
} from '../../../src/numbers/half-float.js'
import { createNaiveBackend, type NaiveParts } from '../naive-backend.js'
import type { Mutant } from './mutant.js'

function naive(name: string, noticed: readonly RegExp[], parts: Partial<NaiveParts>): Mutant {
  return { name, noticed, create: () => ({ name, backend: createNaiveBackend(parts) }) }
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

const f = Math.fround

/** Mutants of the arithmetic and of the walk. */
export const NAIVE: readonly Mutant[] = [
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
