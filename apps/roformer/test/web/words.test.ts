/** What the page says. */
import { describe, expect, test } from 'vitest'
import { RECIPES } from '../../src/runs/recipe.js'
import {
  describeLoss,
  describeRate,
  describeRecipe,
  describeShare,
  describeStatus,
} from '../../src/web/page/words.js'
import { idleModel } from '../../src/web/training/model-state.js'

test('numbers', () => {
  expect([describeLoss(undefined), describeLoss(6.96512)]).toEqual(['–', '6.965'])
  expect([null, 3.14, 41.4].map(describeRate)).toEqual(['–', '3.1', '41'])
  expect([0, 0.004, 0.256, 1].map(describeShare)).toEqual(['0 %', '< 1 %', '26 %', '100 %'])
})

test('the recipe says what it is, whatever it is', () => {
  const { model } = RECIPES.mlm
  const recipe = {
    ...RECIPES.mlm,
    ...({ alphabet: 'characters', sequences: 3, steps: 12_000 } as const),
    model: { ...model, layers: 5, width: 96, heads: 6, tokens: 80 },
  }
  expect(describeRecipe(recipe)).toBe(
    'Each model: 5 layers of 96 channels, 6 heads, 3 sequences of 80 characters a step, 12,000 steps.',
  )
})

describe('the status', () => {
  const training = { ...idleModel('rope'), phase: 'training', device: 'wasm' } as const
  const crashed = { ...idleModel('none'), phase: 'crashed' } as const

  test.each([
    ['idle', false, [], 'Nothing trains yet.'],
    ['loading', false, [], 'Loading the text and making the first weights …'],
    ['training', false, [training, training], 'Training on WebAssembly …'],
    ['training', false, [crashed, training], 'Training on WebAssembly, one model alone …'],
    ['training', true, [training], 'Paused while nobody sees this page.'],
    ['paused', false, [training], 'Paused.'],
    ['over', false, [training], 'Done.'],
    ['over', true, [crashed], 'Over: not every model came to its end.'],
  ] as const)('%s, hidden: %s', (phase, isHidden, models, words) => {
    expect(describeStatus(phase, isHidden, models)).toBe(words)
  })
})
