/**
 * The schedule contract: types only. A schedule turns a few numbers from a model's config into
 * frequencies, one per pair. One schedule is one file; `registry.ts` lists them.
 */

/** What a schedule gives back: three separate things, never multiplied into each other. */
export interface Frequencies {
  /** Radians per position of each pair, one per pair. */
  readonly inverseFrequencies: Float64Array
  /**
   * What rounding to double took away: the formula's value is `inverseFrequencies[i] + residuals[i]`.
   * Far positions need it: 2^31 positions turn half a unit in the last place into 1e-7 radians.
   */
  readonly residuals: Float64Array
  /** The same frequencies as PyTorch's eager float32 operations compute them, for `angles: 'float32'`. */
  readonly float32Frequencies: Float32Array
  /** A, multiplied into cos and sin; 1 unless the schedule says otherwise. */
  readonly attentionFactor: number
  /** Factor on the attention's own 1/sqrt(headDim); 1 unless the model says otherwise. */
  readonly softmaxScale: number
}

/** `theta^(-2i/d)`: the original schedule (RoFormer, section 3.2.2). */
export interface DefaultSchedule {
  readonly type: 'default'
  /** theta, often called rope_theta: 10000 in the paper; at least 1. */
  readonly base: number
}

/** Position interpolation: every default frequency divided by `factor` (Chen et al. 2023). */
export interface LinearSchedule {
  readonly type: 'linear'
  readonly base: number
  /** How many times longer the context becomes; above 1 in practice, at least 2^-20. */
  readonly factor: number
}

/** A user's own inverse frequencies, one per pair, in radians per position. */
export interface CustomSchedule {
  readonly type: 'custom'
  readonly inverseFrequencies: readonly number[]
  /** Multiplies cos and sin; 1 when absent. */
  readonly attentionFactor?: number
  /** Multiplies the attention's own 1/sqrt(headDim); 1 when absent. */
  readonly softmaxScale?: number
}

/** Every schedule as options; `type` tells them apart. */
export type ScheduleOptions = DefaultSchedule | LinearSchedule | CustomSchedule

/** One schedule: how to check its options and how to compute its frequencies. */
export interface Schedule<Options extends ScheduleOptions = ScheduleOptions> {
  readonly type: Options['type']
  /** Checks and copies the options into a plain frozen object; throws INVALID_OPTION. */
  validate(options: Readonly<Record<string, unknown>>, pairs: number): Options
  /** The frequencies of a window of `pairs` pairs. */
  frequencies(options: Options, pairs: number): Frequencies
}
