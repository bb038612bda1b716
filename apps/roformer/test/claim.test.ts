/**
 * The paper's claim, trained again: after as many steps on the same weights, batches and masks, a
 * masked language model with RoPE is far ahead of one with sinusoidal positions. Steps are counted,
 * never seconds. Each model has a process of its own, which is started on the built program.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { PositionName } from '../src/model/options.js'
import { checkSameStart } from '../src/runs/compare.js'
import { inProcesses, type VariantOutcome } from '../src/runs/processes.js'
import { RECIPES } from '../src/runs/recipe.js'

const PROGRAM = fileURLToPath(new URL('../dist/roformer.js', import.meta.url))

/** Half of the run, whose rate is still high. */
const STEPS = 1000

/** A hang ends it, a busy machine does not: two or three minutes of two cores are needed. */
const LIMIT = 20 * 60_000

test(
  'after 1,000 steps RoPE is at least 0.4 nats ahead of sinusoidal positions',
  async () => {
    expect(existsSync(PROGRAM), 'the app has to be built: npm run build').toBe(true)
    const recipe = { ...RECIPES.mlm, measureEvery: STEPS }
    const { variant } = inProcesses(PROGRAM)
    const train = (positions: PositionName): Promise<VariantOutcome> =>
      variant({ recipe, positions, seed: 1, lastStep: STEPS }, () => {})
    const [sinusoidal, rope] = await Promise.all([train('sinusoidal'), train('rope')])
    checkSameStart([sinusoidal, rope])
    const ends = [sinusoidal, rope].map(({ heldOut }) => heldOut.at(-1) ?? [0, Number.NaN])
    expect(ends.map(([step]) => step)).toEqual([STEPS, STEPS])
    const [ofSinusoidal, ofRope] = ends.map(([, loss]) => loss) as [number, number]
    expect(ofSinusoidal - ofRope).toBeGreaterThanOrEqual(0.4)
    // And on typed arrays, turned by the kernels of this project, it is the same model.
    expect(Math.abs(rope.measured.loss - ofRope)).toBeLessThan(1e-3)
    expect(rope.weights).toBe(sinusoidal.weights)
    expect(rope.batches).toBe(sinusoidal.batches)
  },
  LIMIT,
)
