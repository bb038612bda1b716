/**
 * A chart with its table: Observable Plot, loaded when the first chart is shown. The chart is a
 * picture with a sentence; the table says the same in numbers. Both can be taken away, as PNG and
 * as CSV.
 */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { saveFile } from '../parts/save-file.js'
import { Table } from '../parts/table.js'
import { field } from '../results/csv.js'
import { toPng } from './png.js'

/** Plot, as a module. */
export type Plot = typeof import('@observablehq/plot')

/** A chart. */
export interface PlotFigureProps {
  /** Unique on the page. */
  readonly id: string
  /** What the picture shows, in one sentence. */
  readonly summary: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number | null)[])[]
  /** Pixels that it is high: nothing moves when it comes. */
  readonly height: number
  /** Draws it; `width` is what there is room for. */
  draw(plot: Plot, width: number): SVGElement | HTMLElement
}

/** The chart, its table and its two files. */
export function PlotFigure(props: PlotFigureProps): JSX.Element {
  const { id, summary, columns, rows, height, draw } = props
  const place = useRef<HTMLDivElement>(null)
  const problem = useSignal<string | null>(null)
  const drawn = JSON.stringify(rows)
  useEffect(() => {
    const { current } = place
    if (current === null) return
    let isGone = false
    const show = async (): Promise<void> => {
      try {
        const plot = await import('@observablehq/plot')
        if (!isGone) current.replaceChildren(tidy(draw(plot, current.clientWidth)))
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
  const savePng = async (): Promise<void> => {
    const svg = place.current?.querySelector('svg')
    if (svg != null) saveFile(`${id}.png`, await toPng(svg), 'image/png')
  }
  const csv = (): string => [columns, ...rows].map((row) => row.map(field).join(',')).join('\r\n')
  return (
    <figure id={id}>
      <div
        class="plot"
        ref={place}
        role="img"
        aria-label={summary}
        style={{ minHeight: `${height}px` }}
      />
      {problem.value !== null && <p class="failure">The chart cannot be drawn: {problem.value}</p>}
      <figcaption>{summary}</figcaption>
      <details>
        <summary>The numbers</summary>
        <Table
          caption={summary}
          columns={columns}
          rows={rows.map((row, index) => ({ key: String(index), cells: row.map(cellText) }))}
        />
      </details>
      <div class="actions">
        <button type="button" onClick={() => void savePng()}>
          PNG
        </button>
        <button type="button" onClick={() => saveFile(`${id}.csv`, csv(), 'text/csv')}>
          CSV
        </button>
      </div>
    </figure>
  )
}

function cellText(value: string | number | null): string {
  if (value === null) return '–'
  return typeof value === 'number' ? String(Number(value.toPrecision(5))) : value
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
