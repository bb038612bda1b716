/**
 * `rope verify`: runs the conformance suite on every backend of this machine, or on anybody's out
 * of a module, one after the other, and says with its exit code whether all of them are right.
 */

import { cpuBackends, type OpenedBackend, openBackend } from '@rope/auto/backends'
import { RopeError } from '@rope/core'
import type { Backend } from '@rope/core/backend'
import {
  type ConformanceReport,
  conformanceCases,
  type RunOptions,
  runConformance,
  SUITE_VERSION,
} from '@rope/core/conformance'
import type { Command } from 'commander'
import { openModule } from '../backend-module.js'
import { findBackends, unavailable } from '../backends.js'
import type { Context } from '../context.js'
import { CHECK_FAILED, OK } from '../exit-codes.js'
import { helpNotes } from '../help.js'
import { jsonOption } from '../options.js'
import { VerifyOutput } from './verify-output.js'

/** Which cases of the suite. */
type Cases = Pick<RunOptions, 'filter' | 'large'>

interface VerifyOptions {
  readonly backend?: readonly string[]
  readonly module?: readonly string[]
  readonly filter?: string
  readonly large?: boolean
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
    .option('--backend <name...>', 'these backends only; it is an error when one cannot run here')
    .option('--module <file...>', 'a backend of your own: a module that exports createBackend')
    .option('--filter <text>', 'only the cases whose id contains this text')
    .option('--large', 'also the cases that need gigabytes of addresses or memory')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      helpNotes([
        ['rope verify', 'every backend that can run here'],
        ['rope verify --backend js wasm', 'these backends'],
        ['rope verify --backend webgpu', 'the GPU, through the npm package webgpu'],
        ['rope verify --module ./my-backend.js', 'your own backend'],
        ['rope verify --filter golden/', 'some cases, while looking for a defect'],
        ['rope verify --large', 'gigabytes as well'],
        ['rope verify --json', 'a report for machines'],
      ]),
    )
    .action((options: VerifyOptions) => verify(options, context))
}

async function verify(options: VerifyOptions, context: Context): Promise<void> {
  const { filter = '', large } = options
  const cases: Cases = { filter: (id) => id.includes(filter), large }
  const output = new VerifyOutput(context.io, options.json === true, countCases(filter, cases))
  const reports: BackendReport[] = []
  for (const open of chosen(options, context)) {
    reports.push(await verifyBackend(await open(), cases, output))
  }
  if (options.json === true) {
    const report = { suiteVersion: SUITE_VERSION, backends: reports }
    context.io.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  }
  // A machine on which nothing could be checked has not passed.
  const passed = reports.some(({ available }) => available) && reports.every(isRight)
  context.finish(passed ? OK : CHECK_FAILED)
}

/** What is to be verified, each opened when its turn comes: what was named, or all there is. */
function chosen(
  { backend: names, module: modules = [] }: VerifyOptions,
  { backends }: Context,
): readonly (() => Promise<OpenedBackend>)[] {
  if (names === undefined && modules.length === 0) {
    return cpuBackends(backends).map((entry) => () => openBackend(entry))
  }
  const entries = findBackends(backends, names ?? [])
  return [
    ...entries.map((entry) => async () => {
      const opened = await openBackend(entry)
      if (opened.available) return opened
      const message = unavailable(opened.name, opened.reason)
      throw new RopeError('UNAVAILABLE', message, { field: '--backend' })
    }),
    ...modules.map((module) => () => openModule(module, process.cwd())),
  ]
}

function isRight({ failed }: BackendReport): boolean {
  return failed === 0
}

/** How many cases the filter keeps; a filter that keeps none is a mistake, not a success. */
function countCases(filter: string, cases: Cases): number {
  const { length } = conformanceCases(cases.filter, cases)
  if (length > 0) return length
  const message = `no case of the suite has ${JSON.stringify(filter)} in its id; ids look like 'values/half/float32/bshd'`
  throw new RopeError('INVALID_OPTION', message, { field: '--filter' })
}

async function verifyBackend(
  opened: OpenedBackend,
  options: Cases,
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
      { ...options, onResult: (result) => output.result(result) },
    )
    output.end(report)
    const { cases, passed, failed, unsupported, worst } = report
    return { name, available: true, reason: null, cases, passed, failed, unsupported, worst }
  } finally {
    dispose(backend)
  }
}

/** Somebody's backend may fail at its end as well. */
function dispose(backend: Backend): void {
  try {
    backend.dispose()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new RopeError(
      'BACKEND_FAILED',
      `backend ${backend.name} could not be disposed of: ${message}`,
      { cause: error },
    )
  }
}
