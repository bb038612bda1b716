/**
 * The losses as a picture: Observable Plot, loaded when the page is shown. It is drawn anew when a
 * curve has grown, and when its place has another width.
 */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { LossAt } from '../../runs/state.js'
import { lookOf } from '../page/model-name.js'
import type { Lines } from './lines.js'

/** Plot, as a module. */
type Plot = typeof import('@observablehq/plot')

/** What the chart shows. */
export interface LossChartProps {
  readonly lines: readonly Lines[]
  /** Steps from end to end. */
  readonly steps: number
  /** Losses from end to end, in nats. */
  readonly range: readonly [least: number, most: number]
  /** What the picture shows, in one sentence. */
  readonly summary: string
}

/** Height in pixels, whatever the width. */
const HEIGHT = 320

/** The chart. */
export function LossChart({ lines, steps, range, summary }: LossChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  const problem = useSignal<string | null>(null)
  const drawn = JSON.stringify([lines, range])
  useEffect(() => {
    const { current } = place
    if (current === null) return
    let isGone = false
    const show = async (): Promise<void> => {
      try {
        const plot = await import('@observablehq/plot')
        const marks = lines.flatMap((line) => marksOf(plot, line))
        const axes = {
          x: { label: 'steps', domain: [0, steps], ticks: 5 },
          y: { label: 'loss of a guess, nats', domain: range, grid: true, nice: true, ticks: 6 },
        }
        const size = { width: current.clientWidth, height: HEIGHT, marginLeft: 36, marginRight: 22 }
        if (!isGone) current.replaceChildren(tidy(plot.plot({ ...size, ...axes, marks })))
      } catch (error) {
        problem.value = error instanceof Error ? error.message : String(error)
      }
    }
    void show()
    const resized = new ResizeObserver(() => void show())
    resized.observe(current)
    return () => {
      isGone = true
      resized.disconnect()
    }
  }, [drawn])
  return (
    <>
      <div class="plot" ref={place} role="img" aria-label={summary} />
      {problem.value !== null && <p class="failure">The chart cannot be drawn: {problem.value}</p>}
    </>
  )
}

const X = ([step]: LossAt): number => step
const Y = ([, loss]: LossAt): number => loss

type Marks = ReturnType<Plot['line']>[]

/** Recorded faintly, training thinly, held out strongly with a mark at each measurement. */
function marksOf(plot: Plot, { positions, recorded, training, heldOut }: Lines): Marks {
  const look = lookOf(positions)
  const stroke = look === 'rope' ? 'var(--accent)' : 'var(--series-2)'
  const common = { x: X, y: Y, stroke, ...(look === 'rope' ? {} : { strokeDasharray: '6 3' }) }
  const symbol = look === 'rope' ? 'circle' : 'square'
  return [
    ...recorded.map((curve) =>
      plot.line(curve, { ...common, strokeOpacity: 0.3, strokeWidth: 5, strokeDasharray: '' }),
    ),
    plot.line(training, { ...common, strokeWidth: 1, strokeOpacity: 0.75 }),
    plot.line(heldOut, { ...common, strokeWidth: 2.5 }),
    plot.dot(heldOut, { x: X, y: Y, fill: stroke, stroke: 'var(--card)', symbol, r: 4.5 }),
  ] as Marks
}

/**
 * Plot writes a sheet into each chart, which the content policy takes not (ours has its rules), and
 * names for groups of lines, which say nothing beside the sentence that names the whole.
 */
function tidy<Drawn extends Element>(chart: Drawn): Drawn {
  for (const style of chart.querySelectorAll('style')) style.remove()
  for (const part of chart.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label')
  return chart
}
