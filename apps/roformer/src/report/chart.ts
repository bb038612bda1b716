/**
 * A line chart, in characters and as SVG, of the same series.
 */

/** A named line. */
export interface Series {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** What a chart says beside its lines. */
export interface ChartLabels {
  readonly title: string
  readonly x: string
  readonly y: string
  /** The largest y that is drawn; lines above it run along the edge. */
  readonly most?: number
}

/** Numbers between which a chart runs. */
interface Range {
  readonly fromX: number
  readonly toX: number
  readonly fromY: number
  readonly toY: number
}

function rangeOf(series: readonly Series[], most = Number.POSITIVE_INFINITY): Range {
  const points = series.flatMap((line) => line.points)
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => Math.min(y, most))]
  return {
    ...{ fromX: Math.min(...xs), toX: Math.max(...xs) },
    ...{ fromY: Math.floor(2 * Math.min(...ys)) / 2, toY: Math.ceil(2 * Math.max(...ys)) / 2 },
  }
}

function share(value: number, from: number, to: number): number {
  return to === from ? 0 : Math.min(1, (value - from) / (to - from))
}

const COLUMNS = 60
const LINES = 14

/** The chart in characters: each line is drawn with the first letter of its name. */
export function textChart(series: readonly Series[], { title, x, y }: ChartLabels): string {
  if (series.every(({ points }) => points.length === 0)) return ''
  const range = rangeOf(series)
  const cells = Array.from({ length: LINES }, () => Array.from({ length: COLUMNS }, () => ' '))
  for (const { name, points } of series) {
    for (const [column, value] of sampled(points, range)) {
      const line = Math.round((1 - share(value, range.fromY, range.toY)) * (LINES - 1))
      const row = cells[line] as string[]
      row[column] = name.charAt(0)
    }
  }
  const edge = (value: number): string => value.toFixed(1).padStart(5)
  const rows = cells.map((row, i) => {
    const label = i === 0 ? edge(range.toY) : i === LINES - 1 ? edge(range.fromY) : '     '
    return `${label} |${row.join('').trimEnd()}`
  })
  const axis = `      +${'-'.repeat(COLUMNS)}`
  const ends = `       ${range.fromX}${String(range.toX).padStart(COLUMNS - String(range.fromX).length)}`
  const legend = series.map(({ name }) => `${name.charAt(0)} = ${name}`).join(', ')
  return [`${title} (${y} by ${x}; ${legend})`, ...rows, axis, ends].join('\n')
}

/** One value for each column that a line crosses. */
function sampled(points: Series['points'], range: Range): [number, number][] {
  const columnOf = (x: number): number =>
    Math.round(share(x, range.fromX, range.toX) * (COLUMNS - 1))
  return points.flatMap(([x, y], i) => {
    const [nextX, nextY] = points[i + 1] ?? [x, y]
    const [from, to] = [columnOf(x), columnOf(nextX)]
    const count = Math.max(1, to - from)
    return Array.from({ length: count }, (_, step): [number, number] => [
      from + step,
      y + ((nextY - y) * step) / count,
    ])
  })
}

const WIDTH = 720
const HEIGHT = 400
const LEFT = 60
const RIGHT = 170
const TOP = 40
const BOTTOM = 50
const COLOURS = [
  '#0b62a4',
  '#c8452b',
  '#3d8b37',
  '#8a5aa8',
  '#b8860b',
  '#555555',
  '#00838f',
  '#ad1457',
]
const TICKS = 5

/** The chart as an SVG document. */
export function svgChart(series: readonly Series[], labels: ChartLabels): string {
  const range = rangeOf(series, labels.most)
  const atX = (x: number): number =>
    LEFT + share(x, range.fromX, range.toX) * (WIDTH - LEFT - RIGHT)
  const atY = (y: number): number =>
    HEIGHT - BOTTOM - share(y, range.fromY, range.toY) * (HEIGHT - TOP - BOTTOM)
  const lines = series.map(({ points }, i) => {
    const path = points.map(([x, y]) => `${round(atX(x))},${round(atY(y))}`).join(' ')
    const colour = COLOURS[i % COLOURS.length]
    return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path}"/>`
  })
  const names = spread(series.map(({ points }) => atY(points.at(-1)?.[1] ?? range.fromY))).map(
    (y, i) => {
      const attributes = `x="${WIDTH - RIGHT + 8}" y="${round(y + 4)}" fill="${COLOURS[i % COLOURS.length]}"`
      return `<text ${attributes}>${escapeText(series[i]?.name ?? '')}</text>`
    },
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13" role="img">`,
    `<title>${escapeText(labels.title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="${LEFT}" y="22" font-size="15">${escapeText(labels.title)}</text>`,
    ...ticks(range, atX, atY),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${escapeText(labels.x)}</text>`,
    `<text transform="translate(16 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${escapeText(labels.y)}</text>`,
    ...lines,
    ...names,
    '</svg>',
    '',
  ].join('\n')
}

function ticks(range: Range, atX: (x: number) => number, atY: (y: number) => number): string[] {
  return Array.from({ length: TICKS }, (_, i) => {
    const x = range.fromX + ((range.toX - range.fromX) * i) / (TICKS - 1)
    const y = range.fromY + ((range.toY - range.fromY) * i) / (TICKS - 1)
    return [
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(atY(y))}" y2="${round(atY(y))}" stroke="#dddddd"/>`,
      `<text x="${LEFT - 6}" y="${round(atY(y) + 4)}" text-anchor="end">${round(y)}</text>`,
      `<text x="${round(atX(x))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${Math.round(x)}</text>`,
    ].join('\n')
  })
}

/** Heights at least a line of text apart, in the order of the lines' ends. */
function spread(heights: readonly number[]): number[] {
  const order = heights
    .map((_, i) => i)
    .sort((a, b) => (heights[a] as number) - (heights[b] as number))
  const placed = [...heights]
  order.forEach((i, rank) => {
    const above =
      rank === 0 ? Number.NEGATIVE_INFINITY : (placed[order[rank - 1] as number] as number)
    placed[i] = Math.max(placed[i] as number, above + 16)
  })
  return placed
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
