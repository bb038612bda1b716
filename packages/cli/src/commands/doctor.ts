/**
 * `rope doctor`: what this machine is, and which backends run on it, or why not.
 */

import { cpuBackends, type DetectedBackend, detectBackends } from '@rope/auto/backends'
import type { Command } from 'commander'
import type { Context } from '../context.js'
import { CHECK_FAILED, OK } from '../exit-codes.js'
import { type Colors, colorsFor } from '../format/colors.js'
import { facts } from '../format/table.js'
import { bytes, count, oneLine } from '../format/text.js'
import { helpNotes } from '../help.js'
import { describeMachine, type Machine } from '../machine.js'
import { jsonOption } from '../options.js'
import { type InstalledPackage, installedPackages } from './doctor-packages.js'
import { explainTypicalCalls, type TypicalChoices } from './explain.js'

/** Adds `doctor` to the program. */
export function addDoctor(program: Command, context: Context): void {
  program
    .command('doctor')
    .description('say what this machine is, which backends run on it, and why the others do not')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      helpNotes([
        ['rope doctor', 'read it yourself'],
        ['rope doctor --json', 'attach it to a bug report'],
      ]),
    )
    .action((options: { readonly json?: boolean }) => doctor(options.json === true, context))
}

async function doctor(json: boolean, context: Context): Promise<void> {
  const machine = describeMachine()
  const packages = installedPackages(context.backends)
  const backends = await detectBackends(cpuBackends(context.backends))
  const choices = await explainTypicalCalls(context.backends)
  const { stdout, env } = context.io
  const text = json
    ? asJson(machine, packages, backends, choices)
    : asText(machine, packages, backends, choices, colorsFor(stdout, env))
  stdout.write(`${text}\n`)
  context.finish(choices.problem === null ? OK : CHECK_FAILED)
}

function asJson(
  machine: Machine,
  packages: readonly InstalledPackage[],
  backends: readonly DetectedBackend[],
  choices: TypicalChoices,
): string {
  const rows = backends.map((backend) => ({
    name: backend.name,
    package: backend.packageName,
    available: backend.available,
    reason: backend.available ? null : backend.reason,
    fix: backend.available ? null : backend.fix,
    facts: backend.facts,
  }))
  const explanations = choices.explanations.map(({ text: _, ...choice }) => choice)
  const data = { explanations, problem: choices.problem }
  return JSON.stringify({ machine, packages, backends: rows, choices: data }, null, 2)
}

function asText(
  machine: Machine,
  packages: readonly InstalledPackage[],
  backends: readonly DetectedBackend[],
  choices: TypicalChoices,
  colors: Colors,
): string {
  return [
    colors.bold('Machine'),
    facts(machineRows(machine)),
    '',
    colors.bold('Packages'),
    facts(packages.map(({ name, version }) => [name, version ?? 'not installed'])),
    '',
    colors.bold('Backends'),
    ...backends.map((backend) => backendText(backend, colors)),
    '',
    colors.bold('Choice'),
    choiceText(choices),
  ].join('\n')
}

function choiceText({ explanations, problem }: TypicalChoices): string {
  if (problem !== null) return `  none: ${oneLine(problem)}`
  return explanations.map(({ text }) => text).join('\n\n')
}

function machineRows(machine: Machine): readonly (readonly [string, string])[] {
  const { memory, webAssembly } = machine
  return [
    ['system', `${machine.os}, ${machine.arch}`],
    ['processor', `${machine.cpu ?? 'unknown'}, ${count(machine.cores, 'core')}`],
    ['memory', `${bytes(memory.total)}, ${bytes(memory.free)} free`],
    ['Node', `${machine.node} (V8 ${machine.v8})`],
    ['Float16Array', machine.float16Array ? 'yes' : 'no; float16 travels in a Uint16Array'],
    ['SharedArrayBuffer', yesNo(machine.sharedArrayBuffer)],
    ['WebAssembly', yesNo(webAssembly !== null)],
    ['  SIMD', yesNo(webAssembly?.simd === true)],
    ['  threads', yesNo(webAssembly?.threads === true)],
  ]
}

function backendText(backend: DetectedBackend, colors: Colors): string {
  if (backend.available) {
    const found = Object.entries(backend.facts).map(([key, value]) => `${key}: ${value}`)
    const line = `  ${colors.green('available')}      ${colors.bold(backend.name)}`
    return oneLineFacts(line, found)
  }
  const lines = [
    `  ${colors.yellow('not available')}  ${colors.bold(backend.name)}`,
    `      why: ${oneLine(backend.reason)}`,
  ]
  if (backend.fix !== null) lines.push(`      fix: ${oneLine(backend.fix)}`)
  return lines.join('\n')
}

function oneLineFacts(line: string, found: readonly string[]): string {
  return found.length === 0 ? line : `${line}  (${oneLine(found.join(', '))})`
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no'
}
