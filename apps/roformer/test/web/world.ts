/**
 * A recipe so small that it is trained in a moment, and a text for it.
 */
import { RECIPES, type Recipe } from '../../src/runs/recipe.js'
import { packTexts } from '../../src/text/packed-texts.js'
import type { LearnerJob } from '../../src/web/training/messages.js'

/** Two layers of two heads, trained for 60 steps. */
export const TINY: Recipe = {
  ...RECIPES.mlm,
  alphabet: 'pieces',
  model: { ...RECIPES.mlm.model, layers: 2, width: 8, heads: 2, tokens: 32, causal: false },
  ...{ sequences: 2, steps: 60, warmup: 5, measureEvery: 30, heldOutBatches: 1 },
}

const WORDS = 'the people of this nation have made peace and war with all their strength'.split(' ')

/** A text of sentences that differ, and are alike enough to be learned from. */
function speech(seed: number): string {
  const sentences = Array.from({ length: 40 }, (_, i) => {
    const words = Array.from(
      { length: 9 },
      (_, w) => WORDS[(seed * 7 + i * 3 + w * w) % WORDS.length],
    )
    return `We say that ${words.join(' ')}.`
  })
  return sentences.join(' ')
}

/** Twenty speeches, two of them held out. */
export const SPEECHES: readonly string[] = Array.from({ length: 20 }, (_, i) => speech(i))

/** A job for a learner. */
export async function tinyJob(changes: Partial<LearnerJob> = {}): Promise<LearnerJob> {
  const text = await packTexts(SPEECHES)
  return { recipe: TINY, positions: 'rope', seed: 1, device: 'wasm', text, ...changes }
}
