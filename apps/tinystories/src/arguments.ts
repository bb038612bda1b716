/**
 * The command line: what may be given, and one line for what may not.
 */
import { PAIRINGS, type PairingName } from '@rope/core'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'

/** What the user asked for. */
export interface Arguments {
  readonly prompt: string
  readonly tokens: number
  readonly backend?: string
  readonly pairing: PairingName
  readonly check?: true
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
  const command = makeCommand(output)
  try {
    command.parse(words, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 2 }
    throw error
  }
  return { arguments: command.opts<Arguments>() }
}

function makeCommand(output: HelpOutput): Command {
  return new Command('tinystories')
    .description(
      'Tells a story with a real Llama model; every q and k is rotated by @rope.\n' +
        'Standard output carries the prompt and the story, standard error everything else.',
    )
    .option('--prompt <text>', 'how the story begins', 'Once upon a time')
    .option(
      '--tokens <count>',
      'most tokens of text, those of the prompt included',
      readTokens,
      256,
    )
    .option('--backend <name>', 'what rotates (default: the first that is available)')
    .addOption(
      new Option('--pairing <name>', 'how channels are paired; the story is the same')
        .choices(PAIRINGS)
        .default('half'),
    )
    .addOption(
      new Option(
        '--check',
        'compare with the expected texts: every backend, both pairings',
      ).conflicts(['prompt', 'tokens', 'pairing']),
    )
    .addHelpText('after', EXIT_CODES)
    .showSuggestionAfterError(false)
    .configureOutput(output)
    .exitOverride()
}

const EXIT_CODES = `
Exit codes:
  0  the story was told, or every check passed
  1  a check failed, or the backend did
  2  a bad argument or a damaged model file; one line on standard error says what to change`

function readTokens(text: string): number {
  const tokens = /^\d+$/.test(text) ? Number(text) : 0
  if (tokens >= 1) return tokens
  throw new InvalidArgumentError(
    "Accepted: a whole number, from 1 to the length of the model's context.",
  )
}
