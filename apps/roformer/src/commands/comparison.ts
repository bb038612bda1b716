/**
 * The commands `mlm`, `pieces` and `lm`: kinds of positions against each other.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Arguments, isMasked } from '../arguments.js'
import type { PositionName } from '../model/options.js'
import { svgChart, textChart } from '../report/chart.js'
import { comparisonTable, heldOutSeries, type Unit, verdicts } from '../report/comparison.js'
import { toJson, writeFiles } from '../report/files.js'
import { createLive } from '../report/live.js'
import { heldOutLabels, unitOf } from '../report/record.js'
import { compare } from '../runs/compare.js'
import { COMPARED, RECIPES, type Recipe } from '../runs/recipe.js'
import type { VariantState } from '../runs/state.js'
import type { World } from '../world.js'

/** Minutes after which no step begins, unless told otherwise. */
const MINUTES = 3

/** Trains the variants of a recipe side by side, and says what is true of them. */
export async function runComparison(asked: Arguments, world: World): Promise<void> {
  const task = COMPARED.find((one) => one === asked.command) ?? 'mlm'
  const recipe = recipeFor(asked, RECIPES[task])
  const unit = unitOf(task)
  const minutes = asked.minutes ?? MINUTES
  const variants = variantsOf(asked, recipe)
  const live = createLive({ write: world.writeOut, isTerminal: world.isTerminal })
  world.writeOut(`${introduction(recipe, variants, asked)}\n\n`)
  const { seed, processes } = asked
  const deadline = Date.now() + minutes * 60_000
  const outcomes = await compare(
    { recipe, variants, seed, processes, deadline },
    world.workers.variant,
    (states) => live.show(pictureOf(states, recipe, unit), lineOf(states, unit)),
  )
  const states = outcomes.map((outcome) => ({
    ...outcome,
    ...{ step: outcome.steps, training: undefined },
  }))
  live.end(pictureOf(states, recipe, unit))
  world.writeOut(
    `\n${[...shortfalls(states, recipe, minutes), ...verdicts(states, unit)].join('\n')}\n`,
  )
  const files = writeFiles(asked.out ?? join(tmpdir(), 'roformer'), {
    [`${task}.json`]: toJson({ recipe, outcomes }),
    [`${task}.svg`]: svgChart(heldOutSeries(states, unit), heldOutLabels(recipe)),
  })
  world.writeOut(`${files.map((path) => `wrote ${path}`).join('\n')}\n`)
}

function recipeFor({ steps }: Arguments, recipe: Recipe): Recipe {
  return steps === undefined ? recipe : { ...recipe, steps }
}

function variantsOf({ command, all }: Arguments, { variants }: Recipe): readonly PositionName[] {
  return isMasked(command) && all !== true ? ['sinusoidal', 'rope'] : variants
}

function introduction(
  { task, model, sequences, steps }: Recipe,
  variants: readonly PositionName[],
  { seed }: Arguments,
): string {
  const what =
    task === 'lm'
      ? 'Causal character models with linear attention'
      : `Masked language models of ${task === 'mlm' ? 'characters' : 'pieces of words'}`
  const sizes = `${model.layers} layers of ${model.width} channels, ${model.heads} heads, ${sequences} sequences of ${model.tokens} tokens a step`
  return `${what} on the State of the Union addresses since 1900: ${sizes}, ${steps} steps, seed ${seed}.\nPositions: ${variants.join(', ')}; weights, batches and masks are the same.`
}

function pictureOf(states: readonly VariantState[], recipe: Recipe, unit: Unit): string {
  const chart = textChart(heldOutSeries(states, unit), heldOutLabels(recipe))
  return [comparisonTable(states, recipe.steps, unit), ...(chart === '' ? [] : ['', chart])].join(
    '\n',
  )
}

/** What is new, where nothing can be drawn over: the held-out losses so far. */
function lineOf(states: readonly VariantState[], unit: Unit): string {
  return states
    .flatMap(({ positions, heldOut }) => {
      const [step, loss] = heldOut.at(-1) ?? []
      return loss === undefined ? [] : [`${positions} ${step}: ${(loss * unit.scale).toFixed(3)}`]
    })
    .join(', ')
}

/** What the deadline cut off. */
function shortfalls(states: readonly VariantState[], { steps }: Recipe, minutes: number): string[] {
  return states
    .filter(({ step }) => step < steps)
    .map(
      ({ positions, step }) =>
        `${positions} came as far as step ${step} of ${steps} in the ${minutes} minutes that it had; --minutes gives it more`,
    )
}
