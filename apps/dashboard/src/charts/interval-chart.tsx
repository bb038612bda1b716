/**
 * Values with their intervals, one line each.
 */
import type { JSX } from 'preact'
import type { IntervalRow } from './interval-row.js'
import { PlotFigure } from './plot-figure.js'
import { shortCase } from './short-case.js'

/** What the chart shows. */
export interface IntervalChartProps {
  readonly id: string
  readonly summary: string
  /** What the values are, with their unit. */
  readonly label: string
  readonly rows: readonly IntervalRow[]
  readonly isLog: boolean
  /** Where a line stands for a limit; null for none. */
  readonly limit: number | null
}

/** The chart. */
export function IntervalChart(props: IntervalChartProps): JSX.Element {
  const { id, summary, label, rows, isLog, limit } = props
  const lines = rows.map((row) => ({ ...row, line: `${row.name}, ${shortCase(row.case)}` }))
  const names = [...new Set(lines.map(({ line }) => line))]
  const height = 70 + 22 * names.length
  return (
    <PlotFigure
      id={id}
      summary={summary}
      columns={['Case', 'Who', label, 'Low', 'High']}
      rows={rows.map((row) => [row.case, row.name, row.value, row.low, row.high])}
      height={height}
      draw={(plot, width) => {
        const marginLeft = Math.min(300, width * 0.55)
        return plot.plot({
          ...{ width, height, marginLeft, marginBottom: 46 },
          x: { type: isLog ? 'log' : 'linear', label, grid: true, tickFormat: '~g', nice: true },
          y: { label: null, domain: names },
          marks: [
            // A name may take the margin, and no more; the table has it whole.
            plot.axisY({ tickSize: 0, lineWidth: marginLeft / 14.5, textOverflow: 'ellipsis' }),
            ...(limit === null ? [] : [plot.ruleX([limit], { stroke: 'var(--ink)' })]),
            plot.ruleY(lines, {
              ...{ x1: 'low', x2: 'high', y: 'line', stroke: 'var(--accent)', strokeWidth: 2 },
            }),
            plot.dot(lines, { x: 'value', y: 'line', fill: 'var(--accent)', r: 4 }),
          ],
        })
      }}
    />
  )
}
