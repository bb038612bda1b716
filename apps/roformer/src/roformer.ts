/**
 * The program: arguments in, a live table and a verdict on standard output, errors on standard error.
 * It sees the process only through what it is given, so that tests run it too.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RopeError } from '@rope/core'
import { type Arguments, parseArguments } from './arguments.js'
import type { PositionName } from './model/options.js'
import { svgChart, textChart } from './report/chart.js'
import {
  BITS,
  comparisonTable,
  heldOutSeries,
  NATS,
  type Unit,
  verdicts,
} from './report/comparison.js'
import { toJson, writeFiles } from './report/files.js'
import { createLive } from './report/live.js'
import { compare } from './runs/compare.js'
import type { StartVariant } from './runs/processes.js'
import { RECIPES, type Recipe } from './runs/recipe.js'
import type { VariantState } from './runs/state.js'

/** The outside world of one run. */
export interface World {
  readonly writeOut: (text: string) => void
  readonly writeErr: (text: string) => void
  /** Whether standard output can be drawn over. */
  readonly isTerminal: boolean
  readonly startVariant: StartVariant
}

/**
 * Runs the program and returns its exit code: 0 for success, 1 for a failed process, 2 for a bad
 * argument or file. Defects of the program itself are thrown.
 */
export async function runRoformer(words: readonly string[], world: World): Promise<number> {
  const parsed = parseArguments(words, world)
  if ('exitCode' in parsed) return parsed.exitCode
  try {
    return await runComparison(parsed.arguments, world)
  } catch (error) {
    if (!RopeError.isInstance(error)) throw error
    world.writeErr(`error: ${error.message}\n`)
    return error.code === 'BACKEND_FAILED' ? 1 : 2
  }
}

/** Minutes after which no step of a masked language model begins, unless told otherwise. */
const MLM_MINUTES = 3

async function runComparison(asked: Arguments, world: World): Promise<number> {
  const task = asked.command
  const recipe = recipeFor(asked, RECIPES[task])
  const unit = task === 'mlm' ? NATS : BITS
  const minutes = asked.minutes ?? (task === 'mlm' ? MLM_MINUTES : undefined)
  const variants = variantsOf(asked, recipe)
  const live = createLive({ write: world.writeOut, isTerminal: world.isTerminal })
  world.writeOut(`${introduction(recipe, variants, asked)}\n\n`)
  const { seed, processes } = asked
  const deadline = minutes === undefined ? {} : { deadline: Date.now() + minutes * 60_000 }
  const outcomes = await compare(
    { recipe, variants, seed, processes, ...deadline },
    world.startVariant,
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
    [`${task}.svg`]: svgChart(heldOutSeries(states, unit), labelsOf(recipe, unit)),
  })
  world.writeOut(`${files.map((path) => `wrote ${path}`).join('\n')}\n`)
  return 0
}

function recipeFor({ steps }: Arguments, recipe: Recipe): Recipe {
  return steps === undefined ? recipe : { ...recipe, steps }
}

function variantsOf({ command, all }: Arguments, { variants }: Recipe): readonly PositionName[] {
  return command === 'mlm' && all !== true ? ['sinusoidal', 'rope'] : variants
}

function introduction(
  { task, model, sequences, steps }: Recipe,
  variants: readonly PositionName[],
  { seed }: Arguments,
): string {
  const what =
    task === 'mlm' ? 'Masked language models' : 'Causal character models with linear attention'
  const sizes = `${model.layers} layers of ${model.width} channels, ${model.heads} heads, ${sequences} sequences of ${model.tokens} tokens a step`
  return `${what} on the State of the Union addresses since 1900: ${sizes}, ${steps} steps, seed ${seed}.\nPositions: ${variants.join(', ')}; weights, batches and masks are the same.`
}

function labelsOf({ task }: Recipe, unit: Unit): { title: string; x: string; y: string } {
  const of = task === 'mlm' ? 'a masked token' : 'a character'
  return { title: `Held-out loss of ${of}`, x: 'training steps', y: unit.name }
}

function pictureOf(states: readonly VariantState[], recipe: Recipe, unit: Unit): string {
  const chart = textChart(heldOutSeries(states, unit), labelsOf(recipe, unit))
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
function shortfalls(
  states: readonly VariantState[],
  { steps }: Recipe,
  minutes: number | undefined,
): string[] {
  return states
    .filter(({ step }) => step < steps)
    .map(
      ({ positions, step }) =>
        `${positions} came as far as step ${step} of ${steps} in the ${minutes} minutes that it had; --minutes gives it more`,
    )
}
