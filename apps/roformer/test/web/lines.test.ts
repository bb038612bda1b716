/** The losses as lines, over the recorded ones. */
import { describe, expect, test } from 'vitest'
import { RECIPES } from '../../src/runs/recipe.js'
import { heldOutRows, linesOf, meanWidth, rangeOf } from '../../src/web/loss/lines.js'
import { recordedCurves, recordedStart } from '../../src/web/loss/recorded.js'
import { idleModel } from '../../src/web/training/model-state.js'

const recipe = RECIPES.mlm
const outcomes = [
  { positions: 'rope', seed: 1, heldOut: [[100, 6]], firstLosses: [6.97, 6.96] },
  { positions: 'rope', seed: 2, heldOut: [[100, 5.9]], firstLosses: [6.98] },
  { positions: 'sinusoidal', seed: 1, heldOut: [[100, 6.2]], firstLosses: [6.97] },
]
const recorded = { recipe: JSON.parse(JSON.stringify(recipe)), outcomes }

describe('recorded curves', () => {
  test('are those of every seed of a kind of positions', () => {
    expect(recordedCurves(recorded, recipe, 'rope')).toEqual([[[100, 6]], [[100, 5.9]]])
    expect(recordedCurves(recorded, recipe, 'none')).toEqual([])
  })

  test('are not shown where they were made by another recipe', () => {
    const { model } = recipe
    for (const other of [
      { ...recipe, steps: recipe.steps + 1 },
      { ...recipe, model: { ...model, heads: model.heads * 2 } },
      { ...recipe, variants: ['rope'] },
      { ...recipe, more: 1 },
    ]) {
      expect(recordedCurves({ recipe: other, outcomes }, recipe, 'rope')).toEqual([])
    }
    const turned = Object.fromEntries(Object.entries(recipe).reverse())
    expect(recordedCurves({ recipe: turned, outcomes }, recipe, 'rope')).toHaveLength(2)
  })
})

describe('lines', () => {
  const losses = Array.from({ length: 2 * meanWidth(recipe) + 1 }, (_, i) => 7 - i / 100)
  const rope = { ...idleModel('rope'), losses, heldOut: [[100, 6.1] as const] }

  test('hold what was recorded, means of what was trained on, and what was held out', () => {
    const lines = linesOf(rope, recipe, recorded)
    expect(lines.recorded).toHaveLength(2)
    expect(lines.training.map(([step]) => step)).toEqual([meanWidth(recipe), 2 * meanWidth(recipe)])
    expect(lines.heldOut).toEqual([[100, 6.1]])
  })

  test('have so few points that a chart has room, however many steps there are', () => {
    expect(meanWidth({ steps: 100 })).toBe(10)
    expect(meanWidth({ steps: 20_000 })).toBe(100)
  })

  test('all lie within the range, which reaches up to where nothing is known', () => {
    expect(rangeOf([linesOf(idleModel('rope'), recipe, recorded)], 6.97)).toEqual([5.9, 6.97])
    const [least, most] = rangeOf([linesOf(rope, recipe, recorded)], null)
    expect(least).toBe(5.9)
    expect(most).toBeCloseTo(7 - (meanWidth(recipe) - 1) / 200, 10)
  })

  test('have a range even while there is nothing to draw', () => {
    expect(rangeOf([], null)).toEqual([0, 7])
    expect(recordedStart({ recipe: null, outcomes }, recipe)).toBeNull()
    expect(recordedStart(recorded, recipe)).toBe(6.97)
  })

  test('rows join the measurements of both models by their steps', () => {
    const rival = { ...idleModel('none'), heldOut: [[100, 6.5] as const, [200, 6.4] as const] }
    expect(heldOutRows([rival, rope])).toEqual([
      [100, 6.5, 6.1],
      [200, 6.4, undefined],
    ])
  })
})
