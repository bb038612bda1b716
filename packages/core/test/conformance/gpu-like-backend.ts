/**
 * A backend that behaves as WGSL allows: it finishes later, fuses what it can, rounds to either
 * neighbour, flushes subnormals, and does not keep NaN and infinity. The suite must accept it, and
 * must not accept anything worse.
 */
import type { Backend, Plan, Support } from '../../src/contract/backend.js'
import { RopeError } from '../../src/errors.js'
import type { DType } from '../../src/numbers/dtype.js'
import { decodeFloat16, encodeBFloat16, encodeFloat16 } from '../../src/numbers/half-float.js'
import { createNaiveBackend, type NaiveParts } from './naive-backend.js'

const FLOATS = new Float32Array(1)
const WORDS = new Uint32Array(FLOATS.buffer)

/** The float32 towards zero of a double: one of its two neighbours, rarely the nearer one. */
function towardsZero(value: number): number {
  FLOATS[0] = value
  if (Math.abs(FLOATS[0]) > Math.abs(value) && Number.isFinite(value))
    WORDS[0] = (WORDS[0] as number) - 1
  return FLOATS[0]
}

function flushed(value: number): number {
  return Math.abs(value) < 2 ** -126 ? 0 : value
}

function store(dtype: DType, value: number): number {
  const kept = Number.isFinite(value) ? flushed(value) : 0
  if (dtype === 'float32') return kept
  const nearest = dtype === 'float16' ? encodeFloat16(kept) : encodeBFloat16(kept)
  if (dtype === 'bfloat16') return nearest
  return Math.abs(decodeFloat16(nearest)) < 2 ** -14 ? 0 : nearest
}

/** What every part of the arithmetic may cost at most. */
const WORST: Partial<NaiveParts> = {
  rotate: (_dtype, x, y, cos, sin) => {
    const a = flushed(x)
    const b = flushed(y)
    return [
      towardsZero(towardsZero(a * cos) - towardsZero(b * sin)),
      towardsZero(b * cos + towardsZero(a * sin)),
    ]
  },
  store,
}

function supports({ dtype, memory }: Plan): Support {
  if (dtype === 'float64') return { ok: false, reason: 'WGSL has no float64', field: 'dtype' }
  return memory === 'local'
    ? { ok: true }
    : { ok: false, reason: 'no shared memory', field: 'memory' }
}

/** A GPU-like backend; `broken` replaces parts of it. */
export function createGpuLikeBackend(broken: Partial<NaiveParts> = {}): Backend {
  const base = createNaiveBackend({ ...WORST, ...broken })
  return {
    ...base,
    name: 'gpu-like',
    device: 'gpu',
    capabilities: {
      ...base.capabilities,
      dtypes: ['float32', 'float16', 'bfloat16'],
      sharedMemory: false,
    },
    supports,
    compile(plan) {
      const support = supports(plan)
      if (!support.ok) throw new RopeError('UNSUPPORTED', support.reason, { field: support.field })
      const kernel = base.compile(plan)
      return {
        async run({ views, rotation }) {
          await Promise.resolve()
          kernel.run({ views, rotation })
        },
      }
    },
  }
}
