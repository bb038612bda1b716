/**
 * The command `extend`: a model trained at a short length, and what each schedule makes of it beyond.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Arguments } from '../arguments.js'
import type { ExtensionJob, ExtensionOutcome } from '../extension/extend-model.js'
import { LENGTHS } from '../extension/measure-lengths.js'
import { EXTENSIONS, type ExtensionName } from '../extension/schedules.js'
import { BITS } from '../report/comparison.js'
import { extensionTable, extensionVerdicts } from '../report/extension.js'
import { toJson, writeFiles } from '../report/files.js'
import { extensionPicture } from '../report/record.js'
import { inLanes } from '../runs/lanes.js'
import type { Trained, Workers } from '../runs/processes.js'
import { RECIPES, type Recipe } from '../runs/recipe.js'
import type { World } from '../world.js'

/** Steps of fine-tuning with each schedule. */
export const FINE_TUNING = 40
/** Sequences that are measured. */
export const WINDOWS = 8

/** Trains a model, extends it with every schedule, and says what is true. */
export async function runExtension(asked: Arguments, world: World): Promise<void> {
  const recipe = { ...RECIPES.extend, steps: asked.steps ?? RECIPES.extend.steps }
  const { tokens } = recipe.model
  world.writeOut(
    `A causal character model, trained at ${tokens} tokens with RoPE, seed ${asked.seed}.\n`,
  )
  const outcomes = await extendAll(recipe, asked, world.workers, (line) =>
    world.writeOut(`${line}\n`),
  )
  const lengths = `The same ${WINDOWS} times 64 characters with a context of ${LENGTHS.join(', ')} tokens; ${BITS.name} of a character`
  world.writeOut(`\n${lengths}, as trained:\n\n${extensionTable(outcomes, 'before', BITS)}\n`)
  const tuned = `and after ${FINE_TUNING} steps of fine-tuning at ${LENGTHS.at(-1)} tokens`
  world.writeOut(`\n${tuned}:\n\n${extensionTable(outcomes, 'after', BITS)}\n`)
  world.writeOut(`\n${extensionVerdicts(outcomes, BITS).join('\n')}\n`)
  const files = writeFiles(asked.out ?? join(tmpdir(), 'roformer'), {
    'extend.json': toJson({ recipe, outcomes }),
    'extend.svg': extensionPicture(outcomes, 'before'),
    'extend-fine-tuned.svg': extensionPicture(outcomes, 'after'),
  })
  world.writeOut(`${files.map((path) => `wrote ${path}`).join('\n')}\n`)
}

/** Trains the model and extends it, as many schedules at a time as there are processes for. */
export async function extendAll(
  recipe: Recipe,
  { seed, processes }: Pick<Arguments, 'seed' | 'processes'>,
  workers: Workers,
  say: (line: string) => void,
): Promise<readonly ExtensionOutcome[]> {
  const job = { recipe, positions: 'rope', seed, keepModel: true } as const
  let last = 0
  const { trained } = await workers.variant(job, ({ heldOut: [step, loss] = [0, 0] }) => {
    if (step > last) say(`step ${step} of ${recipe.steps}: ${(loss * BITS.scale).toFixed(3)} bits`)
    last = step
  })
  return inLanes(EXTENSIONS, processes, async (name) => {
    const outcome = await workers.extension(jobOf(name, trained as Trained, seed))
    say(`extended with ${name}`)
    return outcome
  })
}

function jobOf(name: ExtensionName, { options, weights }: Trained, seed: number): ExtensionJob {
  return { name, options, weights, seed, fineTuning: FINE_TUNING, windows: WINDOWS }
}
