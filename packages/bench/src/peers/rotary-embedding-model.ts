/**
 * An ONNX model with one node: RotaryEmbedding of the com.microsoft domain, its tables inside as
 * initializers, as exporters of real models put them there.
 * Field numbers: onnx.proto of https://github.com/onnx/onnx; the operator: ContribOperators.md of
 * https://github.com/microsoft/onnxruntime.
 */
import type { PairingName } from '@rope/core'
import { bytesField, join, messageField, numberField, type Piece, textField } from './protobuf.js'

/** What the node has to know. */
export interface RotaryEmbeddingOptions {
  /** Shape of the input: [batch, tokens, heads * headDim] or [batch, heads, tokens, headDim]. */
  readonly shape: readonly number[]
  readonly heads: number
  readonly headDim: number
  readonly rotaryDim: number
  readonly pairing: PairingName
  /** cos and sin, [rows, rotaryDim / 2]. */
  readonly cos: Float32Array
  readonly sin: Float32Array
  readonly rows: number
}

const IR_VERSION = 8
const OPSET = 17
const FLOAT = 1
const INT64 = 7
const ATTRIBUTE_INT = 2

/** Inputs `x` (float32) and `positions` (int64, [1]: the first token's), output `y`. */
export function rotaryEmbeddingModel(options: RotaryEmbeddingOptions): Uint8Array {
  return join([
    numberField(1, IR_VERSION),
    messageField(7, graph(options)),
    messageField(8, [textField(1, ''), numberField(2, OPSET)]),
    messageField(8, [textField(1, 'com.microsoft'), numberField(2, 1)]),
  ])
}

function graph(options: RotaryEmbeddingOptions): readonly Piece[] {
  const { shape, rows, rotaryDim, cos, sin } = options
  const tableShape = [rows, rotaryDim / 2]
  return [
    messageField(1, node(options)),
    textField(2, 'rope'),
    messageField(5, initializer('cos', tableShape, cos)),
    messageField(5, initializer('sin', tableShape, sin)),
    messageField(11, valueInfo('x', FLOAT, shape)),
    messageField(11, valueInfo('positions', INT64, [1])),
    messageField(12, valueInfo('y', FLOAT, shape)),
  ]
}

function node({ heads, headDim, rotaryDim, pairing }: RotaryEmbeddingOptions): readonly Piece[] {
  const isPartial = rotaryDim < headDim
  return [
    ...['x', 'positions', 'cos', 'sin'].map((name) => textField(1, name)),
    textField(2, 'y'),
    textField(3, 'rotary'),
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
