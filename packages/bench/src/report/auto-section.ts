/**
 * The section of the report on the front door, and its cells as rows of text for a terminal.
 */

import { readCell, readNewPosition, readOverhead } from '../auto/read-result.js'
import type { AutoResult, CellRecord, NewPositionRecord, OverheadRecord } from '../auto/result.js'
import { markdownTable } from './markdown-table.js'
import { goalRow } from './rows.js'

/** One line of a table of cells; a dash where there is nothing to say. */
export interface CellRow {
  readonly title: string
  readonly chosen: string
  readonly best: string
  /** The chosen backend's median over the best one's. */
  readonly ratio: string
  /** The same through the front door. */
  readonly throughFrontDoor: string
}

const NOTHING = '-'

function ratioText(ratio: number | null): string {
  return ratio === null ? NOTHING : ratio.toFixed(2)
}

/**
 * A cell in words.
 *
 * @throws RopeError INVALID_OPTION for what is no cell, naming the field
 */
export function cellRow(cell: CellRecord): CellRow {
  const { title, chosen, best, ratio, throughFrontDoor } = readCell(cell, 'cell')
  return {
    title,
    chosen: chosen ?? NOTHING,
    best: best ?? NOTHING,
    ratio: ratioText(ratio),
    throughFrontDoor: ratioText(throughFrontDoor),
  }
}

/**
 * What a kind of call costs more: `0.03 us [0.02, 0.04]`, or why it is not known.
 *
 * @throws RopeError INVALID_OPTION for what is no such record, naming the field
 */
export function overheadText(record: OverheadRecord): string {
  const { microseconds, low, high, reason } = readOverhead(record, 'record')
  if (microseconds === null || low === null || high === null) return reason ?? NOTHING
  const [value, from, to] = [microseconds, low, high].map((time) => time.toFixed(3))
  return `${value} us [${from}, ${to}]`
}

/**
 * What a new position costs, as cells: calls, the backend, both times, and one over the other.
 *
 * @throws RopeError INVALID_OPTION for what is no such record, naming the field
 */
export function newPositionCells(record: NewPositionRecord): readonly string[] {
  const read = readNewPosition(record, 'record')
  const { backend, order, rotate, bound, ratio, low, high, reason } = read
  const times = [rotate, bound].map((time) => (time === null ? NOTHING : `${time.toFixed(3)} us`))
  const known = ratio !== null && low !== null && high !== null
  const compared = known
    ? `${ratio.toFixed(2)}x [${low.toFixed(2)}, ${high.toFixed(2)}]`
    : (reason ?? NOTHING)
  return [order, backend, ...times, compared]
}

/** The section, in Markdown blocks. */
export function autoSection(result: AutoResult): readonly string[] {
  const { cells, overhead, newPositions, goals, backends, machine } = result
  const names = backends.filter(({ available }) => available).map(({ name }) => name)
  return [
    '## The choice of @rope/auto',
    [
      `Measured on ${machine.cpu ?? machine.os}, ${machine.engine}. It chose from ${names.join(', ')}. In each cell the`,
      'chosen backend and all others make the same calls on the same memory, in turns. "Chosen over best" is',
      'the median of the chosen backend, called directly, over the smallest median; "front door over best"',
      'is that of calls through `@rope/auto`. Noise makes both larger than 1 where two backends are as fast.',
    ].join('\n'),
    markdownTable(
      ['what', 'wanted', 'measured', ''],
      goals
        .map(goalRow)
        .map(({ what, wanted, measured, outcome }) => [
          what,
          wanted,
          measured,
          outcome === 'met' ? 'met' : `**${outcome}**`,
        ]),
    ),
    markdownTable(
      ['call of 1 + 1 heads x 64', 'winner', 'what the front door adds'],
      overhead.map((record) => [record.title, record.winner ?? NOTHING, overheadText(record)]),
    ),
    [
      'A call at a new position makes a row of cos and sin; a bound call makes the same row. On a backend that',
      'does nothing only rows and checks are left. One with `bindDecode` makes the rows of bound calls itself,',
      'so that the idle one then has nothing to do in them, and its ratio is no measure.',
    ].join('\n'),
    markdownTable(
      ['positions, 1 + 1 heads x 128', 'backend', 'rotate', 'bound', 'rotate over bound'],
      newPositions.map(newPositionCells),
    ),
    markdownTable(
      ['cell', 'chosen', 'best', 'chosen over best', 'front door over best'],
      cells.map(cellRow).map((row) => Object.values(row)),
    ),
  ]
}
