/**
 * What `rope bench` shows: a table per group as soon as it is done, the goals at the end, and on a
 * terminal a live line that says what runs now.
 */
import type { BenchResult, Mode, RunProgress } from '@rope/bench'
import type { GroupRecord } from '@rope/bench/report'
import { type ContenderRow, contenderRows, type GoalRow, goalRow } from '@rope/bench/report'
import { type Colors, colorsFor } from '../format/colors.js'
import { type Progress, progressOn } from '../format/progress.js'
import { type Column, table } from '../format/table.js'
import { oneLine } from '../format/text.js'
import type { Io, Sink } from '../io.js'

const GROUP_COLUMNS: readonly Column[] = [
  { title: '', align: 'left' },
  { title: 'call', align: 'right' },
  { title: 'p10 to p90', align: 'right' },
  { title: 'rate', align: 'right' },
  { title: 'share of the limit', align: 'left' },
  { title: 'against the baseline', align: 'left' },
]

const GOAL_COLUMNS: readonly Column[] = [
  { title: 'goal', align: 'left' },
  { title: 'wanted', align: 'left' },
  { title: 'measured', align: 'left' },
  { title: '', align: 'left' },
]

/** The listener of a run: is told what happens and shows it. */
export class BenchOutput {
  readonly #sink: Sink
  readonly #colors: Colors
  readonly #progress: Progress

  /** Shows a run on `io`. */
  constructor(io: Io) {
    this.#sink = io.stdout
    this.#colors = colorsFor(io.stdout, io.env)
    this.#progress = progressOn(io.stderr)
  }

  /** A group is about to run. */
  progress({ done, total, title }: RunProgress): void {
    this.#progress.update(`${done + 1} of ${total}  ${title}`)
  }

  /** A group is done. In a run for the goals its rows are only shown when something is wrong. */
  group(group: GroupRecord, mode: Mode): void {
    this.#progress.clear()
    const rows = contenderRows(group).filter(({ status }) => mode !== 'goals' || status === 'fail')
    if (rows.length === 0) return
    const { bold } = this.#colors
    const lines = table(
      GROUP_COLUMNS,
      rows.map((row) => this.#cells(row)),
    )
    this.#say(`${bold(group.title)}\n${lines}\n`)
  }

  /** The run is over; `withPeers` says whether others were asked to take part. */
  end({ goals, backends, peers, run }: BenchResult, withPeers: boolean): void {
    this.#progress.clear()
    const { bold } = this.#colors
    if (goals.length > 0) {
      const rows = goals.map((goal) => this.#goalCells(goalRow(goal)))
      this.#say(`${table(GOAL_COLUMNS, rows, bold)}\n`)
    }
    if (goals.some(({ outcome }) => outcome === 'not measured') && !withPeers) {
      this.#say('goals against other implementations are measured with --peers')
    }
    for (const { name, available, reason } of [...backends, ...peers]) {
      if (!available) this.#say(`${name} is not available: ${oneLine(reason ?? '')}`)
    }
    this.#say(`${run.seconds.toFixed(1)} s`)
  }

  #cells({ name, time, spread, rate, ofLimit, verdict, status }: ContenderRow): readonly string[] {
    const { red, bold } = this.#colors
    const shown = status === 'fail' ? red(bold(time)) : time
    return [`  ${name}`, shown, spread, rate, ofLimit, oneLine(verdict)]
  }

  #goalCells({ what, wanted, measured, outcome }: GoalRow): readonly string[] {
    const { green, red, yellow } = this.#colors
    const paint = { met: green, 'not met': red, 'not measured': yellow }[outcome]
    return [what, wanted, oneLine(measured), paint(outcome)]
  }

  #say(text: string): void {
    this.#sink.write(`${text}\n`)
  }
}
