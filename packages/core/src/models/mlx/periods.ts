/**
 * The arguments of MLX's `mx.fast.rope`: a base and a scale, or one period per pair.
 *
 *     angle = scale * position / period,   period = base^(2i/d) or freqs[i]
 *
 * Periods are float32; a pair that stands still has an infinite one. Source: MLX's documentation of
 * `mlx.core.fast.rope`.
 */
import {
  checkAtLeast,
  checkFlag,
  checkInteger,
  checkPositive,
  checkRecord,
  checkTypedArray,
  reject,
} from '../../check.js'
import { computeFrequencies, type RopeConfig, resolveConfig } from '../../config/config.js'
import { MOST_CHANNELS } from '../../limits.js'
import type { ScheduleOptions } from '../../schedule/schedule.js'
import { checkTable } from '../onnx/caches.js'

/** The arguments of `mx.fast.rope`, besides x and offset. */
export interface MlxRope {
  /** Channels that rotate, from the first. */
  readonly dims: number
  /** True when adjacent channels pair up. */
  readonly traditional: boolean
  /** null when `freqs` is given. */
  readonly base: number | null
  /** Multiplies positions. */
  readonly scale: number
  /** Periods, one per pair; null when `base` is given. */
  readonly freqs: Float32Array | null
  /** Multiply the rotating channels of x by it first; the operator has no argument for it. */
  readonly mscale: number
}

/**
 * A config as MLX arguments: base and scale for `default` and `linear`, else periods.
 *
 * @param sequenceLength tokens of the sequences, for schedules that ask for it
 * @throws RopeError INVALID_OPTION for a window that does not start at channel 0, or several axes
 */
export function toMlx(given: RopeConfig, sequenceLength?: number): MlxRope {
  const config = checkTable(given, 'mx.fast.rope')
  const { schedule, rotaryDim, pairing } = config
  const common = { dims: rotaryDim, traditional: pairing === 'interleaved' }
  if (schedule.type === 'default' && (schedule.exponentDim ?? rotaryDim) === rotaryDim) {
    return { ...common, base: schedule.base, scale: 1, freqs: null, mscale: 1 }
  }
  if (schedule.type === 'linear' && (schedule.exponentDim ?? rotaryDim) === rotaryDim) {
    return { ...common, base: schedule.base, scale: 1 / schedule.factor, freqs: null, mscale: 1 }
  }
  const { inverseFrequencies, attentionFactor } = computeFrequencies(config, sequenceLength)
  const freqs = Float32Array.from(inverseFrequencies, (frequency) => 1 / frequency)
  return { ...common, base: null, scale: 1, freqs, mscale: attentionFactor }
}

/**
 * MLX arguments as a config. Periods give a list of frequencies; their schedule is not in them.
 *
 * @param headDim channels of the head
 * @throws RopeError INVALID_OPTION when neither or both of base and periods are given, or a period
 *   is not above 0
 */
export function fromMlx(given: MlxRope, headDim: number): RopeConfig {
  const rope = checkMlx(given)
  checkInteger(headDim, 'headDim', 2, MOST_CHANNELS)
  checkInteger(rope.dims, 'dims', 2, headDim)
  return resolveConfig({
    headDim,
    rotaryDim: rope.dims,
    pairing: rope.traditional ? 'interleaved' : 'half',
    schedule: scheduleOf(rope),
  })
}

function checkMlx(given: MlxRope): MlxRope {
  const rope = checkRecord(given, 'rope', '{ dims, traditional, base, scale, freqs, mscale }')
  return {
    dims: checkInteger(rope.dims, 'dims', 2, 65536),
    traditional: checkFlag(rope.traditional, 'traditional'),
    base: rope.base === null ? null : checkAtLeast(rope.base, 'base', 1),
    scale: checkPositive(rope.scale, 'scale'),
    freqs: rope.freqs === null ? null : checkTypedArray(rope.freqs, 'freqs', ['Float32Array']),
    mscale: checkPositive(rope.mscale, 'mscale'),
  }
}

function scheduleOf({ base, freqs, scale, mscale, dims }: MlxRope): ScheduleOptions {
  if ((base === null) === (freqs === null)) {
    return reject('INVALID_OPTION', 'base and freqs', [base, freqs], 'one of them, the other null')
  }
  if (base === null) return listOf(freqs ?? new Float32Array(), scale, mscale)
  if (mscale === 1 && scale === 1) return { type: 'default', base }
  if (mscale === 1) return { type: 'linear', base, factor: inverseOf(scale) }
  const periods = Float64Array.from({ length: dims / 2 }, (_, i) => base ** ((2 * i) / dims))
  return listOf(periods, scale, mscale)
}

/** The shortest decimal whose inverse is `scale`: 1 / 3 gives 3 again. */
function inverseOf(scale: number): number {
  for (let digits = 1; digits <= 17; digits++) {
    const factor = Number((1 / scale).toPrecision(digits))
    if (1 / factor === scale) return factor
  }
  return 1 / scale
}

function listOf(
  periods: Float32Array | Float64Array,
  scale: number,
  mscale: number,
): ScheduleOptions {
  const inverseFrequencies = Array.from(periods, (period, i) => {
    if (period > 0) return scale / period
    return reject('INVALID_OPTION', `freqs[${i}]`, period, 'a period above 0, or Infinity')
  })
  const amplitude = mscale === 1 ? {} : { attentionFactor: mscale }
  return { type: 'custom', inverseFrequencies, ...amplitude }
}
