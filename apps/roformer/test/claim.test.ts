/**
 * The paper's claim, trained again: after as many steps on the same weights, batches and masks, a
 * masked language model with RoPE is far ahead of one with sinusoidal positions. Steps are counted,
 * never seconds. Each model has a process of its own, which is started on the built program.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { compare } from '../src/runs/compare.js'
import { inProcesses } from '../src/runs/processes.js'
import { RECIPES } from '../src/runs/recipe.js'

const PROGRAM = fileURLToPath(new URL('../dist/roformer.js', import.meta.url))

/** A hang ends it, a busy machine does not: two or three minutes of two cores are needed. */
const LIMIT = 20 * 60_000

test(
  'after 1,000 steps RoPE is at least 0.4 nats ahead of sinusoidal positions',
  async () => {
    expect(existsSync(PROGRAM), 'the app has to be built: npm run build').toBe(true)
    const recipe = { ...RECIPES.mlm, measureEvery: 1000 }
    const variants = ['sinusoidal', 'rope'] as const
    const [sinusoidal, rope] = await compare(
      { recipe, variants, seed: 1, processes: 2 },
      inProcesses(PROGRAM).variant,
      () => {},
    )
    const ends = [sinusoidal, rope].map((outcome) => outcome?.heldOut.at(-1) ?? [0, Number.NaN])
    expect(ends.map(([step]) => step)).toEqual([1000, 1000])
    const [ofSinusoidal, ofRope] = ends.map(([, loss]) => loss) as [number, number]
    expect(ofSinusoidal - ofRope).toBeGreaterThanOrEqual(0.4)
    // And on typed arrays, turned by the kernels of this project, it is the same model.
    expect(Math.abs((rope?.measured.loss ?? 0) - ofRope)).toBeLessThan(1e-3)
    expect(rope?.weights).toBe(sinusoidal?.weights)
    expect(rope?.batches).toBe(sinusoidal?.batches)
  },
  LIMIT,
)
