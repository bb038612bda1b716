/**
 * The two trainers: one reads its numbers at once, the other waits for them, and they are the same.
 */
import { beforeAll, expect, test } from 'vitest'
import {
  createAsyncTrainer,
  createTrainer,
  prepareDevice,
  prepareTraining,
} from '../src/training/trainer.js'
import { smallOptions, someBatch, someWeights } from './small.js'

beforeAll(prepareTraining)

test('a trainer that waits makes the same steps', async () => {
  const options = smallOptions('rope')
  const [weights, batch] = [someWeights(options), someBatch(options)]
  const [atOnce, waiting] = [createTrainer(options, weights), createAsyncTrainer(options, weights)]
  for (let step = 0; step < 3; step++) {
    expect(await waiting.step(batch, 0.01)).toBe(atOnce.step(batch, 0.01))
  }
  const after = atOnce.measure(batch)
  expect(await waiting.measure(batch)).toBe(after)
  expect(await waiting.weights()).toEqual(atOnce.weights())
  // It has learned something, and what it gave away is its own copy.
  expect(atOnce.weights()).not.toEqual(weights)
  expect(atOnce.measure(batch)).toBe(after)
  atOnce.dispose()
  waiting.dispose()
})

test('a device that is not here is no error, and changes nothing', async () => {
  expect(await prepareDevice('wasm')).toBe(true)
  expect(await prepareDevice('webgpu')).toBe(false)
  const options = smallOptions('none')
  const trainer = createTrainer(options, someWeights(options))
  expect(trainer.measure(someBatch(options))).toBeGreaterThan(0)
  trainer.dispose()
})
