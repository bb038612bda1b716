/**
 * A trained model on typed arrays: q and k are turned by a rope of this project's, and so by its
 * kernels. The same model as `model/forward.ts`, which a test holds it against.
 */
import type { Positions, RotateTensors } from '@rope/core'
import { EPSILON } from '../model/forward.js'
import { headDimOf, type ModelOptions } from '../model/options.js'
import { POSITION_TABLE, type Weights } from '../model/parameters.js'
import { sinusoids } from '../model/sinusoids.js'
import {
  type AttentionShape,
  linearAttention,
  phi,
  softmaxAttention,
  type Watch,
} from './attention.js'
import { add, layerNorm, linear, type Matrix, relu, surprise } from './matrix.js'

/** What turns q and k: a rope of `@rope/auto` or `@rope/core`, layout thd. */
export interface Turner {
  rotate(input: RotateTensors & { readonly positions: Positions }): void
}

/** Where a guess is made and what is right. */
export interface Guesses {
  readonly places: ArrayLike<number>
  readonly targets: ArrayLike<number>
}

/** A trained model that can be asked. */
export interface TrainedModel {
  /** The hidden states of one sequence, [tokens, width]. */
  hidden(ids: ArrayLike<number>): Matrix
  /** The logits of what may stand in each place, [places, vocabulary]. */
  logits(ids: ArrayLike<number>, places: ArrayLike<number>): Matrix
  /** How surprised it is by what stands in each place, in nats. */
  surprises(ids: ArrayLike<number>, guesses: Guesses): Float64Array
  /** The shares of attention, [layers * heads, tokens * tokens]: a row per head, queries by keys. */
  attention(ids: ArrayLike<number>): Matrix
}

/** A model of weights; sequences may be of any length, but for learned positions. */
export function createTrainedModel(
  options: ModelOptions,
  weights: Weights,
  rope: Turner,
): TrainedModel {
  const numbers = (name: string): Float32Array => (weights[name] as Weights[string]).data
  const norm = (name: string, x: Matrix): Matrix =>
    layerNorm(x, numbers(`${name}.gain`), numbers(`${name}.bias`), EPSILON)
  const product = (name: string, x: Matrix): Matrix =>
    linear(x, numbers(`${name}.weight`), numbers(`${name}.bias`))
  const turn = (q: Matrix, k: Matrix): [Matrix, Matrix] =>
    options.positions === 'rope' ? turnBoth(rope, q, k, options) : [q, k]

  function attend(name: string, x: Matrix, watch?: Watch): Matrix {
    const { heads, causal } = options
    const shape: AttentionShape = { heads, causal, ...(watch === undefined ? {} : { watch }) }
    const [q, k, v] = ['query', 'key', 'value'].map((part) => product(`${name}.${part}`, x)) as [
      Matrix,
      Matrix,
      Matrix,
    ]
    if (options.attention === 'softmax') {
      return product(`${name}.output`, softmaxAttention(...turn(q, k), v, shape))
    }
    const plain = [phi(q), phi(k)] as const
    const [turnedQ, turnedK] = turn(...plain)
    const [features, keys] = [
      { plain: plain[0], turned: turnedQ },
      { plain: plain[1], turned: turnedK },
    ]
    return product(`${name}.output`, linearAttention(features, keys, v, shape))
  }

  function branch(name: string, run: (y: Matrix) => Matrix, x: Matrix): Matrix {
    if (options.norm === 'post') return norm(name, add(x, run(x)))
    return add(x, run(norm(name, x)))
  }

  function hidden(ids: ArrayLike<number>, watchLayer?: (layer: number) => Watch): Matrix {
    let x = embed(ids, options, numbers)
    if (options.norm === 'post') x = norm('outerNorm', x)
    for (let layer = 0; layer < options.layers; layer++) {
      const name = `layer${layer}`
      const watch = watchLayer?.(layer)
      x = branch(`${name}.attentionNorm`, (y) => attend(name, y, watch), x)
      const feed = (y: Matrix): Matrix => product(`${name}.down`, relu(product(`${name}.up`, y)))
      x = branch(`${name}.feedForwardNorm`, feed, x)
    }
    return options.norm === 'pre' ? norm('outerNorm', x) : x
  }

  const embedding = transpose(numbers('embedding'), options)
  function logitsAt(ids: ArrayLike<number>, places: ArrayLike<number>): Matrix {
    const picked = pick(hidden(ids), places)
    const states = norm('transformNorm', relu(product('transform', picked)))
    return linear(states, embedding, numbers('outputBias'))
  }

  return {
    hidden: (ids) => hidden(ids),
    logits: logitsAt,
    attention(ids) {
      const { layers, heads } = options
      const [rows, columns] = [layers * heads, ids.length ** 2]
      const data = new Float32Array(rows * columns)
      hidden(ids, (layer) => (head, query, shares) => {
        data.set(shares, (layer * heads + head) * columns + query * ids.length)
      })
      return { rows, columns, data }
    },
    surprises(ids, { places, targets }) {
      const logits = logitsAt(ids, places)
      return Float64Array.from(targets, (target, i) => {
        const from = i * logits.columns
        return surprise(logits.data.subarray(from, from + logits.columns), target)
      })
    },
  }
}

/** Rows of the embedding, and positions where they are added. */
function embed(
  ids: ArrayLike<number>,
  options: ModelOptions,
  numbers: (name: string) => Float32Array,
): Matrix {
  const { width, embeddingScale, positions } = options
  const embedding = numbers('embedding')
  const data = new Float32Array(ids.length * width)
  for (let token = 0; token < ids.length; token++) {
    const from = (ids[token] as number) * width
    for (let c = 0; c < width; c++) {
      data[token * width + c] = embeddingScale * (embedding[from + c] as number)
    }
  }
  const x = { rows: ids.length, columns: width, data }
  if (positions === 'sinusoidal') return add(x, { ...x, data: sinusoids(ids.length, options) })
  if (positions !== 'learned') return x
  return add(x, { ...x, data: new Float32Array(numbers(POSITION_TABLE)) })
}

/** Copies of q and k, turned from position 0 on. */
function turnBoth(rope: Turner, q: Matrix, k: Matrix, options: ModelOptions): [Matrix, Matrix] {
  const turned: [Matrix, Matrix] = [
    { ...q, data: q.data.slice() },
    { ...k, data: k.data.slice() },
  ]
  const shape = [q.rows, options.heads, headDimOf(options)]
  const [tensorQ, tensorK] = turned.map(({ data }) => ({ data, shape, layout: 'thd' as const }))
  rope.rotate({ q: tensorQ, k: tensorK, positions: 0 } as Parameters<Turner['rotate']>[0])
  return turned
}

function pick(x: Matrix, places: ArrayLike<number>): Matrix {
  const data = new Float32Array(places.length * x.columns)
  for (let i = 0; i < places.length; i++) {
    const from = (places[i] as number) * x.columns
    data.set(x.data.subarray(from, from + x.columns), i * x.columns)
  }
  return { rows: places.length, columns: x.columns, data }
}

function transpose(embedding: Float32Array, { vocabulary, width }: ModelOptions): Float32Array {
  const columns = new Float32Array(embedding.length)
  for (let token = 0; token < vocabulary; token++) {
    for (let c = 0; c < width; c++) {
      columns[c * vocabulary + token] = embedding[token * width + c] as number
    }
  }
  return columns
}
