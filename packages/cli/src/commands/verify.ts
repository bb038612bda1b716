/**
 * `rope verify`: runs the conformance suite on every backend of this machine, one after the
 * other, and says with its exit code whether all of them are right.
 */

import { RopeError } from '@rope/core'
import {
  type ConformanceReport,
  conformanceCases,
  runConformance,
  SUITE_VERSION,
} from '@rope/core/conformance'
import type { Command } from 'commander'
import { findBackend, type OpenedBackend, openBackend, unavailable } from '../backends.js'
import type { Context } from '../context.js'
import { CHECK_FAILED, OK } from '../exit-codes.js'
import { helpNotes } from '../help.js'
import { backendOption, jsonOption } from '../options.js'
import { VerifyOutput } from './verify-output.js'

interface VerifyOptions {
  readonly backend?: string
  readonly filter?: string
  readonly json?: boolean
}

/** One backend as JSON: counts are 0 and `worst` is null when it could not run. */
interface BackendReport {
  readonly name: string
  readonly available: boolean
  /** Why it could not run; null when it could. */
  readonly reason: string | null
  readonly cases: number
  readonly passed: number
  readonly failed: number
  readonly unsupported: number
  readonly worst: ConformanceReport['worst']
}

/** Adds `verify` to the program. */
export function addVerify(program: Command, context: Context): void {
  program
    .command('verify')
    .description('run the conformance suite on the backends of this machine')
    .addOption(backendOption('this backend only; it is an error when it cannot run here'))
    .option('--filter <text>', 'only the cases whose id contains this text')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      helpNotes([
        ['rope verify', 'every backend that can run here'],
        ['rope verify --backend js', 'one backend'],
        ['rope verify --filter golden/', 'some cases, while looking for a defect'],
        ['rope verify --json', 'a report for machines'],
      ]),
    )
    .action((options: VerifyOptions) => verify(options, context))
}

async function verify(options: VerifyOptions, context: Context): Promise<void> {
  const { backend: name, filter = '' } = options
  const entries = name === undefined ? context.backends : [findBackend(context.backends, name)]
  const output = new VerifyOutput(context.io, options.json === true, countCases(filter))
  const reports: BackendReport[] = []
  for (const entry of entries) {
    const opened = await openBackend(entry)
    if (!opened.available && name !== undefined) {
      throw new RopeError('UNAVAILABLE', unavailable(name, opened.reason), { field: '--backend' })
    }
    reports.push(await verifyBackend(opened, filter, output))
  }
  if (options.json === true) {
    const report = { suiteVersion: SUITE_VERSION, backends: reports }
    context.io.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  }
  // A machine on which nothing could be checked has not passed.
  const passed = reports.some(({ available }) => available) && reports.every(isRight)
  context.finish(passed ? OK : CHECK_FAILED)
}

function isRight({ failed }: BackendReport): boolean {
  return failed === 0
}

/** How many cases the filter keeps; a filter that keeps none is a mistake, not a success. */
function countCases(filter: string): number {
  const { length } = conformanceCases((id) => id.includes(filter))
  if (length > 0) return length
  const message = `no case of the suite has ${JSON.stringify(filter)} in its id; ids look like 'values/half/float32/bshd'`
  throw new RopeError('INVALID_OPTION', message, { field: '--filter' })
}

async function verifyBackend(
  opened: OpenedBackend,
  filter: string,
  output: VerifyOutput,
): Promise<BackendReport> {
  const { name } = opened
  if (!opened.available) {
    const { reason } = opened
    output.unavailable(name, reason)
    const none = { cases: 0, passed: 0, failed: 0, unsupported: 0, worst: null }
    return { name, available: false, reason, ...none }
  }
  const { backend, create } = opened
  output.start(name)
  try {
    const report = await runConformance(
      { name, backend, createBackend: create },
      { filter: (id) => id.includes(filter), onResult: (result) => output.result(result) },
    )
    output.end(report)
    const { cases, passed, failed, unsupported, worst } = report
    return { name, available: true, reason: null, cases, passed, failed, unsupported, worst }
  } finally {
    backend.dispose()
  }
}
