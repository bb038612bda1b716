/**
 * The command line: what may be asked for, and one line for what may not.
 */
import { availableParallelism } from 'node:os'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { COMPARED, type Task } from './runs/recipe.js'

/** What the user asked for. */
export interface Arguments {
  readonly command: Task | 'record'
  readonly steps?: number
  readonly seed: number
  readonly minutes?: number
  readonly all?: true
  /** `record`: which task alone, and on how many seeds. */
  readonly only?: Task
  readonly seeds?: number
  readonly processes: number
  /** Where files are written. */
  readonly out?: string
}

/** Where help and complaints go. */
export interface HelpOutput {
  readonly writeOut: (text: string) => void
  readonly writeErr: (text: string) => void
}

/** Arguments, or the exit code when there is nothing left to do. */
export type ParsedArguments = { readonly arguments: Arguments } | { readonly exitCode: 0 | 2 }

/** Parses the words after the program's name; help and complaints are already written. */
export function parseArguments(words: readonly string[], output: HelpOutput): ParsedArguments {
  const [first = '-'] = words
  if (!first.startsWith('-') && !(first in ABOUT)) {
    const accepted = Object.keys(ABOUT).join(', ')
    output.writeErr(`error: unknown command ${JSON.stringify(first)}; accepted: ${accepted}\n`)
    return { exitCode: 2 }
  }
  let found: Arguments | undefined
  const program = makeProgram(output, (command, options) => {
    found = { ...options, command }
  })
  try {
    program.parse(words, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 2 }
    throw error
  }
  return found === undefined ? { exitCode: 2 } : { arguments: found }
}

type Found = (command: Arguments['command'], options: Omit<Arguments, 'command'>) => void

const ABOUT: Readonly<Record<Arguments['command'], string>> = {
  mlm: 'masked language models: RoPE against sinusoidal positions (RoFormer, section 4)',
  pieces: 'the same on 1,024 pieces of words, where only the model with RoPE leaves the plateau',
  lm: 'linear attention over characters: RoPE against none and learned (equation 19)',
  extend: 'a model asked about sequences longer than it was trained on, with six schedules',
  record: "every run again on several seeds, for recorded/*.json and the README's tables",
}

function makeProgram(output: HelpOutput, found: Found): Command {
  const program = new Command('roformer')
    .description(
      'Trains small language models before your eyes and says what RoPE does for them.\n' +
        'Without a command it is mlm.',
    )
    .showSuggestionAfterError(false)
    .configureOutput(output)
    .exitOverride()
  for (const [name, about] of Object.entries(ABOUT)) {
    const command = program.command(name, { isDefault: name === 'mlm' }).description(about)
    addOptions(command, name as Arguments['command'])
    command
      .allowExcessArguments(false)
      .configureOutput(output)
      .exitOverride()
      .action((options) => found(name as Arguments['command'], options))
  }
  return program.addHelpText('after', EXIT_CODES)
}

/** Each command knows the options that it heeds, and refuses the others. */
function addOptions(command: Command, name: Arguments['command']): void {
  command
    .option('--steps <count>', "training steps (default: the recipe's)", readCount)
    .option('--seed <number>', 'which weights and batches', readSeed, 1)
    .option('--processes <count>', 'models trained at a time', readCount, availableParallelism())
  if (name === 'record') {
    command
      .addOption(new Option('--only <task>', 'one task').choices([...COMPARED, 'extend']))
      .option('--seeds <count>', 'how many, from --seed on (default: 3; extend: 1)', readCount)
    return
  }
  command.option('--out <folder>', 'where files go (default: a temporary folder)')
  if (name === 'extend') return
  command.option('--minutes <number>', 'no step begins after so long (default: 3)', readMinutes)
  if (isMasked(name)) command.option('--all', 'none and learned positions as well')
}

/** True for a command that trains masked language models. */
export function isMasked(command: Arguments['command']): boolean {
  return command === 'mlm' || command === 'pieces'
}

const EXIT_CODES = `
Exit codes:
  0  it was trained and told
  1  a process that trained failed
  2  a bad argument or file; one line on standard error says what to change`

function readCount(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= 1_000_000) return count
  throw new InvalidArgumentError('Accepted: a whole number from 1 to 1000000.')
}

function readSeed(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Accepted: a whole number from 0 to 999999999.')
}

function readMinutes(text: string): number {
  const minutes = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0
  if (minutes > 0 && minutes <= 10_000) return minutes
  throw new InvalidArgumentError('Accepted: a number above 0, such as 3 or 0.5.')
}
