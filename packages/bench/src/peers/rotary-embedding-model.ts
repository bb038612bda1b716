/**
 * An ONNX model of RotaryEmbedding nodes (com.microsoft domain), one as a rule, their tables inside
 * as initializers, as exporters of real models put them there.
 * Field numbers: onnx.proto of https://github.com/onnx/onnx; the operator: ContribOperators.md of
 * https://github.com/microsoft/onnxruntime.
 */
import type { PairingName } from '@rope/core'
import { bytesField, join, messageField, numberField, type Piece, textField } from './protobuf.js'

/** What every node of a model has to know. */
export interface RotaryEmbeddingNode {
  readonly headDim: number
  readonly rotaryDim: number
  readonly pairing: PairingName
  /** cos and sin, [rows, rotaryDim / 2]. */
  readonly cos: Float32Array
  readonly sin: Float32Array
  readonly rows: number
}

/** One tensor and the node that rotates it. */
export interface RotaryEmbeddingTensor {
  /** The graph's input and output. */
  readonly input: string
  readonly output: string
  /** Shape of both: [batch, tokens, heads * headDim] or [batch, heads, tokens, headDim]. */
  readonly shape: readonly number[]
  readonly heads: number
}

/** A model of one node. */
export type RotaryEmbeddingOptions = RotaryEmbeddingNode &
  Pick<RotaryEmbeddingTensor, 'shape' | 'heads'>

const IR_VERSION = 8
const OPSET = 17
const FLOAT = 1
const INT64 = 7
const ATTRIBUTE_INT = 2

/** Inputs `x` (float32) and `positions` (int64, [1]: the first token's), output `y`. */
export function rotaryEmbeddingModel(options: RotaryEmbeddingOptions): Uint8Array {
  const { shape, heads } = options
  return rotaryEmbeddingNodes([{ input: 'x', output: 'y', shape, heads }], options)
}

/** One node for each tensor, which share `positions` (int64, [1]: the first token's) and tables. */
export function rotaryEmbeddingNodes(
  tensors: readonly RotaryEmbeddingTensor[],
  options: RotaryEmbeddingNode,
): Uint8Array {
  return join([
    numberField(1, IR_VERSION),
    messageField(7, graph(tensors, options)),
    messageField(8, [textField(1, ''), numberField(2, OPSET)]),
    messageField(8, [textField(1, 'com.microsoft'), numberField(2, 1)]),
  ])
}

function graph(
  tensors: readonly RotaryEmbeddingTensor[],
  options: RotaryEmbeddingNode,
): readonly Piece[] {
  const { rows, rotaryDim, cos, sin } = options
  const tableShape = [rows, rotaryDim / 2]
  return [
    ...tensors.map((tensor) => messageField(1, node(tensor, options))),
    textField(2, 'rope'),
    messageField(5, initializer('cos', tableShape, cos)),
    messageField(5, initializer('sin', tableShape, sin)),
    ...tensors.map(({ input, shape }) => messageField(11, valueInfo(input, FLOAT, shape))),
    messageField(11, valueInfo('positions', INT64, [1])),
    ...tensors.map(({ output, shape }) => messageField(12, valueInfo(output, FLOAT, shape))),
  ]
}

function node(
  { input, output, heads }: RotaryEmbeddingTensor,
  { headDim, rotaryDim, pairing }: RotaryEmbeddingNode,
): readonly Piece[] {
  const isPartial = rotaryDim < headDim
  return [
    ...[input, 'positions', 'cos', 'sin'].map((name) => textField(1, name)),
    textField(2, output),
    textField(3, `rotary_${input}`),
    textField(4, 'RotaryEmbedding'),
    messageField(5, integer('interleaved', pairing === 'interleaved' ? 1 : 0)),
    // 0 tells the node to take the whole head; with a part of it, the number of heads is needed.
    messageField(5, integer('rotary_embedding_dim', isPartial ? rotaryDim : 0)),
    messageField(5, integer('num_heads', isPartial ? heads : 0)),
    textField(7, 'com.microsoft'),
  ]
}

function integer(name: string, value: number): readonly Piece[] {
  return [textField(1, name), numberField(3, value), numberField(20, ATTRIBUTE_INT)]
}

function initializer(
  name: string,
  shape: readonly number[],
  values: Float32Array,
): readonly Piece[] {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return [
    ...shape.map((size) => numberField(1, size)),
    numberField(2, FLOAT),
    textField(8, name),
    bytesField(9, bytes),
  ]
}

function valueInfo(name: string, type: number, shape: readonly number[]): readonly Piece[] {
  const dimensions = shape.map((size) => messageField(1, [numberField(1, size)]))
  const tensorType = [numberField(1, type), messageField(2, dimensions)]
  return [textField(1, name), messageField(2, [messageField(1, tensorType)])]
}
