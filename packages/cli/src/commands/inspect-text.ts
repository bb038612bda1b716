/**
 * One profile for human eyes: its numbers, a table of pairs with their wavelengths, and a plot.
 */
import {
  type AxesOptions,
  dependsOnLength,
  type RopeConfig,
  type ScheduleOptions,
} from '@rope/core'
import { resolvePairing } from '@rope/core/backend'
import type { Colors } from '../format/colors.js'
import { type Column, facts, table } from '../format/table.js'
import { count, significant } from '../format/text.js'
import { plotLines } from './inspect-plot.js'
import type { PairReport, PairState, ProfileReport } from './inspect-report.js'

/** Most rows of the table of pairs. */
const ROWS = 12

/** The lines below a profile's heading. */
export function profileText(report: ProfileReport, colors: Colors): string {
  const { config, pairs, context } = report
  if (config === null) {
    const layers =
      report.layers === null ? '' : `\n${facts([['layers', layersText(report.layers)]])}`
    return `  nothing rotates: these layers have other position embeddings, or none${layers}`
  }
  const plot = plotLines(pairs, context)
  const note = slowPairs(pairs, context)
  return [
    facts(summary(report, config)),
    '',
    pairTable(report, colors),
    ...(plot.length === 0 ? [] : ['', ...plot]),
    ...(note === null ? [] : ['', `  ${note}`]),
  ].join('\n')
}

function summary(
  report: ProfileReport,
  config: RopeConfig,
): readonly (readonly [string, string])[] {
  const { headDim, rotaryDim, windowOffset, pairing } = config
  const pairs = rotaryDim / 2
  const { partner } = resolvePairing(pairing, pairs)
  const last = windowOffset + rotaryDim - 1
  const window =
    rotaryDim === headDim
      ? 'all rotate'
      : `${rotaryDim} rotate (${windowOffset} to ${last}), the others pass through`
  return [
    ...(report.layers === null ? [] : [['layers', layersText(report.layers)] as const]),
    ['schedule', scheduleText(config.schedule)],
    ['head', `${headDim} channels, ${window}`],
    ['pairs', `${pairs}, ${pairing}: channel c turns with channel c + ${partner}`],
    ['range', rangesText(report.ranges)],
    ['axes', axesText(config.axes)],
    ['attention factor', `${report.attentionFactor} (on cos and sin; ${report.attentionRule})`],
    [
      'softmax scale',
      `${report.softmaxScale} (on 1/sqrt(${report.attentionDim ?? headDim}); ${report.softmaxRule})`,
    ],
    ['context', report.context === null ? 'not stated' : `${report.context} tokens`],
    ...lengthFacts(report, config.schedule),
  ]
}

function lengthFacts(
  { length, regime }: ProfileReport,
  schedule: ScheduleOptions,
): readonly (readonly [string, string])[] {
  if (!dependsOnLength(schedule)) {
    const note = `the same for every length; --length ${length} has no effect here`
    return length === null ? [] : [['table', note]]
  }
  if (length !== null) return [['table', `of a sequence of ${length} tokens, regime ${regime}`]]
  return [['table', 'of a short sequence; --length N shows that of another']]
}

/** `0-4, 6-10`: runs of consecutive layers. */
function layersText(layers: readonly number[]): string {
  const runs: [number, number][] = []
  for (const layer of layers) {
    const last = runs.at(-1)
    if (last !== undefined && last[1] === layer - 1) last[1] = layer
    else runs.push([layer, layer])
  }
  return `${layers.length}: ${runs.map(rangeText).join(', ')}`
}

function rangeText([first, last]: readonly [number, number]): string {
  return first === last ? `${first}` : `${first}-${last}`
}

/** `0-16 kept, 17-40 blended, 41-63 interpolated`, in the order of the pairs. */
function rangesText(ranges: ProfileReport['ranges']): string {
  const states = Object.entries(ranges) as [PairState, readonly (readonly [number, number])[]][]
  const runs = states.flatMap(([state, own]) => own.map((range) => ({ state, range })))
  runs.sort((a, b) => a.range[0] - b.range[0])
  const shown = runs.slice(0, 8).map(({ state, range }) => `${rangeText(range)} ${state}`)
  return runs.length > 8 ? `${shown.join(', ')}, ...` : shown.join(', ')
}

/** `linear, base 10000, factor 4`: the type, then every plain number of the schedule. */
function scheduleText(schedule: ScheduleOptions): string {
  const numbers = Object.entries(schedule)
    .filter(([key, value]) => key !== 'type' && !Array.isArray(value))
    .map(([key, value]) => `${key} ${String(value)}`)
  return [schedule.type, ...numbers].join(', ')
}

function axesText(axes: AxesOptions | null): string {
  if (axes === null) return 'one position per token'
  if (axes.kind === 'one-hot') return oneHotText(axes.count, axes.axisOfPair)
  return `${axes.weights.length}, mixed by weights`
}

/** `3, with 24, 20 and 20 pairs in turn`. */
function oneHotText(axes: number, axisOfPair: readonly number[]): string {
  const counts = Array.from({ length: axes }, (_, axis) => axisOfPair.filter((own) => own === axis))
  const sizes = counts.map(({ length }) => length)
  const inOrder = axisOfPair.every((axis, pair) => axis >= (axisOfPair[pair - 1] ?? 0))
  const order = inOrder ? 'one after the other' : 'in turn'
  return `${axes}, with ${sizes.join(', ')} pairs ${order}`
}

function pairTable({ pairs, context }: ProfileReport, colors: Colors): string {
  const hasStates = pairs.some(({ state }) => state !== 'kept')
  const hasAxes = pairs.some(({ axis }) => axis !== null)
  const columns: readonly Column[] = [
    { title: '  pair', align: 'right' },
    { title: 'channels', align: 'left' },
    { title: 'radians per token', align: 'right' },
    { title: 'tokens per turn', align: 'right' },
    ...(context === null ? [] : [{ title: `turns in ${context}`, align: 'right' } as const]),
    ...(hasStates ? [{ title: 'state', align: 'left' } as const] : []),
    ...(hasAxes ? [{ title: 'axis', align: 'right' } as const] : []),
  ]
  const rows = sample(pairs).map((own) => [
    `${own.pair}`,
    own.channels.join(', '),
    significant(own.frequency, 6),
    own.wavelength === null ? 'never' : significant(own.wavelength, 4),
    ...(own.turns === null ? [] : [significant(own.turns, 4)]),
    ...(hasStates ? [own.state] : []),
    ...(hasAxes ? [`${own.axis ?? ''}`] : []),
  ])
  return table(columns, rows, colors.dim)
}

/** At most ROWS pairs, evenly spread, the first and the last among them. */
function sample(pairs: readonly PairReport[]): readonly PairReport[] {
  if (pairs.length <= ROWS) return pairs
  return Array.from({ length: ROWS }, (_, row) => {
    const index = Math.round((row * (pairs.length - 1)) / (ROWS - 1))
    return pairs[index] as PairReport
  })
}

/** How many pairs never see a whole turn: those are the ones that extending a context touches. */
function slowPairs(pairs: readonly PairReport[], context: number | null): string | null {
  if (context === null) return null
  const slow = pairs.filter(({ turns }) => turns !== null && turns < 1).length
  return `${slow} of ${count(pairs.length, 'pair')} never complete${slow === 1 ? 's' : ''} a turn within ${context} tokens`
}
