/**
 * What every help text ends with: examples, then the exit codes.
 */
import { EXIT_CODES_HELP } from './exit-codes.js'

/** Examples (a command line and what it does) and the exit codes, as commander appends them. */
export function helpNotes(
  examples: readonly (readonly [command: string, meaning: string])[],
): string {
  const width = Math.max(
    ...examples.filter(([, meaning]) => meaning !== '').map(([command]) => command.length),
  )
  const lines = examples.map(([command, meaning]) =>
    `  ${command.padEnd(width)}  ${meaning}`.trimEnd(),
  )
  return ['', 'Examples:', ...lines, '', EXIT_CODES_HELP].join('\n')
}
