/**
 * The attention of one head as a map: a row for each token that looks, a column for each that is
 * looked at. Drawn in the colour of its element, as dark as its share; anew where the theme changes.
 */
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { opacities } from './intensity.js'

/** A map. */
export interface HeatMapProps {
  /** [tokens * tokens], queries by keys; null before there is any. */
  readonly map: Float32Array<ArrayBuffer> | null
  readonly tokens: number
  /** The share that is drawn darkest. */
  readonly darkest: number
  /** What the picture shows, in one sentence. */
  readonly summary: string
}

/** The map. */
export function HeatMap({ map, tokens, darkest, summary }: HeatMapProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const { current } = canvas
    if (current === null) return
    const draw = (): void => paint(current, map, darkest)
    draw()
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', draw)
    const theme = new MutationObserver(draw)
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      scheme.removeEventListener('change', draw)
      theme.disconnect()
    }
  }, [map, darkest, tokens])
  return (
    <canvas
      ref={canvas}
      class="map"
      width={tokens}
      height={tokens}
      role="img"
      aria-label={summary}
    />
  )
}

function paint(canvas: HTMLCanvasElement, map: Float32Array | null, darkest: number): void {
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) return
  const { width, height } = canvas
  context.clearRect(0, 0, width, height)
  if (map === null) return
  // The colour of the element, as red, green and blue: whatever the sheet says, painted once.
  context.fillStyle = getComputedStyle(canvas).color
  context.fillRect(0, 0, width, height)
  const image = context.getImageData(0, 0, width, height)
  opacities(map, darkest).forEach((opacity, i) => {
    image.data[4 * i + 3] = opacity
  })
  context.putImageData(image, 0, 0)
}
