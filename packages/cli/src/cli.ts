/**
 * The `rope` command as a function: arguments and a world in, an exit code out. It never exits
 * the process and never throws.
 */

import { BACKENDS, type BackendEntry } from '@rope/auto/backends'
import { Command, CommanderError } from 'commander'
import { addApply } from './commands/apply.js'
import { addBench } from './commands/bench.js'
import { addConvert } from './commands/convert.js'
import { addDashboard } from './commands/dashboard.js'
import { addDoctor } from './commands/doctor.js'
import { addExplain } from './commands/explain.js'
import { addInspect } from './commands/inspect.js'
import { addVerify } from './commands/verify.js'
import type { Context } from './context.js'
import { BAD_INPUT, OK } from './exit-codes.js'
import { reportFailure } from './failure.js'
import { colorsFor, wantsColors } from './format/colors.js'
import { oneLine } from './format/text.js'
import { helpNotes } from './help.js'
import type { Io } from './io.js'
import { ownVersion } from './version.js'

/**
 * Runs one command line, such as `['inspect', 'config.json', '--json']`, and returns its exit
 * code. Everything the user sees goes through `io`.
 */
export async function run(
  argv: readonly string[],
  io: Io,
  backends: readonly BackendEntry[] = BACKENDS,
): Promise<number> {
  let exitCode = OK
  const finish = (code: number): void => {
    exitCode = code
  }
  try {
    await createProgram({ io, backends, finish }).parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has said its line already; help and version are its only successes.
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : BAD_INPUT
    return reportFailure(error, io)
  }
}

function createProgram(context: Context): Command {
  const program = new Command('rope')
    .description('Rotary Position Embedding: inspect a model, verify this machine, rotate files.')
    .version(ownVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
  configureOutput(program, context.io)
  addDoctor(program, context)
  addExplain(program, context)
  addVerify(program, context)
  addBench(program, context)
  addDashboard(program, context)
  addInspect(program, context)
  addConvert(program, context)
  addApply(program, context)
  for (const command of program.commands) sayWhereHelpIs(command, `rope ${command.name()} --help`)
  return program.addHelpText(
    'after',
    helpNotes([
      ['rope doctor', 'which backends run here, and why the others do not'],
      ['rope explain --tokens 1', 'which of them makes a call, and why not the others'],
      ['rope verify', 'prove that they compute the right thing on this machine'],
      ['rope verify --module ./my-backend.js', 'or that your own does'],
      ['rope bench --quick', 'measure how fast they are'],
      ['rope dashboard', 'the same in a browser, with charts'],
      ['rope inspect config.json', "show a model's frequencies and wavelengths"],
      ['rope convert config.json --to v5', 'write them in another form, or permute weights'],
      ['rope apply --config config.json --in qk.safetensors --out rotated.safetensors', ''],
    ]),
  )
}

/** Sends everything commander prints through `io`, with its errors as one line. */
function configureOutput(program: Command, io: Io): void {
  const { bold } = colorsFor(io.stdout, io.env)
  sayWhereHelpIs(program, 'rope --help')
  program
    .exitOverride()
    .configureHelp({ styleTitle: bold })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns,
      getErrHelpWidth: () => io.stderr.columns,
      getOutHasColors: () => wantsColors(io.stdout, io.env),
      getErrHasColors: () => wantsColors(io.stderr, io.env),
    })
}

/** Ends a command's line about its own mistake with where its help is. */
function sayWhereHelpIs(command: Command, help: string): void {
  command.configureOutput({
    outputError: (text, write) => write(`${usageLine(text, help)}\n`),
  })
}

/** `error: unknown option '--jsno'\n(Did you mean --json?)` as one line that says where help is. */
function usageLine(text: string, help: string): string {
  const message = text
    .trim()
    .replace(/^error: /, '')
    .replace(/\n\(/g, ' (')
  return `${oneLine(`rope: ${message}`)}; see '${help}'`
}
