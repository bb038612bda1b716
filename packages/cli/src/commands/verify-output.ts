/**
 * What `rope verify` shows while it runs: one line per family of cases and one per failure, and
 * on a terminal a live line that counts. With --json standard output belongs to the report, so
 * only failures are shown, on standard error.
 */
import type { ConformanceReport, ConformanceResult } from '@rope/core/conformance'
import { type Colors, colorsFor } from '../format/colors.js'
import { type Progress, progressOn } from '../format/progress.js'
import { oneLine, significant } from '../format/text.js'
import type { Io, Sink } from '../io.js'

/** Failures shown per backend; one defect often fails hundreds of cases. */
const SHOWN_FAILURES = 20

/** Results of one family, counted by status. */
interface Tally {
  readonly family: string
  passed: number
  failed: number
  unsupported: number
}

/** The listener of a run: is told what happens and shows it. */
export class VerifyOutput {
  readonly #sink: Sink
  readonly #json: boolean
  readonly #total: number
  readonly #colors: Colors
  readonly #progress: Progress
  #name = ''
  #done = 0
  #failures = 0
  #started = 0
  #tally: Tally | undefined

  /** Shows runs of `total` cases per backend on `io`. */
  constructor(io: Io, json: boolean, total: number) {
    this.#sink = json ? io.stderr : io.stdout
    this.#json = json
    this.#total = total
    this.#colors = colorsFor(this.#sink, io.env)
    this.#progress = progressOn(io.stderr)
  }

  /** A backend could not run. */
  unavailable(name: string, reason: string): void {
    const { bold, yellow } = this.#colors
    this.#sayInText(`${bold(name)}  ${yellow('not available')}: ${oneLine(reason)}`)
  }

  /** A backend is about to run. */
  start(name: string): void {
    this.#name = name
    this.#done = 0
    this.#failures = 0
    this.#started = Date.now()
    this.#sayInText(`${this.#colors.bold(name)}  ${this.#total} cases`)
  }

  /** A case was judged. */
  result({ id, family, status, message }: ConformanceResult): void {
    if (this.#tally?.family !== family) this.#endFamily()
    this.#tally ??= { family, passed: 0, failed: 0, unsupported: 0 }
    this.#tally[status] += 1
    this.#done += 1
    if (status === 'failed') this.#failure(id, message ?? 'no reason given')
    this.#progress.update(`${this.#name}  ${this.#done} of ${this.#total}  ${id}`)
  }

  /** The backend has run all cases. */
  end(report: ConformanceReport): void {
    this.#endFamily()
    const hidden = this.#failures - SHOWN_FAILURES
    if (hidden > 0) this.#say(`  and ${hidden} more failures; --filter narrows them down`)
    this.#progress.clear()
    this.#sayInText(summaryLine(report, Date.now() - this.#started, this.#colors))
  }

  #failure(id: string, message: string): void {
    this.#failures += 1
    if (this.#failures > SHOWN_FAILURES) return
    this.#say(`  ${this.#colors.red('FAILED')} ${oneLine(`${id}: ${message}`)}`)
  }

  #endFamily(): void {
    if (this.#tally !== undefined) this.#sayInText(familyLine(this.#tally, this.#colors))
    this.#tally = undefined
  }

  #sayInText(line: string): void {
    if (!this.#json) this.#say(line)
  }

  #say(line: string): void {
    this.#progress.clear()
    this.#sink.write(`${line}\n`)
  }
}

function familyLine({ family, passed, failed, unsupported }: Tally, colors: Colors): string {
  const parts = [`${passed} passed`]
  if (failed > 0) parts.push(colors.red(`${failed} failed`))
  if (unsupported > 0) parts.push(`${unsupported} unsupported`)
  return `  ${family.padEnd(12)}${parts.join(', ')}`
}

function summaryLine(report: ConformanceReport, milliseconds: number, colors: Colors): string {
  const { passed, failed, unsupported, worst } = report
  const verdict = failed === 0 ? colors.green('ok') : colors.red('FAILED')
  const seconds = (milliseconds / 1000).toFixed(1)
  const line = `  ${verdict}: ${passed} passed, ${failed} failed, ${unsupported} unsupported in ${seconds} s`
  if (worst === null) return line
  return `${line}\n  worst error: ${significant(worst.error, 3)} of a pair's norm, in ${oneLine(worst.id)}`
}
