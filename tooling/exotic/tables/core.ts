/**
 * Valid arguments of every function of `@rope/core` and its subpaths, and of the methods that come
 * out of them. THE place for a new function: without an entry here the test fails.
 */
import {
  type CachePlace,
  computeFrequencies,
  createRope,
  type LengthOptions,
  type Positions,
  type RopeConfig,
  RopeError,
  type RopeOptions,
  type RotateInput,
  resolveConfig,
  sectionAxes,
  type Tensor,
} from '@rope/core'
import {
  createRotationBuilder,
  createRotationTables,
  type PositionTable,
  readPositions,
} from '@rope/core/backend'
import { quantiseQ8 } from '@rope/core/kv-cache'
import { toMlx } from '@rope/core/mlx'
import { toOnnx } from '@rope/core/onnx'
import { shardOf } from '@rope/core/parallel'
import { type RopeIndexInput, reRopeMap, ropeIndex, selfExtendMap } from '@rope/core/positions'
import * as safetensors from '@rope/core/safetensors'
import { createJsBackend } from '@rope/js'
import type { Call, MakeArguments } from '../walk.js'

const options = { headDim: 8, pairing: 'half', schedule: { type: 'default', base: 10000 } } as const
const mrope = { ...options, axes: sectionAxes([2, 1, 1]) }
const dynamic = {
  ...options,
  schedule: { type: 'dynamic', base: 10000, factor: 2, maxPositionEmbeddings: 16 },
} as const
const config = (): RopeConfig => resolveConfig(options)
const plain = (): RopeConfig => structuredClone(config())
const tensor = (tokens = 2) => ({
  data: new Float32Array(tokens * 8).fill(1),
  shape: [1, tokens, 1, 8],
  layout: 'bshd' as const,
})
const tensors = () => ({ q: tensor(), k: tensor(), out: { q: tensor(), k: tensor() } })
const rope = (given: RopeOptions = options) =>
  createRope(given, { backend: createJsBackend(), layout: 'bshd' })
const head = { headDim: 48, base: 10000 }
const profiles = () => [{ name: 'default', config: plain(), layers: null }]
const llama = {
  ...{ model_type: 'llama', hidden_size: 64, num_attention_heads: 8, head_dim: 8 },
  ...{ max_position_embeddings: 512, rope_theta: 10000 },
  rope_scaling: { rope_type: 'linear', factor: 2 },
}
const gguf = () => ({
  metadata: {
    'general.architecture': 'llama',
    'llama.attention.key_length': 8,
    'llama.rope.freq_base': 10000,
    'llama.block_count': 2,
  },
  tensors: { 'rope_freqs.weight': Float32Array.of(1, 1, 2, 4) },
})
const shard = () => shardOf({ sharding: 'striped', ranks: 2, rank: 1, tokens: 4 })
const weights = () => new Float32Array(3 * 8 * 2).map((_, i) => Math.sin(i))
const index = () => ({
  ...{ model: 'qwen2.5-vl', inputIds: [1, 7, 7, 3], batch: 1, attentionMask: [1, 1, 1, 1] },
  ...{ imageGrids: [[1, 2, 4]], videoGrids: [], secondsPerGrid: [1], tokensPerSecond: 2 },
  ...{ mergeSize: 2, imageToken: 7, videoToken: 8, revision: 4, padding: 1 },
})
const q8 = () => ({ data: quantiseQ8(new Float32Array(64).fill(1)), tokens: 2, heads: 4 })
const mlx = () => toMlx(config())
const onnx = () => {
  const { cosCache, sinCache } = toOnnx(config(), { length: 4 })
  return { cosCache, sinCache, headDim: 8, pairing: 'half', rotaryDim: 8 }
}
const rotation = () => {
  const builder = createRotationBuilder(config(), computeFrequencies(config()))
  return {
    builder,
    row: builder.build({ rows: 1, batchStride: 0, axes: [Float64Array.of(3)] }, 'float32'),
  }
}
const file = () => safetensors.writeSafetensors(stored())
const stored = () => [
  { name: 'q', dtype: 'F32' as const, shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
]

/** Every function behind the doors of core, safetensors aside; a name stands behind one of them. */
export const CORE: Readonly<Record<string, MakeArguments>> = {
  allocationBytes: () => ['float32', 4],
  RopeError: () => ['INVALID_OPTION', 'a message', { field: 'x' }],
  augmentCoordinates: () => [
    [Float64Array.of(1, 2)],
    { shift: 1, jitter: 2, rescale: 2 },
    () => 0.5,
  ],
  axialRope: () => [
    [16, 56, 56],
    { headDim: 128, base: 10000, pairing: 'half', baseFactors: [1, 2, 3] },
  ],
  axisCount: () => [{ kind: 'one-hot', count: 2, axisOfPair: [0, 1] }],
  bytesPerElement: () => ['float32'],
  centredCoordinates: () => [4],
  cogVideoXRope: () => [head],
  computeFrequencies: () => [plain(), 16],
  cosmosRope: () => [{ headDim: 48, scales: [1, 2, 2] }],
  countedCoordinates: () => [4, 1],
  createRope: () => [options, { backend: createJsBackend(), layout: 'bshd' }],
  createRotationBuilder: () => [plain(), computeFrequencies(config())],
  createRotationTables: () => [plain()],
  decodeBFloat16: () => [16256],
  decodeFloat16: () => [15360],
  denseRope: () => [
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { headDim: 8, pairing: 'half' },
  ],
  denseRopesByHead: () => [
    [
      [
        [1, 2],
        [3, 4],
      ],
    ],
    { headDim: 8, pairing: 'half' },
  ],
  dependsOnLength: () => [{ type: 'default', base: 10000 }],
  dequantiseQ8: () => [q8().data],
  dinov3Rope: () => [head],
  dualChunkPosition: () => [7, { chunkSize: 8, localSize: 2 }],
  elementsOf: () => [Float32Array.of(1), 'data'],
  encodeBFloat16: () => [1],
  encodeFloat16: () => [1],
  ernieAxes: () => [[2, 2, 1]],
  expandPositions: () => [readPositions([1, 2], 1), 1, 2, 1, 1],
  fluxRope: () => [[16, 56, 56], 10000],
  fopeInputs: () => [10000, 4, 100],
  fromFloat32Array: () => [Float32Array.of(1, 2), 'float16'],
  fromGguf: () => [gguf(), { pairing: 'half', profile: 'default' }],
  fromHuggingFace: () => [llama, { pairing: 'half', profile: 'default' }],
  fromMlx: () => [mlx(), 8],
  fromOnnx: () => [onnx()],
  gemma4VisionRopes: () => [head],
  ggmlInterleavedAxes: () => [[2, 1, 1, 0]],
  ggufProfiles: () => [gguf(), { pairing: 'half' }],
  ggufRopeKind: () => ['llama', false],
  gridPositions: () => [
    [Float64Array.of(0, 1), Float64Array.of(0, 1)],
    { merge: 2, columnsFirst: true, leading: 1, trailing: 1, repeat: 1 },
  ],
  headView: () => [{ ...tensor(), offset: 0 }, 0],
  huggingFaceProfiles: () => [llama, { pairing: 'half' }],
  languageModel: () => [llama],
  parseConfigJson: () => ['{"model_type":"llama","x":Infinity}'],
  interleavedAxes: () => [[2, 1, 1]],
  isDType: () => ['float32'],
  kimiVisionRope: () => [head],
  llama4Temperature: () => [7, { attnScale: 0.1, floorScale: 8 }],
  llama4VisionRope: () => [head],
  loftrRope: () => [head],
  logNScale: () => [7, 8],
  ltx2Rope: () => [{ headDim: 48, axes: 3, base: 10000, pairing: 'half' }],
  makeMemoryPlan: () => [
    plain(),
    {
      q: {
        memory: { buffer: {}, byteOffset: 0, BYTES_PER_ELEMENT: 4, length: 16 },
        ...{ shape: [1, 2, 1, 8], layout: 'bshd', dtype: 'float32', offset: 0 },
      },
    },
    'bshd',
  ],
  makePlan: () => [plain(), tensors(), 'bshd'],
  mapPositions: () => [[1, 2], (position: number) => position],
  minimaxVisionRope: () => [head],
  ministralTemperature: () => [7, { beta: 0.1, originalMaxPositionEmbeddings: 8 }],
  museVisionRope: () => [head],
  musicFlamingoPositions: () => [[0, 1, 2, 3], 2, 100],
  musicFlamingoRope: () => [{ width: 16, dim: 4, base: 100 }],
  narrowToBFloat16: () => [1065353216],
  narrowToFloat16: () => [1065353216],
  normalisedCoordinates: () => [4, 8],
  onnxInputs: () => ['ai.onnx', { input: 1, position_ids: 2, cos_cache: 3, sin_cache: 4 }],
  partialRotary: () => [{ rule: 'leading', share: 0.5 }, 64],
  permutePairing: () => [
    new Float32Array(32),
    { from: 'half', to: 'interleaved', heads: 2, headDim: 8, rotaryDim: 8, windowOffset: 0 },
  ],
  pixelRope: () => [{ headDim: 16, axes: 2, maxFrequency: 10 }],
  pixtralVisionRope: () => [head],
  positionsFromMask: () => [[0, 1, 1], { batch: 1, padding: 1 }],
  putShard: () => [
    { data: new Float32Array(8), tokens: 4, width: 2 },
    shard(),
    Float32Array.of(1, 2, 3, 4),
  ],
  quantiseQ8: () => [new Float32Array(32).fill(1)],
  qwen2VisionRope: () => [head],
  reRopeMap: () => [{ window: 8, leak: 0.5 }],
  readPositions: () => [{ sequenceLengths: [2, 3], offsets: [0, 1], paddedLengths: [4, 4] }, 1],
  regimeFor: () => [resolveConfig(dynamic), 20],
  resolveConfig: () => [{ ...mrope, rotaryDim: 8, windowOffset: 0, angles: 'exact' }],
  resolvePairing: () => ['half', 4],
  ropeIndex: () => [index()],
  rotationGradients: () => [
    plain(),
    { output: tensor(), gradient: tensor(), positions: [1, 2], length: 4, layout: 'bshd' },
  ],
  sam2Rope: () => [head],
  sectionAxes: () => [[2, 1, 1]],
  selfExtendMap: () => [{ group: 2, window: 8 }],
  sequencePositions: () => [
    [
      { kind: 'text', tokens: 2 },
      { kind: 'vision', rows: 2, columns: 2, frames: [0, 1], advance: 'space' },
    ],
    0,
  ],
  shardOf: () => [{ sharding: 'zig-zag', ranks: 2, rank: 0, tokens: [8, 4] }],
  shardPositions: () => [{ offsets: [3] }, shard(), { tokens: 4, batch: 1, axes: 1 }],
  shiftQ8: () => [rope(), q8(), [1, 2], { length: 4 }],
  spreadCoordinates: () => [4, 0, 2],
  takeShard: () => [{ data: new Float32Array(8), tokens: 4, width: 2 }, shard()],
  timedCoordinates: () => [4, 24, 2],
  toFloat32Array: () => [Uint16Array.of(15360), 'float16'],
  toGguf: () => [profiles(), { architecture: 'llama', maxPositionEmbeddings: 512 }],
  toHuggingFace: () => [
    profiles(),
    { version: 'v5', modelType: 'llama', maxPositionEmbeddings: 512 },
  ],
  toMlx: () => [plain(), 16],
  toOnnx: () => [plain(), { length: 4, sequenceLength: 4 }],
  verifyPairing: () => [
    weights(),
    [weights()],
    { headDim: 8, columns: 2, rotaryDim: 8, windowOffset: 0 },
  ],
  wanRope: () => [head],
  xposRopes: () => [{ headDim: 8, pairing: 'half', base: 10000, scaleBase: 64, centre: 3 }],
  widenFloat16: () => [15360],
  writeGgufFile: () => [
    { 'general.architecture': 'llama', 'llama.x': [1, 2] },
    { a: Float32Array.of(1) },
  ],
}

/** Every function of `@rope/core/safetensors`. */
export const SAFETENSORS: Readonly<Record<string, MakeArguments>> = {
  elementTypeOf: () => ['F32'],
  parseSafetensors: () => [file(), { source: 'a file' }],
  replaceTensors: () => [safetensors.parseSafetensors(file()), { q: Float32Array.of(1, 2, 3, 4) }],
  tensorBytes: () => [safetensors.parseSafetensors(file()), 'q'],
  tensorData: () => [safetensors.parseSafetensors(file()), 'q'],
  writeSafetensors: () => [stored(), { metadata: new Map([['a', 'b']]) }],
}

/** The methods of what these functions give. */
export const METHODS: Readonly<Record<string, Call>> = {
  'Rope.rotate': {
    run: (input) => rope().rotate(input as RotateInput),
    valid: () => [{ ...tensors(), positions: { offsets: [3] }, length: 8, inverse: true }],
  },
  'Rope.rotate, at a number': {
    run: (input) => rope().rotate(input as RotateInput),
    valid: () => [{ q: tensor(), positions: 3 }],
  },
  'Rope.rotateAsync': {
    run: (input) => rope().rotateAsync(input as RotateInput),
    valid: () => [{ ...tensors(), positions: { sequenceLengths: [2] } }],
  },
  'Rope.rotate of a length': {
    run: (input) => rope(dynamic).rotate(input as RotateInput),
    valid: () => [
      { q: { ...tensor(), strides: [16, 8, 8, 1], offset: 0 }, positions: [1, 2], length: 20 },
    ],
  },
  'Rope.at': {
    run: (positions, given) =>
      rope(mrope)
        .at(positions as Positions, given as LengthOptions)
        .rotate({ q: tensor() }),
    valid: () => [{ axes: [0, [1, 2], { offsets: [3] }] }, { length: 8 }],
  },
  'RopeStep.rotate': {
    run: (given) =>
      rope()
        .at(3)
        .rotate(given as object),
    valid: () => [tensors()],
  },
  'RopeStep.rotateAsync': {
    run: (given) =>
      rope()
        .at(3)
        .rotateAsync(given as object),
    valid: () => [tensors()],
  },
  'Rope.bind': {
    run: (given, length) =>
      rope()
        .bind(given as object, length as LengthOptions)
        .rotate(3),
    valid: () => [tensors(), { length: 8 }],
  },
  'BoundRope.rotate': {
    run: (position) =>
      rope()
        .bind({ q: tensor() })
        .rotate(position as number),
    valid: () => [3],
  },
  'Rope.shift': {
    run: (k, delta, length) =>
      rope(dynamic).shift(k as Tensor, delta as Positions, length as LengthOptions),
    valid: () => [tensor(), [1, 2], { length: 8 }],
  },
  'Rope.rerope': {
    run: (k, from, to) => rope().rerope(k as Tensor, from as CachePlace, to as CachePlace),
    valid: () => [
      tensor(),
      { positions: 3, length: 8 },
      { positions: [4, 5], length: 9, schedule: { type: 'linear', base: 10000, factor: 2 } },
    ],
  },
  'Rope.regimeFor': {
    run: (length) => rope(dynamic).regimeFor(length as number),
    valid: () => [20],
  },
  'RopeError.isInstance': { run: (value) => RopeError.isInstance(value), valid: () => [{}] },
  'RopeIndex.next': {
    run: (n) => ropeIndex(index() as unknown as RopeIndexInput).next(n as number),
    valid: () => [1],
  },
  'RopeIndex.rewind': {
    run: (n) => ropeIndex(index() as unknown as RopeIndexInput).rewind(n as number),
    valid: () => [0],
  },
  'TwoRangeMap.distance': {
    run: (query, key) =>
      selfExtendMap({ group: 2, window: 4 }).distance(query as number, key as number),
    valid: () => [9, 3],
  },
  'TwoRangeMap.farQuery': {
    run: (query) => reRopeMap({ window: 4 }).farQuery(query as number),
    valid: () => [9],
  },
  'TwoRangeMap.farKey': {
    run: (key) => reRopeMap({ window: 4 }).farKey(key as number),
    valid: () => [9],
  },
  'RotationBuilder.build': {
    run: (table, precision, unit) =>
      rotation().builder.build(table as PositionTable, precision as 'float32', unit as boolean),
    valid: () => [{ rows: 1, batchStride: 0, axes: [Float64Array.of(1)] }, 'float32', false],
  },
  'RotationTables.builder': {
    run: (length) => createRotationTables(config()).builder(length as number),
    valid: () => [8],
  },
  'RotationTables.attentionFactor': {
    run: (length) => createRotationTables(resolveConfig(dynamic)).attentionFactor(length as number),
    valid: () => [8],
  },
}
