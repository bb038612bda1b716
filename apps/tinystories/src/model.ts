/**
 * A Llama, one token at a time: embedding, then in each layer attention and feed-forward, then
 * the scores of every next token. Each q and k is rotated through the public API of @rope/core.
 */
import type { Rope, RopeStep, RotateTensors } from '@rope/core'
import {
  addScaled,
  dot,
  gateWithSilu,
  type Matrix,
  multiply,
  normalise,
  row,
  softmax,
} from './matrix.js'
import type { ModelConfig } from './model-config.js'
import type { LayerWeights, Weights } from './weights.js'

/** The keys and values of one layer, one row per position. */
interface Cache {
  readonly keys: Matrix
  readonly values: Matrix
}

/** A model with its memory of the tokens it has seen. */
export class Llama {
  /** Milliseconds spent in RoPE so far. */
  ropeTime = 0
  readonly #config: ModelConfig
  readonly #weights: Weights
  readonly #rope: Rope
  readonly #caches: readonly Cache[]
  readonly #state: Float32Array
  readonly #normed: Float32Array
  readonly #query: Float32Array
  readonly #key: Float32Array
  /** The query and the key of one token as the rope sees them. */
  readonly #tensors: RotateTensors
  readonly #attended: Float32Array
  readonly #gate: Float32Array
  readonly #up: Float32Array
  readonly #logits: Float32Array

  /** @param capacity the most tokens it can be given */
  constructor(config: ModelConfig, weights: Weights, rope: Rope, capacity: number) {
    const keyWidth = config.keyHeads * config.headDim
    this.#config = config
    this.#weights = weights
    this.#rope = rope
    this.#caches = weights.layers.map(() => ({
      keys: zeros(capacity, keyWidth),
      values: zeros(capacity, keyWidth),
    }))
    this.#state = new Float32Array(config.hiddenSize)
    this.#normed = new Float32Array(config.hiddenSize)
    this.#query = new Float32Array(config.queryHeads * config.headDim)
    this.#key = new Float32Array(keyWidth)
    this.#tensors = {
      q: { data: this.#query, shape: [1, 1, config.queryHeads, config.headDim], layout: 'bshd' },
      k: { data: this.#key, shape: [1, 1, config.keyHeads, config.headDim], layout: 'bshd' },
    }
    this.#attended = new Float32Array(config.queryHeads * config.headDim)
    this.#gate = new Float32Array(config.intermediateSize)
    this.#up = new Float32Array(config.intermediateSize)
    this.#logits = new Float32Array(config.vocabularySize)
  }

  /**
   * Takes the token at a position, after those at all earlier positions, and scores each token as
   * the next one. The scores are overwritten by the next call.
   */
  async forward(token: number, position: number): Promise<Float32Array> {
    const { embedding, layers, finalNorm } = this.#weights
    this.#state.set(row(embedding, token))
    const step = this.#startStep(position)
    for (const [index, layer] of layers.entries()) {
      await this.#attend(layer, this.#caches[index] as Cache, position, step)
      this.#feedForward(layer)
    }
    normalise(this.#state, finalNorm, this.#config.epsilon, this.#normed)
    multiply(embedding, this.#normed, this.#logits)
    return this.#logits
  }

  /** state += output * attention(normed state). */
  async #attend(
    layer: LayerWeights,
    cache: Cache,
    position: number,
    step: RopeStep,
  ): Promise<void> {
    normalise(this.#state, layer.attentionNorm, this.#config.epsilon, this.#normed)
    multiply(layer.query, this.#normed, this.#query)
    multiply(layer.key, this.#normed, this.#key)
    multiply(layer.value, this.#normed, row(cache.values, position))
    await this.#rotate(step)
    row(cache.keys, position).set(this.#key)
    for (let head = 0; head < this.#config.queryHeads; head += 1) {
      this.#attendHead(head, cache, position)
    }
    multiply(layer.output, this.#attended, this.#normed)
    addScaled(this.#state, this.#normed, 1)
  }

  /** Rotates the query and the key in place. */
  async #rotate(step: RopeStep): Promise<void> {
    const start = performance.now()
    if (this.#rope.backend.device === 'cpu') step.rotate(this.#tensors)
    else await step.rotateAsync(this.#tensors)
    this.ropeTime += performance.now() - start
  }

  /** One query head over all positions so far; neighbouring query heads share a key head. */
  #attendHead(head: number, cache: Cache, position: number): void {
    const { queryHeads, keyHeads, headDim } = this.#config
    const keyHead = Math.floor(head / (queryHeads / keyHeads))
    const query = this.#query.subarray(head * headDim, (head + 1) * headDim)
    const scale = this.#rope.frequencies.softmaxScale / Math.sqrt(headDim)
    const scores = new Float32Array(position + 1)
    const startOf = (past: number): number => (past * keyHeads + keyHead) * headDim
    for (let past = 0; past <= position; past += 1) {
      scores[past] = dot(query, cache.keys.data, startOf(past)) * scale
    }
    softmax(scores)
    const out = this.#attended.subarray(head * headDim, (head + 1) * headDim).fill(0)
    for (let past = 0; past <= position; past += 1) {
      addScaled(out, cache.values.data, scores[past] as number, startOf(past))
    }
  }

  /** state += down * (silu(gate) * up), each of the normed state. */
  #feedForward(layer: LayerWeights): void {
    normalise(this.#state, layer.feedForwardNorm, this.#config.epsilon, this.#normed)
    multiply(layer.gate, this.#normed, this.#gate)
    multiply(layer.up, this.#normed, this.#up)
    gateWithSilu(this.#gate, this.#up)
    multiply(layer.down, this.#gate, this.#normed)
    addScaled(this.#state, this.#normed, 1)
  }

  /** The cos and sin rows of a position, made once for all layers. */
  #startStep(position: number): RopeStep {
    const start = performance.now()
    const step = this.#rope.at(position)
    this.ropeTime += performance.now() - start
    return step
  }
}

function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float32Array(rows * columns) }
}
