/**
 * The view "Explore": what a model's config makes of RoPE, in the pictures of the tutorials.
 */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { PlotFigure } from '../charts/plot-figure.js'
import { Card } from '../parts/card.js'
import { EXAMPLE } from './example.js'
import { type ModelRope, type ReadModel, readModel } from './model.js'
import { RelativeCard } from './relative-card.js'
import { decayOf, distancesTo } from './scores.js'
import { VectorCard } from './vector-card.js'

/** The context where a config does not say. */
const USUAL_CONTEXT = 4096

/** The view. */
export function ExploreView(): JSX.Element {
  const text = useSignal(EXAMPLE)
  const read = useSignal<ReadModel | null>(null)
  const chosen = useSignal(0)
  useEffect(() => {
    let isOld = false
    void readModel(text.value).then((found) => {
      if (!isOld) read.value = found
    })
    return () => {
      isOld = true
    }
  }, [text.value, read])
  const ropes = read.value?.ropes ?? []
  const rope = ropes[Math.min(chosen.value, ropes.length - 1)]
  return (
    <div class="beside">
      <Card id="config" title="A model's config.json">
        <label for="config-text">Paste or drop one</label>
        <textarea
          id="config-text"
          rows={16}
          wrap="off"
          spellcheck={false}
          value={text.value}
          aria-invalid={read.value?.problem != null}
          aria-describedby="config-problem"
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value
          }}
          onDrop={async (event) => {
            const [file] = event.dataTransfer?.files ?? []
            if (file === undefined) return
            event.preventDefault()
            text.value = await file.slice(0, 2 ** 21).text()
          }}
        />
        <p id="config-problem" class="problem" role="status">
          {read.value?.problem}
        </p>
        {ropes.length > 1 && (
          <div class="actions">
            {ropes.map(({ name }, index) => (
              <button
                key={name}
                type="button"
                aria-pressed={ropes[index] === rope}
                onClick={() => {
                  chosen.value = index
                }}
              >
                {name}
              </button>
            ))}
          </div>
        )}
        {rope !== undefined && <Diagnostics rope={rope} />}
      </Card>
      {rope !== undefined && <Pictures rope={rope} />}
    </div>
  )
}

function Diagnostics({ rope }: { readonly rope: ModelRope }): JSX.Element {
  const { schedule, context, assumptions, warnings, pairs } = rope
  return (
    <div class="diagnostics">
      <p class="quiet">
        Schedule {schedule}, {pairs.length} pairs,{' '}
        {context === null ? 'context not said' : `context ${context.toLocaleString('en')}`}
      </p>
      <ul>
        {warnings.map((warning) => (
          <li key={warning}>
            <strong>Odd:</strong> {warning}
          </li>
        ))}
        {assumptions.map((assumption) => (
          <li key={assumption}>
            <strong>Assumed:</strong> {assumption}
          </li>
        ))}
      </ul>
    </div>
  )
}

function Pictures({ rope }: { readonly rope: ModelRope }): JSX.Element {
  return (
    <div class="stack">
      <Card id="wavelengths" title="Wavelength of each pair">
        <Wavelengths rope={rope} />
      </Card>
      <Card id="decay" title="Long-term decay">
        <Decay rope={rope} />
      </Card>
      <div class="cards">
        <VectorCard rope={rope} />
        <RelativeCard rope={rope} />
      </div>
    </div>
  )
}

function Wavelengths({ rope }: { readonly rope: ModelRope }): JSX.Element {
  const { pairs, schedule, context } = rope
  const shown = pairs.filter(({ wavelength }) => wavelength !== null)
  const changed = shown.filter(
    ({ wavelength, plain }) => plain !== null && !isClose(wavelength, plain),
  )
  const beyond = shown.filter(({ wavelength }) => context !== null && (wavelength ?? 0) > context)
  const summary = [
    changed.length === 0
      ? 'The plain schedule: wavelengths grow by the same factor from pair to pair.'
      : `${schedule} changes ${changed.length} of ${pairs.length} pairs against the plain schedule (dashed).`,
    context === null
      ? ''
      : `${beyond.length} pairs do not turn once within the context (the level line).`,
  ].join(' ')
  return (
    <PlotFigure
      id="wavelengths-figure"
      summary={summary}
      columns={['Pair', 'Tokens per turn', 'Under the plain schedule']}
      rows={pairs.map(({ pair, wavelength, plain }) => [pair, wavelength, plain])}
      height={300}
      draw={(plot, width) =>
        plot.plot({
          ...{ width, height: 300, marginLeft: 60, marginBottom: 44 },
          x: { label: 'pair' },
          y: { type: 'log', label: 'tokens per turn', grid: true, tickFormat: '~s' },
          marks: [
            ...(context === null ? [] : [plot.ruleY([context], { stroke: 'var(--quiet)' })]),
            plot.line(shown, {
              x: 'pair',
              y: 'plain',
              stroke: 'var(--quiet)',
              strokeDasharray: '4 4',
            }),
            plot.line(shown, {
              x: 'pair',
              y: 'wavelength',
              stroke: 'var(--accent)',
              strokeWidth: 2.5,
            }),
          ],
        })
      }
    />
  )
}

function isClose(one: number | null, other: number | null): boolean {
  return one !== null && other !== null && Math.abs(one / other - 1) < 1e-9
}

function Decay({ rope }: { readonly rope: ModelRope }): JSX.Element {
  const most = rope.context ?? USUAL_CONTEXT
  const distances = distancesTo(most)
  const scores = decayOf(rope.frequencies, distances)
  const points = distances.map((distance, i) => ({ distance: distance + 1, score: scores[i] ?? 0 }))
  return (
    <PlotFigure
      id="decay-figure"
      summary="The score of two equal vectors falls as the distance between them grows (RoFormer, section 3.4.3)."
      columns={['Distance', 'Score, as a share of that at 0']}
      rows={distances.map((distance, i) => [distance, scores[i] ?? null])}
      height={260}
      draw={(plot, width) =>
        plot.plot({
          ...{ width, height: 260, marginLeft: 60, marginBottom: 44 },
          x: { type: 'log', label: 'distance + 1', tickFormat: '~s' },
          y: { label: 'share of the score at 0', grid: true },
          marks: [
            plot.ruleY([0], { stroke: 'var(--quiet)' }),
            plot.line(points, {
              x: 'distance',
              y: 'score',
              stroke: 'var(--accent)',
              strokeWidth: 2,
            }),
          ],
        })
      }
    />
  )
}
