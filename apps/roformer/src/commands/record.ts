/**
 * The command `record`: runs every task on several seeds, keeps the numbers in `recorded`, and makes
 * the README's tables and pictures from them.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Arguments } from '../arguments.js'
import { toJson, writeFiles } from '../report/files.js'
import {
  type ComparisonRecord,
  type ExtensionRecord,
  type Records,
  recordedPictures,
  renderReadme,
} from '../report/record.js'
import { checkSameStart } from '../runs/compare.js'
import { inLanes } from '../runs/lanes.js'
import type { VariantOutcome } from '../runs/processes.js'
import { COMPARED, RECIPES, type Recipe, type Task } from '../runs/recipe.js'
import type { World } from '../world.js'
import { extendAll, FINE_TUNING, WINDOWS } from './extension.js'

/** Seeds that are recorded, unless told otherwise. */
const SEEDS = 3

const TASKS: readonly Task[] = [...COMPARED, 'extend']

/** Records what was asked for; everything when nothing was. */
export async function runRecord(asked: Arguments, world: World): Promise<void> {
  for (const task of asked.only === undefined ? TASKS : [asked.only]) {
    await recordTask(task, asked, world)
    world.writeOut(`recorded ${task}\n`)
  }
  writeReport(world.appFolder)
}

/** The records of an app's folder. */
export function readRecords(appFolder: string): Records {
  const found = TASKS.map((task) => [task, join(appFolder, 'recorded', `${task}.json`)] as const)
    .filter(([, path]) => existsSync(path))
    .map(([task, path]) => [task, JSON.parse(readFileSync(path, 'utf8'))] as const)
  return Object.fromEntries(found)
}

/** Makes the pictures and the README's tables from the records. */
function writeReport(appFolder: string): void {
  const records = readRecords(appFolder)
  writeFiles(join(appFolder, 'recorded'), recordedPictures(records))
  const readme = join(appFolder, 'README.md')
  writeFileSync(readme, renderReadme(readFileSync(readme, 'utf8'), records))
}

async function recordTask(task: Task, asked: Arguments, world: World): Promise<void> {
  const recipe = { ...RECIPES[task], steps: asked.steps ?? RECIPES[task].steps }
  const say = (line: string): void => world.writeOut(`${line}\n`)
  if (task !== 'extend') return recordComparison(recipe, asked, world, say)
  const outcomes = await extendAll(recipe, asked, world.workers, say)
  const { seed } = asked
  write(world, { recipe, seed, fineTuning: FINE_TUNING, windows: WINDOWS, outcomes })
}

/**
 * Variants on several seeds. What the file holds for this very recipe is kept, and the file is written
 * whenever a variant is done: a recording that was stopped goes on where it was.
 */
async function recordComparison(
  recipe: Recipe,
  asked: Arguments,
  world: World,
  say: (line: string) => void,
): Promise<void> {
  const known = readRecords(world.appFolder)[recipe.task] as ComparisonRecord | undefined
  const isSame = toJson(known?.recipe) === toJson(recipe)
  let outcomes = isSame ? (known?.outcomes ?? []) : []
  const seeds = Array.from({ length: asked.seeds ?? SEEDS }, (_, i) => asked.seed + i)
  const missing = seeds
    .flatMap((seed) => recipe.variants.map((positions) => ({ seed, positions })))
    .filter((job) => !outcomes.some((outcome) => isOf(job, outcome)))
  await inLanes(missing, asked.processes, async ({ seed, positions }) => {
    const { trained: _, ...outcome } = await world.workers.variant(
      { recipe, positions, seed },
      () => {},
    )
    outcomes = [...outcomes, outcome]
    checkSameStart(outcomes.filter((other) => other.seed === seed))
    write(world, { recipe, outcomes: inOrder(outcomes, recipe) })
    say(`${recipe.task}: ${positions}, seed ${seed} is done`)
  })
}

function isOf(
  { seed, positions }: Pick<VariantOutcome, 'seed' | 'positions'>,
  outcome: VariantOutcome,
): boolean {
  return outcome.seed === seed && outcome.positions === positions
}

function inOrder(outcomes: readonly VariantOutcome[], { variants }: Recipe): VariantOutcome[] {
  const place = ({ positions }: VariantOutcome): number => variants.indexOf(positions)
  return [...outcomes].sort((a, b) => a.seed - b.seed || place(a) - place(b))
}

function write(world: World, record: ComparisonRecord | ExtensionRecord): void {
  const folder = join(world.appFolder, 'recorded')
  writeFiles(folder, { [`${record.recipe.task}.json`]: toJson(record) })
}
