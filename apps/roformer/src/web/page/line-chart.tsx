/**
 * Curves against steps as a picture: Observable Plot, loaded when the page is shown. It is drawn anew
 * when a curve has grown, and when its place has another width.
 */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Curve } from '../training/model-state.js'
import type { Look } from './model-name.js'

/** Plot, as a module. */
type Plot = typeof import('@observablehq/plot')

/** How a line is drawn: broad and faint, thin, or strong with a mark at each point. */
export type Stroke = 'faint' | 'thin' | 'strong'

/** A line. */
export interface ChartLine {
  readonly look: Look
  readonly stroke: Stroke
  readonly curve: Curve
}

/** What the chart shows. */
export interface LineChartProps {
  readonly lines: readonly ChartLine[]
  /** Steps from end to end. */
  readonly steps: number
  /** Values from end to end. */
  readonly range: readonly [least: number, most: number]
  /** What the values are. */
  readonly label: string
  /** What the picture shows, in one sentence. */
  readonly summary: string
  /** In pixels, whatever the width. */
  readonly height: 'tall' | 'low'
}

const HEIGHTS = { tall: 320, low: 180 } as const

/** The chart. */
export function LineChart(props: LineChartProps): JSX.Element {
  const { lines, steps, range, label, summary, height } = props
  const place = useRef<HTMLDivElement>(null)
  const problem = useSignal<string | null>(null)
  const drawn = JSON.stringify([lines, steps, range])
  useEffect(() => {
    const { current } = place
    if (current === null) return
    let isGone = false
    const show = async (): Promise<void> => {
      try {
        const plot = await import('@observablehq/plot')
        const axes = {
          x: { label: 'steps', domain: [0, steps], ticks: 5 },
          y: { label, domain: range, grid: true, nice: true, ticks: height === 'tall' ? 6 : 4 },
        }
        const size = { width: current.clientWidth, height: HEIGHTS[height] }
        const margins = { marginLeft: 36, marginRight: 22 }
        const marks = lines.flatMap((line) => marksOf(plot, line))
        if (!isGone)
          current.replaceChildren(tidy(plot.plot({ ...size, ...margins, ...axes, marks })))
      } catch (error) {
        problem.value = error instanceof Error ? error.message : String(error)
      }
    }
    // It is called at once, and whenever the width changes.
    const resized = new ResizeObserver(() => void show())
    resized.observe(current)
    return () => {
      isGone = true
      resized.disconnect()
    }
  }, [drawn])
  return (
    <>
      <div class={`plot ${height}`} ref={place} role="img" aria-label={summary} />
      {problem.value !== null && <p class="failure">The chart cannot be drawn: {problem.value}</p>}
    </>
  )
}

type Point = Curve[number]
type Marks = ReturnType<Plot['line' | 'dot']>[]

const X = ([step]: Point): number => step
const Y = ([, value]: Point): number => value

/** RoPE is solid with dots, its rival dashed with squares. */
function marksOf(plot: Plot, { look, stroke: how, curve }: ChartLine): Marks {
  const isRope = look === 'rope'
  const stroke = isRope ? 'var(--accent)' : 'var(--series-2)'
  const common = { x: X, y: Y, stroke }
  const dashes = isRope ? {} : { strokeDasharray: '6 3' }
  if (how === 'faint') {
    return [plot.line(curve, { ...common, strokeOpacity: 0.3, strokeWidth: 5 })]
  }
  if (how === 'thin') {
    return [plot.line(curve, { ...common, ...dashes, strokeWidth: 1, strokeOpacity: 0.75 })]
  }
  const symbol = isRope ? 'circle' : 'square'
  return [
    plot.line(curve, { ...common, ...dashes, strokeWidth: 2.5 }),
    plot.dot(curve, { x: X, y: Y, fill: stroke, stroke: 'var(--card)', symbol, r: 4 }),
  ]
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
