/**
 * The weights of a Llama model out of a safetensors file, each checked against the config, and
 * their permutation from one pairing to the other.
 */

import { type PairingName, RopeError } from '@rope/core'
import { type Elements, toFloat32Array } from '@rope/core/backend'
import { elementTypeOf, type Safetensors, tensorData } from '@rope/core/safetensors'
import { permutePairing } from '@rope/core/weights'
import type { Matrix } from './matrix.js'
import type { ModelConfig } from './model-config.js'

/** The weights of one layer; every matrix maps its columns to its rows. */
export interface LayerWeights {
  readonly attentionNorm: Float32Array
  readonly query: Matrix
  readonly key: Matrix
  readonly value: Matrix
  readonly output: Matrix
  readonly feedForwardNorm: Float32Array
  readonly gate: Matrix
  readonly up: Matrix
  readonly down: Matrix
}

/** All weights of a model. */
export interface Weights {
  /** One row per token; also the output matrix (tied embeddings). */
  readonly embedding: Matrix
  readonly layers: readonly LayerWeights[]
  readonly finalNorm: Float32Array
}

/**
 * Reads the weights under their Hugging Face names.
 *
 * @throws RopeError INVALID_FILE for a tensor that is missing, not a float, or of another shape
 */
export function readWeights(file: Safetensors, config: ModelConfig): Weights {
  const { hiddenSize, vocabularySize } = config
  return {
    embedding: readMatrix(file, 'model.embed_tokens.weight', vocabularySize, hiddenSize),
    layers: readLayers(file, config),
    finalNorm: readVector(file, 'model.norm.weight', hiddenSize),
  }
}

/**
 * The same weights for a model that rotates in another pairing: the rows of each query and key
 * head are reordered, so that the channels of a pair are where that pairing expects them. Scores
 * are sums over channels, so their order changes nothing.
 */
export function permuteWeights(
  weights: Weights,
  config: ModelConfig,
  from: PairingName,
  to: PairingName,
): Weights {
  const permute = (matrix: Matrix, heads: number): Matrix => {
    const data = permutePairing(matrix.data, { from, to, heads, headDim: config.headDim })
    return { ...matrix, data }
  }
  const layers = weights.layers.map((layer) => ({
    ...layer,
    query: permute(layer.query, config.queryHeads),
    key: permute(layer.key, config.keyHeads),
  }))
  return { ...weights, layers }
}

/** How many numbers the weights hold. */
export function countParameters(file: Safetensors): number {
  let count = 0
  for (const { shape } of file.tensors.values()) count += shape.reduce((a, b) => a * b, 1)
  return count
}

/** A loop, since a list of as many layers as a damaged config asks for may not fit in memory. */
function readLayers(file: Safetensors, config: ModelConfig): readonly LayerWeights[] {
  const layers: LayerWeights[] = []
  for (let index = 0; index < config.layers; index += 1) layers.push(readLayer(file, config, index))
  return layers
}

function readLayer(file: Safetensors, config: ModelConfig, index: number): LayerWeights {
  const { hiddenSize, intermediateSize } = config
  const queries = config.queryHeads * config.headDim
  const keys = config.keyHeads * config.headDim
  const vector = (name: string): Float32Array =>
    readVector(file, `model.layers.${index}.${name}.weight`, hiddenSize)
  const matrix = (name: string, rows: number, columns: number): Matrix =>
    readMatrix(file, `model.layers.${index}.${name}.weight`, rows, columns)
  return {
    attentionNorm: vector('input_layernorm'),
    query: matrix('self_attn.q_proj', queries, hiddenSize),
    key: matrix('self_attn.k_proj', keys, hiddenSize),
    value: matrix('self_attn.v_proj', keys, hiddenSize),
    output: matrix('self_attn.o_proj', hiddenSize, queries),
    feedForwardNorm: vector('post_attention_layernorm'),
    gate: matrix('mlp.gate_proj', intermediateSize, hiddenSize),
    up: matrix('mlp.up_proj', intermediateSize, hiddenSize),
    down: matrix('mlp.down_proj', hiddenSize, intermediateSize),
  }
}

function readMatrix(file: Safetensors, name: string, rows: number, columns: number): Matrix {
  return { rows, columns, data: readFloats(file, name, [rows, columns]) }
}

function readVector(file: Safetensors, name: string, length: number): Float32Array {
  return readFloats(file, name, [length])
}

function readFloats(file: Safetensors, name: string, shape: readonly number[]): Float32Array {
  const data = tensorData(file, name)
  const tensor = file.tensors.get(name)
  const dtype = tensor === undefined ? null : elementTypeOf(tensor.dtype)
  if (dtype === null || tensor?.shape.join() !== shape.join()) {
    throw new RopeError(
      'INVALID_FILE',
      `tensor ${name} is ${tensor?.dtype} [${tensor?.shape.join(', ')}]; config.json asks for floats of shape [${shape.join(', ')}]: use the files of one model`,
      { field: name },
    )
  }
  return toFloat32Array(data as Elements, dtype)
}
