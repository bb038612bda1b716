/**
 * Small vectors that other projects publish in their own tests: their numbers, digit for digit,
 * with where they stand. How far we may be from them follows from how they were made and printed.
 */
import type { RopeOptions } from '../../config/config.js'
import type { Layout } from '../../plan/tensor.js'
import type { Positions } from '../../positions/forms.js'

/** One published vector. */
export interface PublishedVector {
  readonly name: string
  /** Project, file, revision and test. */
  readonly source: string
  readonly options: RopeOptions
  readonly layout: Layout
  readonly shape: readonly number[]
  readonly input: readonly number[]
  readonly positions: Positions
  readonly expected: readonly number[]
  /**
   * How the publisher computed: `float32` with PyTorch, JAX or Keras, angles included; or with a
   * `table` of cos and sin that is itself printed with four decimals.
   */
  readonly made: 'float32' | 'table'
  /** Half a unit of the last digit printed. */
  readonly printed: number
  /** The largest angle involved, in radians. */
  readonly largestAngle: number
}

function ones(length: number): readonly number[] {
  return Array<number>(length).fill(1)
}

function defaultOptions(headDim: number, base: number): RopeOptions {
  return { headDim, pairing: 'half', schedule: { type: 'default', base } }
}

const GEMMA = 'google-deepmind/gemma, gm/math/_positional_embeddings_test.py, 1ca4fc7d'
const KERAS = 'keras-team/keras-hub, layers/modeling/rotary_embedding_test.py, 0e1444fd'
const ORT = 'microsoft/onnxruntime, test/contrib_ops/rotary_embedding_op_test.cc, 03362fdf'

const gemma: PublishedVector = {
  name: 'gemma/rope_positional_embeddings',
  source: `${GEMMA}, test_rope_positional_embeddings`,
  options: defaultOptions(4, 100),
  layout: 'bshd',
  shape: [2, 1, 2, 4],
  input: ones(16),
  positions: [1, 0],
  expected: [
    -0.30116868,
    0.89517075,
    1.3817732,
    1.0948375,
    -0.30116868,
    0.89517075,
    1.3817732,
    1.0948375,
    ...ones(8),
  ],
  made: 'float32',
  printed: 0.5e-7,
  largestAngle: 1,
}

/** The same with proportion 1/2: the second pair has frequency zero. */
const gemmaProportional: PublishedVector = {
  ...gemma,
  name: 'gemma/rope_proportion',
  source: 'google-deepmind/gemma, tests of apply_rope, rope_proportion 0.5',
  options: {
    headDim: 4,
    pairing: 'half',
    schedule: { type: 'custom', inverseFrequencies: [1, 0] },
  },
  expected: [-0.30116868, 1, 1.3817732, 1, -0.30116868, 1, 1.3817732, 1, ...ones(8)],
}

const keras: PublishedVector = {
  name: 'keras-hub/output_correct_values',
  source: `${KERAS}, test_output_correct_values`,
  options: defaultOptions(6, 10000),
  layout: 'bshd',
  shape: [1, 2, 1, 6],
  input: ones(12),
  positions: [0, 3],
  expected: [...ones(6), -1.1311, 0.8515, 0.9935, -0.8489, 1.1291, 1.0064],
  made: 'float32',
  printed: 0.5e-4,
  largestAngle: 3,
}

const kerasScaled: PublishedVector = {
  name: 'keras-hub/rope_scaling',
  source: `${KERAS}, test_rope_scaling (values of Hugging Face's linear scaling)`,
  options: { headDim: 4, pairing: 'half', schedule: { type: 'linear', base: 10000, factor: 2 } },
  layout: 'bshd',
  shape: [1, 3, 2, 4],
  input: ones(24),
  positions: 0,
  expected: [
    ...ones(8),
    0.398157001,
    0.994987488,
    1.3570081,
    1.004987478,
    0.398157001,
    0.994987488,
    1.3570081,
    1.004987478,
    -0.301168621,
    0.98995018,
    1.381773233,
    1.009949803,
    -0.301168621,
    0.98995018,
    1.381773233,
    1.009949803,
  ],
  made: 'float32',
  printed: 0.5e-9,
  largestAngle: 1,
}

const kerasCached: PublishedVector = {
  name: 'keras-hub/rope_scaling_with_kv_cache',
  source: `${KERAS}, test_rope_scaling_with_kv_cache (values of Hugging Face's linear scaling)`,
  options: { headDim: 4, pairing: 'half', schedule: { type: 'linear', base: 10000, factor: 5 } },
  layout: 'bshd',
  shape: [1, 1, 2, 4],
  input: ones(8),
  positions: 12,
  expected: [
    -1.412856817, 0.975714266, -0.061930716, 1.023709655, -1.412856817, 0.975714266, -0.061930716,
    1.023709655,
  ],
  made: 'float32',
  printed: 0.5e-9,
  largestAngle: 2.4,
}

const ortInterleaved: PublishedVector = {
  name: 'onnxruntime/interleaved_small',
  source: `${ORT}, RotaryEmbedding_Interleaved_SmallData_LlamaMSFT`,
  options: { headDim: 4, pairing: 'interleaved', schedule: { type: 'default', base: 10000 } },
  layout: 'flat',
  shape: [1, 3, 8],
  input: [
    -1.0408, 0.9166, -1.3042, -1.1097, -0.132, -0.2751, -0.235, 0.0937, -1.2188, 1.1676, -1.0574,
    -0.1188, -0.7396, -1.2425, -0.1752, 0.699, -0.811, 0.6737, -1.1233, -0.0919, -0.6861, 0.7202,
    0.1963, 0.6142,
  ],
  positions: 0,
  expected: [
    -1.0408, 0.9166, -1.3042, -1.1097, -0.132, -0.2751, -0.235, 0.0937, -1.6411, -0.3948, -1.0561,
    -0.1294, 0.646, -1.2937, -0.1822, 0.6972, -0.2751, -1.0178, -1.1212, -0.1143, -0.3694, -0.9235,
    0.184, 0.618,
  ],
  made: 'table',
  printed: 0.5e-4,
  largestAngle: 2,
}

const ortHalf: PublishedVector = {
  name: 'onnxruntime/not_interleaved_small',
  source: `${ORT}, RotaryEmbedding_NotInterleaved_SmallData_LlamaMSFT`,
  options: defaultOptions(6, 10000),
  layout: 'flat',
  shape: [1, 2, 18],
  input: [
    -1.0408, 0.9166, -1.3042, -1.1097, -1.2188, 1.1676, 1.0076, -0.7529, -0.225, -0.4327, -1.5071,
    -0.4586, -0.8663, -0.2656, 0.1665, 0.7911, -0.932, -0.8579, -1.0574, -0.1188, -0.9078, 0.3452,
    -0.5713, -0.2351, -0.848, 0.5266, -1.2944, -0.0243, -0.2354, -0.7087, -0.9647, -0.0991, -0.2994,
    -0.065, -1.572, -1.3211,
  ],
  positions: [0, 1],
  expected: [
    -1.0408, 0.9166, -1.3042, -1.1097, -1.2188, 1.1676, 1.0076, -0.7529, -0.225, -0.4327, -1.5071,
    -0.4586, -0.8663, -0.2656, 0.1665, 0.7911, -0.932, -0.8579, -0.8618, -0.0922, -0.9073, -0.7032,
    -0.5762, -0.2371, -0.4377, 0.537, -1.2929, -0.7267, -0.2107, -0.7115, -0.4666, -0.0261, -0.2965,
    -0.8469, -1.5749, -1.3217,
  ],
  made: 'table',
  printed: 0.5e-4,
  largestAngle: 1,
}

/** Its tables say cos 1, 0.5403 at position 1: frequencies 0 and 1, four channels of six. */
const ortPartial: PublishedVector = {
  name: 'onnxruntime/custom_rotary_dim_small',
  source: `${ORT}, RotaryEmbedding_CustomRotaryDim_SmallData_Phi`,
  options: {
    headDim: 6,
    rotaryDim: 4,
    pairing: 'half',
    schedule: { type: 'custom', inverseFrequencies: [0, 1] },
  },
  layout: 'flat',
  shape: [1, 2, 6],
  input: [
    -1.0408, 0.9166, -1.3042, -1.1097, -1.2188, 1.1676, 1.0076, -0.7529, -0.225, -0.4327, -1.5071,
    -0.4586,
  ],
  positions: [0, 1],
  expected: [
    -1.0408, 0.9166, -1.3042, -1.1097, -1.2188, 1.1676, 1.0076, -0.0427, -0.225, -0.8673, -1.5071,
    -0.4586,
  ],
  made: 'table',
  printed: 0.5e-4,
  largestAngle: 1,
}

/** Three sequences packed into one row of tokens: the second restarts at 0. */
const ortPacked: PublishedVector = {
  ...ortPartial,
  name: 'onnxruntime/custom_rotary_dim_packed',
  source: `${ORT}, RotaryEmbedding_CustomRotaryDim_SmallData_Phi_Packed_Batching`,
  layout: 'thd',
  shape: [3, 1, 6],
  input: [...ortPartial.input.slice(0, 6), ...ortPartial.input],
  positions: { sequenceLengths: [1, 2] },
  expected: [...ortPartial.expected.slice(0, 6), ...ortPartial.expected],
}

/** Every published vector. */
export const PUBLISHED: readonly PublishedVector[] = [
  gemma,
  gemmaProportional,
  keras,
  kerasScaled,
  kerasCached,
  ortInterleaved,
  ortHalf,
  ortPartial,
  ortPacked,
]

/**
 * The toy of interleaved M-RoPE in vLLM (rotary_embedding/mrope.py, apply_interleaved_rope): the
 * table x[axis][token][pair] = 0 ... 29 in order, sections [3, 1, 1] of 3 axes, and what is picked.
 */
export const MROPE_TOY: {
  readonly axisOfPair: readonly number[]
  readonly tokens: number
  readonly picked: readonly (readonly number[])[]
} = {
  axisOfPair: [0, 1, 2, 0, 0],
  tokens: 2,
  picked: [
    [0, 11, 22, 3, 4],
    [5, 16, 27, 8, 9],
  ],
}
