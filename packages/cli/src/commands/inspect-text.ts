/**
 * One profile for human eyes: its numbers, and a table of pairs with their wavelengths.
 */
import {
  type AxesOptions,
  computeFrequencies,
  type Frequencies,
  type RopeConfig,
  resolvePairing,
  type ScheduleOptions,
} from '@rope/core'
import type { Colors } from '../format/colors.js'
import { type Column, facts, table } from '../format/table.js'
import { count, significant } from '../format/text.js'
import type { Profile } from '../profiles.js'

/** Most rows of the table of pairs. */
const ROWS = 12

/** The lines below a profile's heading. */
export function profileText(
  { config }: Profile,
  maxPositions: number | null,
  colors: Colors,
): string {
  if (config === null) return '  these layers have no position embedding: nothing rotates'
  const frequencies = computeFrequencies(config)
  const lines = [
    facts(summary(config, frequencies, maxPositions)),
    '',
    pairTable(config, frequencies, maxPositions, colors),
  ]
  const note = slowPairs(frequencies, maxPositions)
  return note === null ? lines.join('\n') : [...lines, '', `  ${note}`].join('\n')
}

function summary(
  config: RopeConfig,
  frequencies: Frequencies,
  maxPositions: number | null,
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
    ['schedule', scheduleText(config.schedule)],
    ['head', `${headDim} channels, ${window}`],
    ['pairs', `${pairs}, ${pairing}: channel c turns with channel c + ${partner}`],
    ['axes', axesText(config.axes)],
    ['attention factor', `${frequencies.attentionFactor} (on cos and sin)`],
    ['softmax scale', `${frequencies.softmaxScale} (on 1/sqrt(${headDim}))`],
    ['context', maxPositions === null ? 'not stated' : `${maxPositions} tokens`],
  ]
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
  if (axes.kind === 'one-hot') return `${axes.count}, one of them for each pair`
  return `${axes.weights.length}, mixed by weights`
}

function pairTable(
  config: RopeConfig,
  { inverseFrequencies }: Frequencies,
  maxPositions: number | null,
  colors: Colors,
): string {
  const { axes } = config
  const columns: Column[] = [
    { title: '  pair', align: 'right' },
    { title: 'channels', align: 'left' },
    { title: 'radians per token', align: 'right' },
    { title: 'tokens per turn', align: 'right' },
  ]
  if (maxPositions !== null) columns.push({ title: `turns in ${maxPositions}`, align: 'right' })
  if (axes?.kind === 'one-hot') columns.push({ title: 'axis', align: 'right' })
  const rows = sample(inverseFrequencies.length).map((pair) => {
    const frequency = inverseFrequencies[pair] ?? 0
    const row = [
      `${pair}`,
      channels(config, pair),
      significant(frequency, 6),
      wavelength(frequency),
    ]
    if (maxPositions !== null) row.push(significant((maxPositions * frequency) / (2 * Math.PI), 4))
    if (axes?.kind === 'one-hot') row.push(`${axes.axisOfPair[pair] ?? ''}`)
    return row
  })
  return table(columns, rows, colors.dim)
}

function channels({ pairing, rotaryDim, windowOffset }: RopeConfig, pair: number): string {
  const { step, partner } = resolvePairing(pairing, rotaryDim / 2)
  const first = windowOffset + pair * step
  return `${first}, ${first + partner}`
}

/** Tokens until a pair has turned once around. */
function wavelength(frequency: number): string {
  return frequency === 0 ? 'never' : significant((2 * Math.PI) / Math.abs(frequency), 4)
}

/** Indices of at most ROWS pairs, evenly spread, the first and the last among them. */
function sample(pairs: number): readonly number[] {
  const rows = Math.min(pairs, ROWS)
  if (rows < 2) return Array.from({ length: rows }, (_, row) => row)
  return Array.from({ length: rows }, (_, row) => Math.round((row * (pairs - 1)) / (rows - 1)))
}

/** How many pairs never see a whole turn: those are the ones that extending a context touches. */
function slowPairs(
  { inverseFrequencies }: Frequencies,
  maxPositions: number | null,
): string | null {
  if (maxPositions === null) return null
  const slow = inverseFrequencies.filter(
    (frequency) => Math.abs(frequency) * maxPositions < 2 * Math.PI,
  ).length
  const all = inverseFrequencies.length
  return `${slow} of ${count(all, 'pair')} never complete${slow === 1 ? 's' : ''} a turn within ${maxPositions} tokens`
}
