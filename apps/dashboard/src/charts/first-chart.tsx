/**
 * Cold against warm: the first call of each contender, and the median of those that came later.
 */
import type { JSX } from 'preact'
import { PlotFigure } from './plot-figure.js'
import type { FirstRow } from './series.js'
import { shortCase } from './short-case.js'

/** What the chart shows. */
export interface FirstChartProps {
  readonly rows: readonly FirstRow[]
  /** The clock's smallest step in microseconds: a first call may be below it. */
  readonly step: number
}

/** The chart. */
export function FirstChart({ rows, step }: FirstChartProps): JSX.Element {
  const lines = rows.map((row) => ({
    ...row,
    line: `${row.name}, ${shortCase(row.case)}`,
    first: Math.max(row.first, step),
  }))
  const names = [...new Set(lines.map(({ line }) => line))]
  const height = 70 + 22 * names.length
  return (
    <PlotFigure
      id="first-figure"
      summary="The first call of each (a diamond) and the median of the warm ones (a dot). One first call is one measurement, without an interval; code that an earlier contender has warmed is warm for the next one."
      columns={['Case', 'Who', 'First call, us', 'Warm, us', 'First over warm']}
      rows={rows.map(({ case: id, name, first, warm }) => [id, name, first, warm, first / warm])}
      height={height}
      draw={(plot, width) => {
        const marginLeft = Math.min(300, width * 0.55)
        return plot.plot({
          ...{ width, height, marginLeft, marginBottom: 46 },
          x: { type: 'log', label: 'microseconds', grid: true, tickFormat: '~g', nice: true },
          y: { label: null, domain: names },
          marks: [
            plot.axisY({ tickSize: 0, lineWidth: marginLeft / 14.5, textOverflow: 'ellipsis' }),
            plot.ruleY(lines, { x1: 'warm', x2: 'first', y: 'line', stroke: 'var(--line)' }),
            plot.dot(lines, { x: 'warm', y: 'line', fill: 'var(--accent)', r: 4 }),
            plot.dot(lines, {
              ...{ x: 'first', y: 'line', symbol: 'diamond', r: 5 },
              ...{ stroke: 'var(--series-2)', fill: 'var(--card)', strokeWidth: 2 },
            }),
          ],
        })
      }}
    />
  )
}
