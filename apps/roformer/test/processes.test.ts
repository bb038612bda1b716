/**
 * A process that trains, as the program starts it: what comes of it arrives whole, a model included.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { firstWeights } from '../src/model/parameters.js'
import { inProcesses } from '../src/runs/processes.js'
import { RECIPES } from '../src/runs/recipe.js'

const PROGRAM = fileURLToPath(new URL('../dist/roformer.js', import.meta.url))

test('a trained model arrives, however large it is', { timeout: 180_000 }, async () => {
  expect(existsSync(PROGRAM), 'the app has to be built: npm run build').toBe(true)
  const recipe = { ...RECIPES.extend, heldOutBatches: 1, sequences: 1 }
  const job = { recipe, positions: 'rope', seed: 1, lastStep: 1, keepModel: true } as const
  const { steps, trained } = await inProcesses(PROGRAM).variant(job, () => {})
  expect(steps).toBe(1)
  const sizes = (weights: object): string[] =>
    Object.entries(weights).map(([name, { shape, data }]) => `${name} ${shape} ${data.length}`)
  const options = trained?.options ?? { ...recipe.model, positions: 'none', vocabulary: 1 }
  expect(sizes(trained?.weights ?? {})).toEqual(sizes(firstWeights(options, 1)))
})
