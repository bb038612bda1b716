/**
 * The losses of both models: figures, curves, and the numbers behind them.
 */
import type { JSX } from 'preact'
import type { Recipe } from '../../runs/recipe.js'
import { Card } from '../page/card.js'
import { type ChartLine, LineChart } from '../page/line-chart.js'
import { lookOf, ModelName, NAMES } from '../page/model-name.js'
import { Table } from '../page/table.js'
import { describeLoss, describeRate, NOTHING } from '../page/words.js'
import { type ModelState, meansOf } from '../training/model-state.js'
import { heldOutRows, type Lines, linesOf, meanWidth, rangeOf } from './lines.js'
import { type RecordedRuns, recordedStart } from './recorded.js'

/** What the card shows. */
export interface LossCardProps {
  readonly models: readonly ModelState[]
  readonly recipe: Recipe
  readonly recorded: RecordedRuns
}

/** The card. */
export function LossCard({ models, recipe, recorded }: LossCardProps): JSX.Element {
  const lines = models.map((model) => linesOf(model, recipe, recorded))
  const hasRecorded = lines.some((line) => line.recorded.length > 0)
  const rows = heldOutRows(models)
  return (
    <Card id="loss" title="The losses">
      <Table
        caption="how far both models are"
        columns={['Positions', 'Step', 'Training', 'Held out', 'Steps/s']}
        rows={models.map((model) => {
          const recent = meansOf(model.losses, meanWidth(recipe)).at(-1)?.[1] ?? model.losses.at(-1)
          return [
            <ModelName positions={model.positions} key="name" />,
            model.losses.length.toLocaleString('en-US'),
            describeLoss(recent),
            describeLoss(model.heldOut.at(-1)?.[1]),
            describeRate(model.rate),
          ]
        })}
      />
      <LineChart
        lines={lines.flatMap(chartLines)}
        steps={recipe.steps}
        label="loss of a guess, nats"
        height="tall"
        range={rangeOf(lines, recordedStart(recorded, recipe))}
        summary={summaryOf(models)}
      />
      <p class="quiet">
        Thick with marks: speeches that no model learns from. Thin: what it learns from.{' '}
        {hasRecorded
          ? 'Broad and faint: the held-out losses that were recorded in Node; where a browser rounds in another way, the curves part in time.'
          : 'Nothing was recorded with this recipe.'}
      </p>
      <details>
        <summary>The held-out losses in numbers</summary>
        {rows.length === 0 ? (
          <p class="quiet">None yet: they are measured every {recipe.measureEvery} steps.</p>
        ) : (
          <Table
            caption="held-out losses, in nats"
            columns={['Step', ...models.map(({ positions }) => NAMES[positions])]}
            rows={rows.map(([step, ...losses]) => [step, ...losses.map(describeLoss)])}
          />
        )}
      </details>
    </Card>
  )
}

function chartLines({ positions, recorded, training, heldOut }: Lines): ChartLine[] {
  const look = lookOf(positions)
  return [
    ...recorded.map((curve): ChartLine => ({ look, stroke: 'faint', curve })),
    { look, stroke: 'thin', curve: training },
    { look, stroke: 'strong', curve: heldOut },
  ]
}

function summaryOf(models: readonly ModelState[]): string {
  const ends = models.map(({ positions, heldOut }) => {
    const [step, loss] = heldOut.at(-1) ?? []
    const now = loss === undefined ? NOTHING : `${describeLoss(loss)} nats after ${step} steps`
    return `${NAMES[positions]} ${now}`
  })
  return `Losses against steps. Held out, by now: ${ends.join('; ')}.`
}
