/**
 * The schedule contract: types only. A schedule turns a few numbers from a model's config into
 * frequencies, one per pair. One schedule is one file; `registry.ts` lists them.
 */

/**
 * Which table a sequence uses, as a tag that belongs in a cache key: keys of two regimes must not
 * meet in one attention. `fixed` for schedules that ask for no length, `short` or `long` for
 * LongRoPE, and the length that the table was made for where every length has its own.
 */
export type Regime = string | number

/**
 * xPos: row `position` is multiplied, pair by pair, by `exp((position - centre) * rates[i])`.
 */
export interface RowDecay {
  /** ln of the factor per position of each pair: not above 0 for q, not below 0 for k. */
  readonly rates: Float64Array
  /** The position at which the factor is 1, the same for q and k and for every call. */
  readonly centre: number
}

/**
 * FoPE: the row that is used is a mixture of the row of the frequencies,
 * `cos'[o] = sum over i of cos[i] * cosMatrix[i * outputs + o]`, sin alike.
 */
export interface RowMixture {
  /** The first `inputs` frequencies enter; the others are 0 and do not. */
  readonly inputs: number
  /** The first `outputs` pairs come out of it. */
  readonly outputs: number
  /** inputs x outputs, row by row. */
  readonly cosMatrix: Float64Array
  readonly sinMatrix: Float64Array
  /** cos and sin of the pairs beyond `outputs`. */
  readonly restCos: number
  readonly restSin: number
}

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
  /** Only for xPos: the factor on rows that grows with the position. */
  readonly decay?: RowDecay
  /** Only for FoPE: the mixing of rows. */
  readonly mixture?: RowMixture
}

/** `theta^(-2i/d)`: the original schedule (RoFormer, section 3.2.2). */
export interface DefaultSchedule {
  readonly type: 'default'
  /** theta, often called rope_theta: 10000 in the paper; at least 1. */
  readonly base: number
  /**
   * d, what the exponents divide by; the width of the window (`rotaryDim`) when absent. The two are
   * independent: the window says which channels pair up, this says how fast the pairs turn.
   */
  readonly exponentDim?: number
}

/** Position interpolation: every default frequency divided by `factor` (Chen et al. 2023). */
export interface LinearSchedule {
  readonly type: 'linear'
  readonly base: number
  /** How many times longer the context becomes; above 1 in practice, at least 2^-20. */
  readonly factor: number
  /** As in `DefaultSchedule`. */
  readonly exponentDim?: number
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
  /** The 0.1 in g(s, m) = 0.1 m ln s + 1; 0.07 in TeleChat 3. 0.1 when absent. */
  readonly mscaleCoefficient?: number
}

/**
 * Dynamic NTK: with L = max(length, maxPositionEmbeddings), the base becomes
 * `base * (factor * L / maxPositionEmbeddings - (factor - 1))^(d/(d-2))`. Hugging Face `dynamic`.
 */
export interface DynamicSchedule {
  readonly type: 'dynamic'
  readonly base: number
  readonly factor: number
  /** Up to this length, in tokens, the frequencies are the default ones. */
  readonly maxPositionEmbeddings: number
  /** Uses the table of this length for every sequence (vLLM, lmdeploy); else each call's own. */
  readonly frozenLength?: number
}

/**
 * NTK as vLLM spells it: the base becomes `base * factor` and all frequencies are divided by
 * `factor^(2/d)`, so that the first pair is stretched too. vLLM type `ntk` without `mixed_b`.
 */
export interface NtkFixedSchedule {
  readonly type: 'ntk-fixed'
  readonly base: number
  readonly factor: number
}

/**
 * vLLM's other one: default frequencies times `exp(-a (i + 1)^mixedB)` with
 * `a = ln(factor) / (d/2)^mixedB`. vLLM type `ntk` with `mixed_b`.
 */
export interface NtkMixedSchedule {
  readonly type: 'ntk-mixed'
  readonly base: number
  readonly factor: number
  /** Above 0; 0.625 is usual. */
  readonly mixedB: number
}

/** NTK by parts, the step before YaRN: linear, NTK and default frequencies over two ramps. */
export interface NtkByPartsSchedule {
  readonly type: 'ntk-by-parts'
  readonly base: number
  readonly factor: number
  /** Context length, in tokens, before it was extended. */
  readonly originalMaxPositionEmbeddings: number
  /** Share of the NTK frequencies where they apply; 1 when absent. */
  readonly ntkFactor?: number
  /** Share of the default frequencies where they apply; 1 when absent. */
  readonly extrapolationFactor?: number
}

/**
 * YaRN whose factor is `length / originalMaxPositionEmbeddings`, made anew when a sequence outgrows
 * `maxPositionEmbeddings`. All else as in `YarnSchedule`.
 */
export interface DynamicYarnSchedule
  extends Omit<YarnSchedule, 'type' | 'factor' | 'attentionFactor'> {
  readonly type: 'dynamic-yarn'
  /** Up to this length nothing changes; `originalMaxPositionEmbeddings` when absent. */
  readonly maxPositionEmbeddings?: number
  /**
   * Whether the model was trained at `maxPositionEmbeddings`: then shorter sequences use its
   * factor, else they are not scaled at all. False when absent.
   */
  readonly finetuned?: boolean
  /** Uses the table of this length for every sequence; else each call's own. */
  readonly frozenLength?: number
}

/**
 * LongRoPE (Ding et al. 2024, arXiv 2402.13753): default frequencies divided, pair by pair, by
 * `longFactor` when a sequence is longer than `originalMaxPositionEmbeddings`, else by `shortFactor`.
 */
export interface LongRopeSchedule {
  readonly type: 'longrope'
  readonly base: number
  /** One divisor per pair, for sequences of at most `originalMaxPositionEmbeddings` tokens. */
  readonly shortFactor: readonly number[]
  /** One divisor per pair, for longer ones. */
  readonly longFactor: readonly number[]
  readonly originalMaxPositionEmbeddings: number
  /** s; A is sqrt(1 + ln s / ln L0) for s above 1. 1 when absent. Often max / original length. */
  readonly factor?: number
  /** A, stated; else it follows from `factor`. */
  readonly attentionFactor?: number
  /** A of the short table (Phi-3.5-MoE); wins over all else. */
  readonly shortMscale?: number
  /** A of the long table. */
  readonly longMscale?: number
  /** Uses the table of this length for every sequence (llama.cpp, vLLM); else each call's own. */
  readonly frozenLength?: number
}

/**
 * xPos (Sun et al. 2022, arXiv 2212.10554): default frequencies, and a magnitude that decays with
 * the distance of q and k: one rope for each of the two. The centre is fixed, so that q and cached
 * k of any call agree.
 */
export interface XposSchedule {
  readonly type: 'xpos'
  readonly base: number
  /** Which of the two it is for: q decays with its position, k grows by as much (`xposRopes`). */
  readonly tensor: 'q' | 'k'
  /** Positions per power of zeta; 512 when absent. */
  readonly scaleBase?: number
  /** Where the factor is 1; 0 when absent. Only the reach of float32 depends on it. */
  readonly centre?: number
}

/**
 * FoPE, Fourier position embedding (Hua et al. 2024, arXiv 2412.17739): default frequencies that
 * turn at least once within the context, their cos and sin mixed by learned matrices. Matrices that
 * differ between heads are one rope per head, each on its own view (`headView`).
 */
export interface FopeSchedule {
  readonly type: 'fope'
  readonly base: number
  /** inputs x outputs: a row per kept frequency. All rows equally long, at most one per pair. */
  readonly cosCoefficients: readonly (readonly number[])[]
  readonly sinCoefficients: readonly (readonly number[])[]
  /** sin of the pairs beyond the outputs: 0 leaves them alone, 1 is what published code does. */
  readonly restSin: 0 | 1
}

/** Pixel frequencies: `pi * linspace(1, maxFrequency / 2, d/2)`, for positions from -1 to 1. */
export interface PixelSchedule {
  readonly type: 'pixel'
  /** Twice the highest frequency, in half turns; 10 is usual. */
  readonly maxFrequency: number
}

/** One family of powers of an axial schedule: `multiplier * base^(-exponent / dim)`. */
export interface FrequencyFamily {
  readonly base: number
  /** What the exponents divide by. */
  readonly dim: number
  /** 1 when absent; 2 pi in DINOv3; 0 for pairs that stand still. */
  readonly multiplier?: number
}

/**
 * Frequencies that begin anew on each axis, as in vision and video models: pair i has
 * `family.multiplier * family.base^(-exponentOfPair[i] / family.dim)`. Made by the axes presets.
 */
export interface AxialSchedule {
  readonly type: 'axial'
  readonly families: readonly FrequencyFamily[]
  /** Index of each pair's family. */
  readonly familyOfPair: readonly number[]
  /** Whole number; `2j` for the j-th frequency of a family with `dim` channels. */
  readonly exponentOfPair: readonly number[]
}

/** Proportional RoPE (Gemma 4): the first share of the pairs turns, the others stand still. */
export interface ProportionalSchedule {
  readonly type: 'proportional'
  readonly base: number
  /** Share of the pairs that turn, above 0 and at most 1. */
  readonly partialRotaryFactor: number
  /** Divides every frequency; 1 when absent. */
  readonly factor?: number
  /** As in `DefaultSchedule`. */
  readonly exponentDim?: number
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
  | DynamicSchedule
  | NtkFixedSchedule
  | NtkMixedSchedule
  | NtkByPartsSchedule
  | DynamicYarnSchedule
  | LongRopeSchedule
  | XposSchedule
  | FopeSchedule
  | PixelSchedule
  | AxialSchedule

/** One schedule: how to check its options and how to compute its frequencies. */
export interface Schedule<Options extends ScheduleOptions = ScheduleOptions> {
  readonly type: Options['type']
  /** Checks and copies the options into a plain frozen object; throws INVALID_OPTION. */
  validate(options: Readonly<Record<string, unknown>>, pairs: number): Options
  /**
   * The frequencies of a window of `pairs` pairs for a sequence of `length` tokens; without a
   * length, those of a sequence short enough to need no scaling by length.
   */
  frequencies(options: Options, pairs: number, length?: number): Frequencies
  /** Which table a sequence of `length` tokens uses; absent for schedules that ask for no length. */
  regime?(options: Options, length: number): Regime
  /** True where rows depend on the position by more than its angle, so that it must be one number. */
  readonly isSingleAxis?: true
}
