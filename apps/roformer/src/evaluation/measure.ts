/**
 * The held-out loss of a trained model through `@rope/auto`: typed arrays, and the kernels of this
 * project in every turn of q and k.
 */
import { createRope } from '@rope/auto'
import { headDimOf, type ModelOptions, TRAINED_SCHEDULE } from '../model/options.js'
import type { Weights } from '../model/parameters.js'
import type { Batch } from '../training/batches.js'
import { createTrainedModel, type TrainedModel } from './trained-model.js'

/** A loss, and the backend that turned. */
export interface Measured {
  /** In nats. */
  readonly loss: number
  readonly backend: string
}

/** The mean loss over batches. */
export async function measureTrained(
  options: ModelOptions,
  weights: Weights,
  batches: readonly Batch[],
): Promise<Measured> {
  const config = {
    headDim: headDimOf(options),
    pairing: 'half',
    schedule: TRAINED_SCHEDULE,
  } as const
  const rope = await createRope(config, { layout: 'thd' })
  try {
    const model = createTrainedModel(options, weights, rope)
    const losses = batches.map((batch) => batchLoss(model, batch, options.tokens))
    return { loss: mean(losses), backend: rope.backend.name }
  } finally {
    rope.dispose()
  }
}

function batchLoss(model: TrainedModel, { ids, places, targets }: Batch, tokens: number): number {
  const sequences = ids.length / tokens
  const guesses = places.length / sequences
  const part = (list: Int32Array, each: number, i: number): Int32Array =>
    list.subarray(i * each, (i + 1) * each)
  const losses = Array.from({ length: sequences }, (_, i) =>
    mean([
      ...model.surprises(part(ids, tokens, i), {
        places: part(places, guesses, i),
        targets: part(targets, guesses, i),
      }),
    ]),
  )
  return mean(losses)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
