/**
 * The weights of a model: their names, shapes and first values. The same seed gives the same weights
 * to every variant; what learned positions have on top comes from a stream of its own.
 */
import { createRandom } from '../random.js'
import type { ModelOptions } from './options.js'

/** A weight as numbers. */
export interface Weight {
  readonly shape: readonly number[]
  readonly data: Float32Array<ArrayBuffer>
}

/** Weights by name, such as `layer0.query.weight`. */
export type Weights = Readonly<Record<string, Weight>>

/** How a weight starts: normal with a deviation, or all the same. */
type Start = { readonly deviation: number } | 'zeros' | 'ones'

interface Entry {
  readonly name: string
  readonly shape: readonly number[]
  readonly start: Start
}

/** The name of the learned positions, which no other variant has. */
export const POSITION_TABLE = 'positions'

function linear(name: string, from: number, to: number, start: Start): Entry[] {
  return [
    { name: `${name}.weight`, shape: [from, to], start },
    { name: `${name}.bias`, shape: [to], start: 'zeros' },
  ]
}

function norm(name: string, width: number): Entry[] {
  return [
    { name: `${name}.gain`, shape: [width], start: 'ones' },
    { name: `${name}.bias`, shape: [width], start: 'zeros' },
  ]
}

function layerEntries(layer: number, width: number, start: Start): Entry[] {
  const name = `layer${layer}`
  return [
    ...linear(`${name}.query`, width, width, start),
    ...linear(`${name}.key`, width, width, start),
    ...linear(`${name}.value`, width, width, start),
    ...linear(`${name}.output`, width, width, start),
    ...norm(`${name}.attentionNorm`, width),
    ...linear(`${name}.up`, width, 4 * width, start),
    ...linear(`${name}.down`, 4 * width, width, start),
    ...norm(`${name}.feedForwardNorm`, width),
  ]
}

function entries(options: ModelOptions): Entry[] {
  const { vocabulary, width, layers, embeddingDeviation, deviation } = options
  const start: Start = { deviation }
  return [
    { name: 'embedding', shape: [vocabulary, width], start: { deviation: embeddingDeviation } },
    ...norm('outerNorm', width),
    ...Array.from({ length: layers }, (_, layer) => layerEntries(layer, width, start)).flat(),
    ...linear('transform', width, width, start),
    ...norm('transformNorm', width),
    { name: 'outputBias', shape: [vocabulary], start: 'zeros' },
  ]
}

/** The first weights of a model. */
export function firstWeights(options: ModelOptions, seed: number): Weights {
  const random = createRandom(seed, 'weights')
  const made = entries(options).map((entry) => [entry.name, makeWeight(entry, random.normal)])
  const { tokens, width, embeddingDeviation, embeddingScale } = options
  // As large as the embeddings that they are added to.
  const start = { deviation: embeddingDeviation * embeddingScale }
  const table: Entry = { name: POSITION_TABLE, shape: [tokens, width], start }
  const learned =
    options.positions === 'learned'
      ? [[POSITION_TABLE, makeWeight(table, createRandom(seed, POSITION_TABLE).normal)]]
      : []
  return Object.fromEntries([...made, ...learned])
}

function makeWeight({ shape, start }: Entry, normal: () => number): Weight {
  const size = shape.reduce((product, length) => product * length, 1)
  const data = new Float32Array(size)
  if (start === 'ones') data.fill(1)
  if (typeof start === 'object') {
    for (let i = 0; i < size; i++) data[i] = start.deviation * normal()
  }
  return { shape, data }
}
