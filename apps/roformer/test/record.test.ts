/**
 * What is recorded can be made again, and the README says what is recorded.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readRecords } from '../src/commands/record.js'
import { recordedPictures, renderReadme } from '../src/report/record.js'
import type { VariantOutcome } from '../src/runs/processes.js'
import { COMPARED, RECIPES, type Recipe } from '../src/runs/recipe.js'
import { RECORDED_STEPS, trainVariant } from '../src/runs/train-variant.js'
import { makeCorpus, readVocabularyFile } from '../src/text/corpus.js'

const APP = fileURLToPath(new URL('../', import.meta.url))
const records = readRecords(APP)
const vocabulary = readVocabularyFile(`${APP}data/`)

const RECORDED = COMPARED.flatMap((task) => records[task] ?? [])

const RUNS = RECORDED.flatMap(({ recipe, outcomes }) =>
  outcomes.map((outcome): [string, Recipe, VariantOutcome] => [
    `${recipe.task}, ${outcome.positions}, seed ${outcome.seed}`,
    recipe,
    outcome,
  ]),
)

test('what is recorded is whole: every variant of a task, on every seed that it has', () => {
  expect(RECORDED.map(({ recipe }) => recipe)).toEqual(COMPARED.map((task) => RECIPES[task]))
  for (const { recipe, outcomes } of RECORDED) {
    const seeds = [...new Set(outcomes.map(({ seed }) => seed))]
    const wanted = seeds.flatMap((seed) => recipe.variants.map((name) => `${name} ${seed}`))
    expect(outcomes.map(({ positions, seed }) => `${positions} ${seed}`)).toEqual(wanted)
  }
  expect(records.extend?.recipe).toEqual(RECIPES.extend)
  expect(records.extend?.outcomes).toHaveLength(6)
})

test('a recorded model is the same on typed arrays, turned by the kernels of this project', () => {
  for (const [, , { heldOut, measured }] of RUNS) {
    // Thousands of float32 sums in another order.
    expect(Math.abs(measured.loss - (heldOut.at(-1)?.[1] ?? 0))).toBeLessThan(1e-3)
  }
})

describe('the first steps of a recorded run, made again', () => {
  test.each(RUNS.filter(([, , { seed }]) => seed === 1))(
    '%s',
    async (_, recipe, recorded) => {
      const corpus = makeCorpus(recipe.alphabet, vocabulary)
      // The rate of a step depends on how many there are to be: the run is cut off, not shortened.
      const { positions, seed } = recorded
      const job = { recipe: { ...recipe, heldOutBatches: 1 }, positions, seed }
      const { result } = await trainVariant({ ...job, lastStep: RECORDED_STEPS }, corpus)
      expect(result.weights).toBe(recorded.weights)
      expect(result.batches).toBe(recorded.batches)
      expect(result.firstLosses).toHaveLength(RECORDED_STEPS)
      // The same operations in the same order; sines and exponentials may differ in their last bit
      // between engines, and losses are recorded with six digits.
      result.firstLosses.forEach((loss, i) =>
        expect(loss).toBeCloseTo(recorded.firstLosses[i] ?? 0, 4),
      )
    },
    180_000,
  )
})

test('the README and the pictures are made from the records', () => {
  const readme = readFileSync(join(APP, 'README.md'), 'utf8')
  expect(renderReadme(readme, records)).toBe(readme)
  const pictures = Object.entries(recordedPictures(records))
  expect(pictures.length).toBeGreaterThan(0)
  for (const [name, picture] of pictures) {
    expect(readFileSync(join(APP, 'recorded', name), 'utf8')).toBe(picture)
  }
})

test('a mark for something unknown is refused', () => {
  expect(() => renderReadme('<!-- recorded nothing -->\n<!-- end -->', {})).toThrowError(
    expect.objectContaining({ code: 'INVALID_FILE' }),
  )
})
