/**
 * The model in operations of jax-js, for training: from tokens to logits. `evaluation/` has the same
 * model on typed arrays, turned by the kernels of this project.
 */
import { nn, numpy as np, tree } from '@jax-js/jax'
import type { JaxRope, RotationRows } from '@rope/jax'
import { headDimOf, type ModelOptions } from './options.js'
import { POSITION_TABLE } from './parameters.js'
import { sinusoids } from './sinusoids.js'

// ReLU, as in the transformer paper: GELU takes a fifth of a step's time here.

/** Weights as arrays of jax, by their names. */
export type Parameters = Record<string, np.Array>

/** What a model needs beside its weights; the arrays in it are referred to, never given up. */
export interface Fixtures {
  readonly options: ModelOptions
  readonly rope: JaxRope
  readonly rows: RotationRows
  /** Sinusoidal positions, [tokens, width]. */
  readonly sinusoids: np.Array
  /** 1 where a query sees a key, [tokens, tokens]; null where it sees all. */
  readonly visible: np.Array | null
}

/** Norms add this to the variance. */
export const EPSILON = 1e-5

/** Fixtures for sequences of the model's training length. */
export function makeFixtures(options: ModelOptions, rope: JaxRope): Fixtures {
  const { tokens, width, causal } = options
  return {
    options,
    rope,
    rows: rope.rows({ tokens }),
    sinusoids: np.array(sinusoids(tokens, options), { shape: [tokens, width] }),
    visible: causal ? np.tri(tokens) : null,
  }
}

/**
 * The hidden state of every token after the last layer.
 *
 * @param parameters given up
 * @param embedded rows of the embedding, [batch, tokens, width], given up
 * @returns [batch, tokens, width]
 */
export function hiddenStates(
  parameters: Parameters,
  embedded: np.Array,
  fixtures: Fixtures,
): np.Array {
  const { options } = fixtures
  const use = borrow(parameters)
  let hidden = placeTokens(use, embedded, fixtures)
  if (options.norm === 'post') hidden = layerNorm(use, 'outerNorm', hidden)
  for (let layer = 0; layer < options.layers; layer++) {
    hidden = transformerLayer(use, `layer${layer}`, hidden, fixtures)
  }
  if (options.norm === 'pre') hidden = layerNorm(use, 'outerNorm', hidden)
  tree.dispose(parameters)
  return hidden
}

/** One more reference to a parameter. */
type Use = (name: string) => np.Array

function borrow(parameters: Parameters): Use {
  return (name) => (parameters[name] as np.Array).ref
}

/** The embedded tokens with their positions, where those are added. */
function placeTokens(use: Use, embedded: np.Array, { options, sinusoids }: Fixtures): np.Array {
  const scaled = options.embeddingScale === 1 ? embedded : embedded.mul(options.embeddingScale)
  if (options.positions === 'learned') return scaled.add(use(POSITION_TABLE))
  return options.positions === 'sinusoidal' ? scaled.add(sinusoids.ref) : scaled
}

function transformerLayer(use: Use, name: string, x: np.Array, fixtures: Fixtures): np.Array {
  const attend = (y: np.Array): np.Array => selfAttention(use, name, y, fixtures)
  const feed = (y: np.Array): np.Array =>
    linear(use, `${name}.down`, nn.relu(linear(use, `${name}.up`, y)))
  const { norm } = fixtures.options
  return branch(
    use,
    `${name}.feedForwardNorm`,
    norm,
    feed,
    branch(use, `${name}.attentionNorm`, norm, attend, x),
  )
}

/** A branch and its residual sum, with the norm after or before. */
function branch(
  use: Use,
  name: string,
  norm: ModelOptions['norm'],
  run: (y: np.Array) => np.Array,
  x: np.Array,
): np.Array {
  if (norm === 'post') return layerNorm(use, name, x.ref.add(run(x)))
  return x.ref.add(run(layerNorm(use, name, x)))
}

function linear(use: Use, name: string, x: np.Array): np.Array {
  return np.matmul(x, use(`${name}.weight`)).add(use(`${name}.bias`))
}

function layerNorm(use: Use, name: string, x: np.Array): np.Array {
  const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }))
  const variance = np.mean(np.square(centred.ref), -1, { keepdims: true })
  const scaled = centred.div(np.sqrt(variance.add(EPSILON)))
  return scaled.mul(use(`${name}.gain`)).add(use(`${name}.bias`))
}

function selfAttention(use: Use, name: string, x: np.Array, fixtures: Fixtures): np.Array {
  const { options, rope, rows } = fixtures
  const [batch, tokens] = x.shape as [number, number]
  const split = (part: string, y: np.Array): np.Array =>
    np.transpose(
      linear(use, `${name}.${part}`, y).reshape([batch, tokens, options.heads, headDimOf(options)]),
      [0, 2, 1, 3],
    )
  const turn = (y: np.Array): np.Array =>
    options.positions === 'rope' ? rope.rotate(y, tree.ref(rows)) : y
  const query = split('query', x.ref)
  const key = split('key', x.ref)
  const value = split('value', x)
  const attend = options.attention === 'softmax' ? softmaxAttention : linearAttention
  const mixed = attend(query, key, value, turn, fixtures.visible)
  return linear(
    use,
    `${name}.output`,
    np.transpose(mixed, [0, 2, 1, 3]).reshape([batch, tokens, options.width]),
  )
}

/** All of [batch, heads, tokens, headDim]; `turn` rotates one of them. */
type Attend = (
  query: np.Array,
  key: np.Array,
  value: np.Array,
  turn: (x: np.Array) => np.Array,
  visible: np.Array | null,
) => np.Array

/** softmax(q k^T / sqrt(headDim)) v, with q and k turned. */
const softmaxAttention: Attend = (query, key, value, turn, visible) => {
  const scale = 1 / Math.sqrt(query.shape.at(-1) as number)
  const scores = np.matmul(turn(query), np.matrixTranspose(turn(key))).mul(scale)
  const seen = visible === null ? scores : scores.add(visible.ref.sub(1).mul(1e9))
  return np.matmul(nn.softmax(seen, -1), value)
}

/**
 * RoFormer's equation 19: phi(q) and phi(k) with phi = elu + 1, turned in the numerator alone, so that
 * the denominator is a sum of positive numbers. Quadratic in form: sequences are short here, and a
 * test holds it against the formula.
 */
export const linearAttention: Attend = (query, key, value, turn, visible) => {
  const [phiQuery, phiKey] = [nn.elu(query).add(1), nn.elu(key).add(1)]
  const weigh = (a: np.Array, b: np.Array): np.Array => {
    const products = np.matmul(a, np.matrixTranspose(b))
    return visible === null ? products : products.mul(visible.ref)
  }
  const denominator = np.sum(weigh(phiQuery.ref, phiKey.ref), -1, { keepdims: true })
  return np.matmul(weigh(turn(phiQuery), turn(phiKey)), value).div(denominator)
}

/**
 * The logits of hidden states: BERT's head, its last product shared with the embedding.
 *
 * @param parameters given up
 * @param hidden [rows, width], given up
 * @returns [rows, vocabulary]
 */
export function logitsOf(parameters: Parameters, hidden: np.Array): np.Array {
  const use = borrow(parameters)
  const transformed = layerNorm(use, 'transformNorm', nn.relu(linear(use, 'transform', hidden)))
  const logits = np.matmul(transformed, np.matrixTranspose(use('embedding'))).add(use('outputBias'))
  tree.dispose(parameters)
  return logits
}

/**
 * Mean cross-entropy in nats.
 *
 * @param logits [rows, vocabulary], given up
 * @param targets [rows], given up
 */
export function crossEntropy(logits: np.Array, targets: np.Array): np.Array {
  const hits = nn.oneHot(targets, logits.shape.at(-1) as number)
  return np.mean(np.sum(nn.logSoftmax(logits, -1).mul(hits), -1)).mul(-1)
}
