/**
 * Recorded runs, and what the README says of them: everything between two marks in it is made here.
 */
import { RopeError } from '@rope/core'
import type { ExtensionOutcome } from '../extension/extend-model.js'
import { LENGTHS } from '../extension/measure-lengths.js'
import type { PositionName } from '../model/options.js'
import type { VariantOutcome } from '../runs/processes.js'
import { COMPARED, type Recipe } from '../runs/recipe.js'
import type { LossAt } from '../runs/state.js'
import { type ChartLabels, type Series, svgChart } from './chart.js'
import { BITS, NATS, type Unit } from './comparison.js'
import { positionSeries, type Stage } from './extension.js'

/** Runs of variants on some seeds. */
export interface ComparisonRecord {
  readonly recipe: Recipe
  readonly outcomes: readonly VariantOutcome[]
}

/** A model that was extended. */
export interface ExtensionRecord {
  readonly recipe: Recipe
  readonly seed: number
  readonly fineTuning: number
  readonly windows: number
  readonly outcomes: readonly ExtensionOutcome[]
}

/** Everything that has been recorded. */
export type Records = {
  readonly [Task in (typeof COMPARED)[number]]?: ComparisonRecord
} & { readonly extend?: ExtensionRecord }

/** What the losses of a task are told in. */
export function unitOf(task: Recipe['task']): Unit {
  return task === 'mlm' || task === 'pieces' ? NATS : BITS
}

/** The pictures of all records, by their file names. */
export function recordedPictures(records: Records): Readonly<Record<string, string>> {
  const pictures: Record<string, string> = {}
  for (const task of COMPARED) {
    const record = records[task]
    if (record !== undefined) pictures[`${task}.svg`] = comparisonPicture(record)
  }
  for (const stage of ['before', 'after'] as const) {
    const { extend } = records
    if (extend !== undefined)
      pictures[`extend-${stage}.svg`] = extensionPicture(extend.outcomes, stage)
  }
  return pictures
}

/** Charts of extensions end here, in bits: guessing by frequency alone takes about 4.4. */
const MOST_BITS = 6

/** The picture of a stage of an extension. */
export function extensionPicture(outcomes: readonly ExtensionOutcome[], stage: Stage): string {
  const when = stage === 'before' ? 'as trained at 128' : 'after a short fine-tuning at 1,024'
  return svgChart(positionSeries(outcomes, stage, BITS), {
    title: `Loss by position in sequences of 1,024, ${when}`,
    ...{ x: 'position', y: 'bits of a character', most: MOST_BITS },
  })
}

/** What a chart of held-out losses says. */
export function heldOutLabels({ task, alphabet, model }: Recipe): ChartLabels {
  const what = alphabet === 'pieces' ? 'piece of a word' : 'character'
  const of = model.causal ? `a ${what}` : `a masked ${what}`
  return { title: `Held-out loss of ${of}`, x: 'training steps', y: unitOf(task).name }
}

function comparisonPicture({ recipe, outcomes }: ComparisonRecord): string {
  const { scale } = unitOf(recipe.task)
  const series = recipe.variants.map((name): Series => {
    const curves = outcomes.filter(({ positions }) => positions === name)
    const points = (curves[0]?.heldOut ?? []).map(([step], i) => {
      const losses = curves.map(({ heldOut }) => heldOut[i]?.[1] ?? Number.NaN)
      return [step, mean(losses) * scale] as const
    })
    return { name, points }
  })
  const seeds = new Set(outcomes.map(({ seed }) => seed)).size
  const labels = heldOutLabels(recipe)
  const suffix = seeds === 1 ? 'one seed' : `mean of ${seeds} seeds`
  return svgChart(series, { ...labels, title: `${labels.title}, ${suffix}` })
}

/** The README with what stands between its marks made anew. */
export function renderReadme(text: string, records: Records): string {
  return text.replaceAll(
    /(<!-- recorded (\w+) -->\n).*?(<!-- end -->)/gs,
    (_, start: string, task: string, end: string) =>
      `${start}\n${sectionOf(task, records)}\n${end}`,
  )
}

function sectionOf(task: string, records: Records): string {
  const compared = COMPARED.find((one) => one === task)
  if (compared !== undefined) return comparisonSection(records[compared])
  if (task === 'extend') return extensionSection(records.extend)
  throw new RopeError(
    'INVALID_FILE',
    `the README marks a place for ${task}; accepted: ${[...COMPARED, 'extend'].join(', ')}`,
  )
}

const NOTHING = 'Nothing has been recorded yet.\n'

function comparisonSection(record: ComparisonRecord | undefined): string {
  if (record === undefined) return NOTHING
  const { recipe, outcomes } = record
  const { name, scale } = unitOf(recipe.task)
  const rows = recipe.variants.flatMap((positions) => {
    const own = outcomes.filter((outcome) => outcome.positions === positions)
    return own.length === 0 ? [] : [comparisonRow(positions, own, scale)]
  })
  return [
    `![the held-out losses](recorded/${recipe.task}.svg)`,
    '',
    `| positions | seeds | steps | held-out loss, ${name} | by \`@rope/auto\` |`,
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    describeRecipe(recipe),
    '',
  ].join('\n')
}

function comparisonRow(
  positions: PositionName,
  own: readonly VariantOutcome[],
  scale: number,
): string {
  const show = (losses: readonly number[]): string =>
    losses.map((loss) => (loss * scale).toFixed(3)).join(', ')
  const ends = own.map(({ heldOut }) => (heldOut.at(-1) as LossAt)[1])
  const seeds = own.map(({ seed }) => seed).join(', ')
  const steps = [...new Set(own.map((outcome) => outcome.steps))].join(', ')
  return `| ${positions} | ${seeds} | ${steps} | ${show(ends)} | ${show(own.map(({ measured }) => measured.loss))} |`
}

function describeRecipe({ model, sequences, rate, warmup, heldOutBatches }: Recipe): string {
  const { layers, width, heads, tokens, norm } = model
  return `${layers} layers of ${width} channels, ${heads} heads, ${norm}-LN, ${sequences} sequences of ${tokens} tokens a step; Adam at ${rate}, rising for ${warmup} steps, then falling to a twentieth; measured on ${heldOutBatches} batches that no model sees.`
}

function extensionSection(record: ExtensionRecord | undefined): string {
  if (record === undefined) return NOTHING
  const { outcomes, recipe, seed, fineTuning, windows } = record
  const lengths = LENGTHS.map((length) => length.toLocaleString('en-US'))
  const table = (stage: Stage): string[] => [
    `| schedule | ${lengths.join(' | ')} |`,
    `| --- |${' --- |'.repeat(lengths.length)}`,
    ...outcomes.map((outcome) => {
      const losses = outcome[stage].map(({ last }) => (last * BITS.scale).toFixed(3))
      return `| ${outcome.name} | ${losses.join(' | ')} |`
    }),
  ]
  return [
    `Bits of the same ${windows} times 64 characters with a context of so many, as trained at 128 (${recipe.steps} steps, seed ${seed}):`,
    '',
    ...table('before'),
    '',
    `and after ${fineTuning} steps of fine-tuning on one sequence of 1,024 each, with the schedule for 1,024 at every length:`,
    '',
    ...table('after'),
    '',
    '![loss by position, as trained](recorded/extend-before.svg)',
    '',
    '![loss by position, fine-tuned](recorded/extend-after.svg)',
    '',
  ].join('\n')
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
