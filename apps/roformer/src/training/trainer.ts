/**
 * The training engine: one jitted function is a whole step, from a batch to new weights.
 */
import { defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax'
import type { ScheduleOptions } from '@rope/core'
import { createJaxRope, type JaxRope } from '@rope/jax'
import {
  crossEntropy,
  type Fixtures,
  hiddenStates,
  logitsOf,
  makeFixtures,
  type Parameters,
} from '../model/forward.js'
import { headDimOf, type ModelOptions, TRAINED_SCHEDULE } from '../model/options.js'
import type { Weights } from '../model/parameters.js'
import { type AdamState, adamStep, firstState, ratesAt } from './adam.js'
import type { Batch } from './batches.js'

/** A model in training. */
export interface Trainer {
  /** Trains on a batch at a learning rate; the loss before the step, in nats. */
  step(batch: Batch, rate: number): number
  /** The loss of a batch, in nats; nothing is learned. */
  measure(batch: Batch): number
  /** The weights as they are now. */
  weights(): Weights
  dispose(): void
}

/** The same where numbers have to be waited for, as on a GPU. */
export interface AsyncTrainer {
  step(batch: Batch, rate: number): Promise<number>
  measure(batch: Batch): Promise<number>
  weights(): Promise<Weights>
  dispose(): void
}

/** What can train: WebAssembly on the CPU everywhere, the GPU in browsers that have one. */
export type TrainingDevice = 'wasm' | 'webgpu'

/** Makes ready what trains in Node: WebAssembly on the CPU. */
export async function prepareTraining(): Promise<void> {
  await prepareDevice('wasm')
}

/**
 * Makes a device ready.
 *
 * @returns whether it is there; everything made from now on lives on it then
 */
export async function prepareDevice(device: TrainingDevice): Promise<boolean> {
  // jax looks for a GPU at `navigator`, which not every runtime has.
  if (device === 'webgpu' && !('navigator' in globalThis)) return false
  const ready = await init(device)
  if (!ready.includes(device)) return false
  defaultDevice(device)
  return true
}

/** A batch as arrays. */
interface BatchArrays {
  readonly ids: np.Array
  readonly places: np.Array
  readonly targets: np.Array
}

/**
 * A trainer of a model that starts from `weights`.
 *
 * @param schedule of RoPE, where it is not the one that models are trained with at first
 */
export function createTrainer(
  options: ModelOptions,
  weights: Weights,
  schedule: ScheduleOptions = TRAINED_SCHEDULE,
): Trainer {
  const { advance, measure, parameters, dispose } = createArrayTrainer(options, weights, schedule)
  return {
    step: (batch, rate) => advance(batch, rate).item(),
    measure: (batch) => measure(batch).item(),
    weights: () => toWeights(parameters()),
    dispose,
  }
}

/**
 * A trainer that waits for its numbers, for the GPU. On WebAssembly it would hand every kernel to
 * threads, and these are too short for that.
 */
export function createAsyncTrainer(options: ModelOptions, weights: Weights): AsyncTrainer {
  const trainer = createArrayTrainer(options, weights, TRAINED_SCHEDULE)
  const { advance, measure, parameters, dispose } = trainer
  const numbersOf = async (array: np.Array): Promise<Float32Array<ArrayBuffer>> =>
    Float32Array.from((await array.data()) as Float32Array)
  const numberOf = async (array: np.Array): Promise<number> => (await numbersOf(array))[0] as number
  return {
    step: (batch, rate) => numberOf(advance(batch, rate)),
    measure: (batch) => numberOf(measure(batch)),
    async weights() {
      const found: Record<string, Weights[string]> = {}
      for (const [name, { shape, ref }] of Object.entries(parameters())) {
        found[name] = { shape: [...shape], data: await numbersOf(ref) }
      }
      return found
    },
    dispose,
  }
}

/** A model in training whose losses are arrays that nobody has read yet. */
interface ArrayTrainer {
  advance(batch: Batch, learningRate: number): np.Array
  measure(batch: Batch): np.Array
  parameters(): Parameters
  dispose(): void
}

function createArrayTrainer(
  options: ModelOptions,
  weights: Weights,
  schedule: ScheduleOptions,
): ArrayTrainer {
  const fixtures = makeFixtures(options, createTrainingRope(options, schedule))
  const loss = (parameters: Parameters, batch: BatchArrays): np.Array =>
    batchLoss(parameters, batch, fixtures)
  const measure = jit(loss)
  const advance = jit(
    (parameters: Parameters, state: AdamState, batch: BatchArrays, rates: Rates) => {
      const [value, gradients] = lossAndGradients(tree.ref(parameters), batch, fixtures)
      return [value, ...adamStep(parameters, gradients, state, rates)] as Advanced
    },
  )
  let parameters = toParameters(weights)
  let state = firstState(parameters)
  let steps = 0
  return {
    advance(batch, learningRate) {
      steps += 1
      const { rate, epsilon } = ratesAt(steps, learningRate)
      const rates = { rate: np.array(rate), epsilon: np.array(epsilon) }
      const [value, ...next] = advance(parameters, state, toArrays(batch, options), rates)
      parameters = next[0]
      state = next[1]
      return value
    },
    measure: (batch) => measure(tree.ref(parameters), toArrays(batch, options)),
    parameters: () => parameters,
    dispose() {
      tree.dispose([parameters, state])
      advance.dispose()
      measure.dispose()
    },
  }
}

type Rates = { readonly rate: np.Array; readonly epsilon: np.Array }
type Advanced = [np.Array, Parameters, AdamState]

/** The rope that models are trained with. */
export function createTrainingRope(
  options: ModelOptions,
  schedule: ScheduleOptions = TRAINED_SCHEDULE,
): JaxRope {
  return createJaxRope(
    { headDim: headDimOf(options), pairing: 'half', schedule },
    { layout: 'bhsd' },
  )
}

/** The mean loss over a batch's guesses; everything given is given up. */
function batchLoss(parameters: Parameters, batch: BatchArrays, fixtures: Fixtures): np.Array {
  const embedded = np.take((parameters.embedding as np.Array).ref, batch.ids, 0)
  return embeddedLoss(parameters, embedded, batch, fixtures)
}

/**
 * The same with its gradients. The rows of the embedding are looked up outside of what is
 * differentiated, and their gradients brought home by a one-hot product: the gradient of a look-up
 * is a scatter, which cannot be jitted.
 */
export function lossAndGradients(
  parameters: Parameters,
  batch: BatchArrays,
  fixtures: Fixtures,
): [np.Array, Parameters] {
  const { vocabulary, width } = fixtures.options
  const embedded = np.take((parameters.embedding as np.Array).ref, batch.ids.ref, 0)
  const { ids, ...guesses } = batch
  const loss = (weights: Parameters, rows: np.Array): np.Array =>
    embeddedLoss(weights, rows, tree.ref(guesses), fixtures)
  const [value, gradients] = valueAndGrad(loss, { argnums: [0, 1] })(parameters, embedded)
  tree.dispose(guesses)
  const [ofWeights, ofRows] = gradients as unknown as [Parameters, np.Array]
  const hits = nn.oneHot(ids.reshape([-1]), vocabulary)
  const brought = np.matmul(np.transpose(hits), ofRows.reshape([-1, width]))
  const embedding = (ofWeights.embedding as np.Array).add(brought)
  return [value, { ...ofWeights, embedding }]
}

function embeddedLoss(
  parameters: Parameters,
  embedded: np.Array,
  { places, targets }: Omit<BatchArrays, 'ids'>,
  fixtures: Fixtures,
): np.Array {
  const { causal, tokens, width } = fixtures.options
  const hidden = hiddenStates(tree.ref(parameters), embedded, fixtures)
  // Where every token guesses, none has to be picked; else they are, by a one-hot product.
  const guessing = causal ? hidden : np.matmul(nn.oneHot(places.ref, tokens), hidden)
  places.dispose()
  const logits = logitsOf(parameters, guessing.reshape([-1, width]))
  return crossEntropy(logits, targets.reshape([-1]))
}

/** A batch as arrays of jax. */
export function toArrays({ ids, places, targets }: Batch, { tokens }: ModelOptions): BatchArrays {
  const sequences = ids.length / tokens
  const shaped = (data: Int32Array<ArrayBuffer>): np.Array =>
    np.array(data, { shape: [sequences, data.length / sequences], dtype: np.int32 })
  return { ids: shaped(ids), places: shaped(places), targets: shaped(targets) }
}

/** Weights as arrays of jax; the numbers are copied. */
export function toParameters(weights: Weights): Parameters {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [
      name,
      np.array(data.slice(), { shape: [...shape] }),
    ]),
  )
}

/** Weights as numbers; the arrays stay. */
export function toWeights(parameters: Parameters): Weights {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, weight]) => [
      name,
      { shape: [...weight.shape], data: Float32Array.from(weight.ref.dataSync() as Float32Array) },
    ]),
  )
}
