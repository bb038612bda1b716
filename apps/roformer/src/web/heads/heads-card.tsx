/**
 * Where one head of each model looks: a map, a sentence, and the numbers by distance.
 */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { Recipe } from '../../runs/recipe.js'
import { Card } from '../page/card.js'
import { LineChart } from '../page/line-chart.js'
import { lookOf, ModelName, NAMES } from '../page/model-name.js'
import { Select } from '../page/select.js'
import { Table } from '../page/table.js'
import { describeShare, NOTHING } from '../page/words.js'
import type { ModelState } from '../training/model-state.js'
import { READ_EVERY } from '../training/reading.js'
import { DISTANCES, evenShare, NEAR } from './distances.js'
import { HeatMap } from './heat-map.js'
import { darkestShare } from './intensity.js'
import { describeHead, NEAREST, nearCurve, type ShownHead, showHead } from './shown-head.js'

/** What the card shows. */
export interface HeadsCardProps {
  readonly models: readonly ModelState[]
  readonly recipe: Recipe
  /** Which sentence is looked at. */
  readonly sentence: number
}

/** The card. */
export function HeadsCard({ models, recipe, sentence }: HeadsCardProps): JSX.Element {
  const chosen = useSignal(NEAREST)
  const { layers, heads, tokens } = recipe.model
  const shown = models.map((model) => showHead(model, recipe.model, sentence, chosen.value))
  const darkest = darkestShare(
    shown.flatMap((head) => head?.map ?? []),
    tokens,
  )
  const every = Array.from({ length: layers * heads }, (_, i) => i)
  return (
    <Card id="heads" title="Where a head looks">
      <Select
        id="head"
        label="Head"
        options={[
          [NEAREST, 'in each model, the one that looks nearest'],
          ...every.map((i) => [String(i), describeHead(i, recipe.model)] as const),
        ]}
        chosen={chosen.value}
        onChange={(value) => {
          chosen.value = value
        }}
      />
      <div class="maps">
        {models.map(({ positions, snapshot }, i) => (
          <figure key={positions}>
            <figcaption>
              <ModelName positions={positions} />
              <small>{snapshot === null ? 'not begun' : `after ${snapshot.step} steps`}</small>
            </figcaption>
            <div class={positions === 'rope' ? 'rope' : 'rival'}>
              <HeatMap
                map={shown[i]?.map ?? null}
                tokens={tokens}
                darkest={darkest}
                summary={summaryOf(NAMES[positions], shown[i] ?? null, recipe)}
              />
            </div>
            <p class="below">{belowOf(shown[i] ?? null, recipe)}</p>
          </figure>
        ))}
      </div>
      <p class="quiet">
        A row for each token that looks, a column for each that it looks at; the darkest cell is{' '}
        {shown.every((head) => head === null) ? NOTHING : describeShare(darkest)} of a row. A band
        along the diagonal means: it looks at its neighbours. Read anew every {READ_EVERY} steps.
      </p>
      <LineChart
        lines={models.map((model) => ({
          look: lookOf(model.positions),
          stroke: 'strong',
          curve: nearCurve(model, sentence, chosen.value),
        }))}
        steps={recipe.steps}
        range={[0, 1]}
        label="share of attention within 3 tokens"
        height="low"
        summary={historyOf(models, shown)}
      />
      <details>
        <summary>The attention by distance, in numbers</summary>
        <Table
          caption="shares of attention by distance"
          columns={[
            'Tokens',
            ...models.map(({ positions }) => <ModelName positions={positions} key={positions} />),
            'Even',
          ]}
          rows={DISTANCES.map((distances) => [
            distances.name,
            ...shown.map((head) =>
              head === null ? NOTHING : describeShare(head.within(distances)),
            ),
            describeShare(evenShare(tokens, distances)),
          ])}
        />
      </details>
    </Card>
  )
}

function belowOf(head: ShownHead | null, { model }: Recipe): string {
  if (head === null) return NOTHING
  return `${describeHead(head.head, model)}: ${describeShare(head.within(NEAR))} within 3 tokens`
}

function historyOf(models: readonly ModelState[], shown: readonly (ShownHead | null)[]): string {
  const ends = models.map(({ positions }, i) => {
    const share = shown[i]?.within(NEAR)
    return `${NAMES[positions]} ${share === undefined ? NOTHING : describeShare(share)}`
  })
  return `The share of attention within 3 tokens, against steps. By now: ${ends.join('; ')}.`
}

function summaryOf(name: string, head: ShownHead | null, recipe: Recipe): string {
  if (head === null) return `Attention of ${name}: nothing yet.`
  const even = describeShare(evenShare(recipe.model.tokens, NEAR))
  return `Attention of ${name}, ${belowOf(head, recipe)} of the one that looks; even attention would give them ${even}.`
}
