/**
 * Models small enough to look at from every side.
 */
import type { ModelOptions, PositionName } from '../src/model/options.js'
import { firstWeights, type Weights } from '../src/model/parameters.js'
import { createRandom } from '../src/random.js'
import type { Batch } from '../src/training/batches.js'

/** A model of two layers with every part that there is. */
export function smallOptions(
  positions: PositionName,
  changes: Partial<ModelOptions> = {},
): ModelOptions {
  return {
    positions,
    ...{ vocabulary: 11, layers: 2, width: 8, heads: 2, tokens: 6 },
    ...{ norm: 'post', embeddingScale: 1, embeddingDeviation: 0.5, deviation: 0.02 },
    ...{ causal: false, attention: 'softmax' },
    ...changes,
  }
}

/** Weights that are far from their start, so that nothing is zero or one by chance. */
export function someWeights(options: ModelOptions): Weights {
  const random = createRandom(3, 'a test')
  return Object.fromEntries(
    Object.entries(firstWeights(options, 1)).map(([name, { shape, data }]) => [
      name,
      {
        shape,
        data: data.map((value, i) => value + 0.3 * random.normal() + awayFromKink(name, i)),
      },
    ]),
  )
}

/** Half of the ReLUs are open and half closed, and none is near its kink, where no gradient is right. */
function awayFromKink(name: string, i: number): number {
  if (!name.endsWith('up.bias') && name !== 'transform.bias') return 0
  return i % 2 === 0 ? 6 : -6
}

/** A batch of two sequences; causal models guess everywhere. */
export function someBatch({ vocabulary, tokens, causal }: ModelOptions): Batch {
  const random = createRandom(4, 'a test')
  const draw = (count: number): Int32Array<ArrayBuffer> =>
    Int32Array.from({ length: count }, () => random.below(vocabulary))
  const each = Array.from({ length: tokens }, (_, i) => i)
  const places = causal ? [...each, ...each] : [1, 4, 0, 5]
  return { ids: draw(2 * tokens), places: Int32Array.from(places), targets: draw(places.length) }
}
