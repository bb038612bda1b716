/**
 * Accuracy against position, for three ways to make angles.
 */

import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { ANGLE_WAYS, accuracyPoints } from './accuracy.js'
import { SERIES_COLOURS } from './colours.js'
import { gapOf, labelRoom, spreadLabels } from './labels.js'
import { PlotFigure } from './plot-figure.js'

/** Pixels of the chart, and of a name in it. */
const HEIGHT = 340
const LABEL_HEIGHT = 16

/** The chart. */
export function AccuracyChart(): JSX.Element {
  const points = useMemo(accuracyPoints, [])
  const last = ANGLE_WAYS.flatMap((way) => points.filter((point) => point.way === way).slice(-1))
  const errors = points.map(({ error }) => error)
  const labels = spreadLabels(
    last.map(({ way, position, error }) => ({ name: way, x: position, y: error })),
    gapOf(errors, LABEL_HEIGHT, HEIGHT - 50),
  )
  const place = { x: 'position', y: 'error', z: 'way' } as const
  return (
    <PlotFigure
      id="accuracy-figure"
      summary="The largest error of a rotated pair by the position of its token, for Llama 3 8B: angles in double precision, rounded once, stay where they are; float32 angles drift away, and so do those of a naive shader."
      columns={['How angles are made', 'Position', 'Error, relative to the norm']}
      rows={points.map(({ way, position, error }) => [way, position, error])}
      height={HEIGHT}
      draw={(plot, width) => {
        const marginRight = labelRoom(width)
        return plot.plot({
          ...{ width, height: HEIGHT, marginLeft: 60, marginBottom: 44, marginRight },
          x: { type: 'log', label: 'position', tickFormat: '~s' },
          y: { type: 'log', label: 'error', grid: true, tickFormat: '.0e' },
          color: { range: [...SERIES_COLOURS] },
          marks: [
            plot.line(points, { ...place, stroke: 'way', strokeWidth: 2 }),
            plot.dot(points, {
              ...place,
              stroke: 'way',
              symbol: 'way',
              fill: 'var(--card)',
              r: 3.5,
            }),
            plot.text(labels, {
              ...{ x: 'x', y: 'at', text: 'name', textAnchor: 'start', dx: 10 },
              lineWidth: (marginRight - 10) / 12,
              ...{ fill: 'var(--ink)', stroke: 'var(--card)', strokeWidth: 4 },
            }),
          ],
        })
      }}
    />
  )
}
