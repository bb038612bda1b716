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

/** NTK-aware scaling by a larger base: `base * factor^(d/(d-2))`. */
export interface NtkSchedule {
  readonly type: 'ntk'
  readonly base: number
  /** By how much the last pair is interpolated. */
  readonly factor: number
}

/** The same with the stretch called alpha: `base * alpha^(d/(d-2))` (Hunyuan). */
export interface NtkAlphaSchedule {
  readonly type: 'ntk-alpha'
  readonly base: number
  readonly alpha: number
}

/** Llama 3.1's piecewise schedule; Hugging Face names in camel case. */
export interface Llama3Schedule {
  readonly type: 'llama3'
  readonly base: number
  readonly factor: number
  /** Pairs that turn at most this often in the original context are interpolated: 1. */
  readonly lowFreqFactor: number
  /** Pairs that turn at least this often keep their frequency: 4. */
  readonly highFreqFactor: number
  /** Context length, in tokens, before it was extended. */
  readonly originalMaxPositionEmbeddings: number
}

/** YaRN (Peng et al. 2023, arXiv 2309.00071). */
export interface YarnSchedule {
  readonly type: 'yarn'
  readonly base: number
  readonly factor: number
  /** Context length, in tokens, before it was extended. */
  readonly originalMaxPositionEmbeddings: number
  /** Turns in the original context above which a pair keeps its frequency; 32 when absent. */
  readonly betaFast?: number
  /** Turns below which a pair is fully interpolated; 1 when absent. */
  readonly betaSlow?: number
  /** Whether the ends of the ramp are rounded to whole pairs; true when absent. */
  readonly truncate?: boolean
  /** A, stated; else it follows from `mscale` and `mscaleAllDim`, else from `factor`. */
  readonly attentionFactor?: number
  /** DeepSeek: A is g(factor, mscale) / g(factor, mscaleAllDim) when both are given and not 0. */
  readonly mscale?: number
  readonly mscaleAllDim?: number
  /** DeepSeek V2 and V3, Kimi: the softmax scale is g(factor, mscaleAllDim)^2; false when absent. */
  readonly scaleSoftmax?: boolean
  /** Multiplies the share of the original frequencies (vLLM, original code); 1 when absent. */
  readonly extrapolationFactor?: number
  /** Multiplies A (vLLM, original code); 1 when absent. */
  readonly attnFactor?: number
}

/** Proportional RoPE (Gemma 4): the first share of the pairs turns, the others stand still. */
export interface ProportionalSchedule {
  readonly type: 'proportional'
  readonly base: number
  /** Share of the pairs that turn, above 0 and at most 1. */
  readonly partialRotaryFactor: number
  /** Divides every frequency; 1 when absent. */
  readonly factor?: number
}

/** Every schedule as options; `type` tells them apart. */
export type ScheduleOptions =
  | DefaultSchedule
  | LinearSchedule
  | NtkSchedule
  | NtkAlphaSchedule
  | YarnSchedule
  | Llama3Schedule
  | ProportionalSchedule
  | CustomSchedule

/** One schedule: how to check its options and how to compute its frequencies. */
export interface Schedule<Options extends ScheduleOptions = ScheduleOptions> {
  readonly type: Options['type']
  /** Checks and copies the options into a plain frozen object; throws INVALID_OPTION. */
  validate(options: Readonly<Record<string, unknown>>, pairs: number): Options
  /** The frequencies of a window of `pairs` pairs. */
  frequencies(options: Options, pairs: number): Frequencies
}
