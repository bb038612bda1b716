/**
 * What `@rope/auto` chose for each kind of call, as a map with its table.
 */
import type { AutoResult } from '@rope/bench/auto'
import type { JSX } from 'preact'
import { SERIES_COLOURS } from '../charts/colours.js'
import { PlotFigure } from '../charts/plot-figure.js'
import { type ChoiceSummary, choiceFields, choiceSummary } from './choices.js'

/** Pixels of a line, and of a letter. */
const LINE_HEIGHT = 30
const LETTER = 6.5

/** The map. */
export function AutoChart({ result }: { readonly result: AutoResult }): JSX.Element {
  const fields = choiceFields(result)
  const lines = [...new Set(fields.map(({ line }) => line))]
  const tokens = [...new Set(fields.map((field) => field.tokens))]
  const names = result.backends.map(({ name }) => name)
  const height = 56 + LINE_HEIGHT * lines.length
  return (
    <PlotFigure
      id="choices-figure"
      summary={summaryText(choiceSummary(result))}
      columns={['Kind of call', 'Tokens', 'Chosen', 'Best', 'Chosen over best', 'Verdict']}
      rows={fields.map(({ line, tokens: count, chosen, best, ratio, verdict }) => [
        ...[line, Number(count), chosen, best, ratio, verdict],
      ])}
      height={height}
      draw={(plot, width) => {
        const marginLeft = Math.min(260, width * 0.42)
        // Where a name has no room, its first letter stands for it.
        const longest = Math.max(...names.map(({ length }) => length + 1))
        const isRoomy = (width - marginLeft) / tokens.length > longest * LETTER
        const place = { x: 'tokens', y: 'line' } as const
        return plot.plot({
          ...{ width, height, marginLeft, marginTop: 10, marginBottom: 46 },
          x: { label: 'tokens', domain: tokens, padding: 0.06 },
          y: { label: null, domain: lines, padding: 0.12 },
          color: { domain: names, range: [...SERIES_COLOURS] },
          marks: [
            plot.axisY({ tickSize: 0, lineWidth: marginLeft / 14.5, textOverflow: 'ellipsis' }),
            plot.cell(fields, { ...place, fill: 'chosen', rx: 4 }),
            plot.text(fields, {
              ...place,
              text: ({ chosen, verdict }: (typeof fields)[number]) =>
                `${verdict === 'wrong' ? '✕ ' : ''}${isRoomy ? chosen : chosen.slice(0, 1)}`,
              fill: 'var(--card)',
              fontWeight: 600,
            }),
          ],
        })
      }}
    />
  )
}

function summaryText({ counted, right, worst }: ChoiceSummary): string {
  if (counted === 0) return 'There was nothing to choose: no kind of call had two backends.'
  const others = right < counted ? '; the others have a cross' : ''
  const far =
    worst === null
      ? 'one of the choices was too slow to be timed'
      : `the worst choice took ${worst.toFixed(2)} times as long as the best`
  return `The backend that @rope/auto chose was within 10 % of the fastest in ${right} of ${counted} kinds of calls${others}; ${far}. Each line is a dtype, on ordinary memory or in a backend's own.`
}
