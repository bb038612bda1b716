/**
 * `rope bench --auto`: is the choice of `@rope/auto` right, and what does the front door cost? A line
 * per kind of call as soon as it is done, the three numbers at the end.
 */

import { absenceText, type BackendEntry, detectBackend } from '@rope/auto/backends'
import { type AutoResult, type CellRecord, RIGHT, runAutoBench } from '@rope/bench/auto'
import { describeMachine, installedVersions } from '@rope/bench/node'
import {
  type CellRow,
  cellRow,
  type GoalRow,
  goalRow,
  newPositionCells,
  overheadText,
} from '@rope/bench/report'
import { RopeError } from '@rope/core'
import { SUITE_VERSION } from '@rope/core/conformance'
import { findBackends, unavailable } from '../backends.js'
import type { Context } from '../context.js'
import { CHECK_FAILED, OK } from '../exit-codes.js'
import { checkOutput, writeOutput } from '../files/output-file.js'
import { type Colors, colorsFor } from '../format/colors.js'
import { progressOn } from '../format/progress.js'
import { type Column, table } from '../format/table.js'
import { oneLine } from '../format/text.js'
import { ownVersion } from '../version.js'

/** The options of the command that matter here. */
export interface BenchAutoOptions {
  readonly quick?: boolean
  readonly backend?: readonly string[]
  readonly filter?: string
  readonly json?: string
}

/** Runs the command. */
export async function benchAuto(options: BenchAutoOptions, context: Context): Promise<void> {
  const { filter, quick, json } = options
  const file = json === undefined ? null : await checkOutput(json, [])
  const backends = await namedBackends(context.backends, options.backend)
  const { stdout, stderr, env } = context.io
  const progress = progressOn(stderr)
  const colors = colorsFor(stdout, env)
  stdout.write(`${colors.bold(lineOf(HEADING))}\n`)
  const result = await runAutoBench({
    size: quick === true ? 'quick' : 'full',
    backends,
    ...(filter === undefined ? {} : { filter }),
    machine: describeMachine(),
    packages: versions(backends),
    suiteVersion: SUITE_VERSION,
    onProgress: ({ done, total, title }) => progress.update(`${done + 1} of ${total}  ${title}`),
    onCell: (cell) => {
      progress.clear()
      stdout.write(`${cellLine(cell, colors)}\n`)
    },
  })
  progress.clear()
  checkNotEmpty(result, filter)
  stdout.write(`\n${summary(result, colors)}\n`)
  if (file !== null) {
    await writeOutput(file, new TextEncoder().encode(`${JSON.stringify(result, null, 2)}\n`))
  }
  context.finish(hasFailure(result) ? CHECK_FAILED : OK)
}

/** Those that were named, of which each has to run here; all of them without names. */
async function namedBackends(
  known: readonly BackendEntry[],
  names: readonly string[] | undefined,
): Promise<readonly BackendEntry[]> {
  if (names === undefined) return known
  const entries = findBackends(known, names)
  for (const entry of entries) {
    const found = await detectBackend(entry)
    if (found.available) continue
    throw new RopeError('UNAVAILABLE', unavailable(found.name, absenceText(found)), {
      field: '--backend',
    })
  }
  return entries
}

function versions(entries: readonly BackendEntry[]): Readonly<Record<string, string | null>> {
  const names = ['@rope/core', '@rope/auto', ...entries.map(({ packageName }) => packageName)]
  return { '@rope/cli': ownVersion(), ...installedVersions(names) }
}

/** A line is printed before the next one is known: its columns have fixed widths. */
const HEADING: CellRow = {
  ratio: 'over the best',
  throughFrontDoor: 'front door',
  chosen: 'chosen',
  best: 'best',
  title: 'call',
}

function lineOf({ ratio, throughFrontDoor, chosen, best, title }: CellRow): string {
  const numbers = [ratio.padStart(13), throughFrontDoor.padStart(10)]
  return [...numbers, chosen.padEnd(8), best.padEnd(8), title].join('  ')
}

function cellLine(cell: CellRecord, { red, yellow }: Colors): string {
  const line = lineOf(cellRow(cell))
  const wrong = cell.entries.filter(({ status }) => status === 'fail')
  const failures = wrong.map(({ name, reason }) => red(`  FAIL ${name}: ${oneLine(reason ?? '')}`))
  const isRight = cell.ratio !== null && cell.ratio <= RIGHT
  return [isRight ? line : yellow(line), ...failures].join('\n')
}

const GOAL_COLUMNS: readonly Column[] = [
  { title: 'goal', align: 'left' },
  { title: 'wanted', align: 'left' },
  { title: 'measured', align: 'left' },
  { title: '', align: 'left' },
]

const OVERHEAD_COLUMNS: readonly Column[] = [
  { title: 'call', align: 'left' },
  { title: 'winner', align: 'left' },
  { title: 'what the front door adds', align: 'left' },
]

const POSITION_COLUMNS: readonly Column[] = [
  { title: 'new position', align: 'left' },
  { title: 'backend', align: 'left' },
  { title: 'rotate', align: 'right' },
  { title: 'bound', align: 'right' },
  { title: 'rotate over bound', align: 'left' },
]

function summary(result: AutoResult, colors: Colors): string {
  const overhead = result.overhead.map((record) => [
    record.title,
    record.winner ?? '-',
    overheadText(record),
  ])
  const goals = result.goals.map(goalRow).map((row) => goalCells(row, colors))
  return [
    table(OVERHEAD_COLUMNS, overhead, colors.bold),
    '',
    table(POSITION_COLUMNS, result.newPositions.map(newPositionCells), colors.bold),
    '',
    table(GOAL_COLUMNS, goals, colors.bold),
    '',
    `${result.run.seconds.toFixed(1)} s altogether`,
  ].join('\n')
}

function goalCells(
  { what, wanted, measured, outcome }: GoalRow,
  { green, red, yellow }: Colors,
): readonly string[] {
  const paint = { met: green, 'not met': red, 'not measured': yellow }[outcome]
  return [what, wanted, oneLine(measured), paint(outcome)]
}

/** A filter that keeps nothing is a mistake, not a success. */
function checkNotEmpty({ cells }: AutoResult, filter: string | undefined): void {
  if (cells.length > 0) return
  throw new RopeError(
    'INVALID_OPTION',
    `no cell has ${JSON.stringify(filter)} in its id or title; ids look like 'llama-3-8b/512/float32/half/bshd/in-place/foreign'`,
    { field: '--filter' },
  )
}

function hasFailure({ cells }: AutoResult): boolean {
  return cells.some(({ entries }) => entries.some(({ status }) => status === 'fail'))
}
