/**
 * A small plot for the terminal: how many tokens each pair takes for a turn, on a logarithmic
 * scale, with a line at the context length. Pairs above the line never complete a turn.
 */
import { significant } from '../format/text.js'
import type { PairReport, PairState } from './inspect-report.js'

/** Most columns and rows of the plot itself. */
const COLUMNS = 64
const ROWS = 8

/** What stands for a pair. */
const MARKS: Readonly<Record<PairState, string>> = {
  kept: '*',
  blended: '+',
  interpolated: 'o',
  stated: '*',
  still: ' ',
}

/** The lines of the plot; none when fewer than two pairs turn. */
export function plotLines(pairs: readonly PairReport[], context: number | null): readonly string[] {
  const turning = pairs.filter(({ wavelength }) => wavelength !== null)
  if (turning.length < 2) return []
  const levels = turning.map(({ wavelength }) => Math.log10(wavelength ?? 1))
  const line = context === null ? [] : [Math.log10(context)]
  const low = Math.min(...levels, ...line)
  const high = Math.max(...levels, ...line)
  if (!(high - low > 1e-6) || !Number.isFinite(high - low)) return []
  const row = (wavelength: number): number =>
    Math.round(((Math.log10(wavelength) - low) / (high - low)) * (ROWS - 1))
  const columns = sample(pairs)
  const lines = Array.from({ length: ROWS }, (_, index) => {
    const level = ROWS - 1 - index
    const isContext = context !== null && row(context) === level
    const marks = columns.map(({ wavelength, state }) =>
      wavelength !== null && row(wavelength) === level ? MARKS[state] : isContext ? '-' : ' ',
    )
    const value = 10 ** (low + (level / (ROWS - 1)) * (high - low))
    const label =
      isContext && context !== null ? `context ${significant(context, 6)}` : significant(value, 2)
    return `${label.padStart(16)} |${marks.join('')}`.trimEnd()
  })
  const names = 'tokens per turn of each pair, log scale: * kept, + blended, o interpolated'
  return [`  ${names}`, ...lines, `${' '.repeat(17)}+${'-'.repeat(columns.length)}`]
}

/** As many pairs as there are columns, evenly spread. */
function sample(pairs: readonly PairReport[]): readonly PairReport[] {
  if (pairs.length <= COLUMNS) return pairs
  return Array.from({ length: COLUMNS }, (_, column) => {
    const index = Math.round((column * (pairs.length - 1)) / (COLUMNS - 1))
    return pairs[index] as PairReport
  })
}
