/**
 * Throughput against size: a line for each contender, the limits of the machine as the roof.
 */
import { useSignal } from '@preact/signals'
import type { BenchResult } from '@rope/bench'
import type { JSX } from 'preact'
import { SERIES_COLOURS } from './colours.js'
import { gapOf, labelRoom, spreadLabels } from './labels.js'
import { PlotFigure } from './plot-figure.js'
import { familiesOf, familyText, linesOf, type RatePoint, ratesOf } from './series.js'

/** Pixels of the chart, and of a name in it. */
const HEIGHT = 400
const LABEL_HEIGHT = 14

/** The chart, with a choice where a result has several kinds of cases. */
export function RatesChart({ result }: { readonly result: BenchResult }): JSX.Element {
  const families = familiesOf(result).filter((family) => ratesOf(result, family).length > 0)
  const chosen = useSignal('')
  const family = families.includes(chosen.value) ? chosen.value : families[0]
  if (family === undefined) {
    return <p class="quiet">This result has no times: a GPU in software has only ratios to tell.</p>
  }
  return (
    <>
      {families.length > 1 && (
        <div class="actions families">
          {families.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={name === family}
              onClick={() => {
                chosen.value = name
              }}
            >
              {familyText(name)}
            </button>
          ))}
        </div>
      )}
      <Rates family={family} points={ratesOf(result, family)} />
    </>
  )
}

interface RatesProps {
  readonly family: string
  readonly points: readonly RatePoint[]
}

function Rates({ family, points }: RatesProps): JSX.Element {
  const { lines, roof } = linesOf(points)
  const series = new Map(lines.map((point) => [point.name, point]))
  const top = roof.at(-1)
  const ends = [...series.values(), ...(top === undefined ? [] : [{ ...top, name: 'the limit' }])]
  const rates = [...lines, ...roof].map(({ gigabytesPerSecond }) => gigabytesPerSecond)
  const labels = spreadLabels(
    ends.map(({ name, bytes, gigabytesPerSecond }) => ({ name, x: bytes, y: gigabytesPerSecond })),
    gapOf(rates, LABEL_HEIGHT, HEIGHT - 50),
  )
  const place = { x: 'bytes', y: 'gigabytesPerSecond', z: 'name' } as const
  return (
    <PlotFigure
      id="rates-figure"
      summary={`Bytes per second of ${familyText(family)}, by the bytes of a call; the limit of the machine is dashed.`}
      columns={['Who', 'Bytes of a call', 'GB/s']}
      rows={points.map(({ name, bytes, gigabytesPerSecond }) => [name, bytes, gigabytesPerSecond])}
      height={HEIGHT}
      draw={(plot, width) => {
        const marginRight = labelRoom(width)
        return plot.plot({
          ...{ width, height: HEIGHT, marginLeft: 60, marginBottom: 44, marginRight },
          x: { type: 'log', label: 'bytes of a call', tickFormat: '~s' },
          y: { type: 'log', label: 'GB/s', grid: true, tickFormat: '~g' },
          color: { range: [...SERIES_COLOURS] },
          marks: [
            plot.line(roof, { ...place, z: null, stroke: 'var(--quiet)', strokeDasharray: '6 4' }),
            plot.dot(roof, { ...place, fill: 'var(--quiet)', r: 2.5 }),
            plot.line(lines, { ...place, stroke: 'name', strokeWidth: 2 }),
            plot.dot(lines, {
              ...place,
              stroke: 'name',
              symbol: 'name',
              fill: 'var(--card)',
              r: 4,
            }),
            plot.text(labels, {
              ...{ x: 'x', y: 'at', text: 'name', textAnchor: 'start', dx: 10 },
              ...{ lineWidth: (marginRight - 10) / 12, textOverflow: 'ellipsis' },
              ...{ fill: 'var(--ink)', stroke: 'var(--card)', strokeWidth: 4 },
            }),
          ],
        })
      }}
    />
  )
}
