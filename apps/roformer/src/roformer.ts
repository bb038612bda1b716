/**
 * The program: arguments in, a live table and a verdict on standard output, errors on standard error.
 * It sees the process only through what it is given, so that tests run it too.
 */
import { RopeError } from '@rope/core'
import { type Arguments, parseArguments } from './arguments.js'
import { runComparison } from './commands/comparison.js'
import { runExtension } from './commands/extension.js'
import { runRecord } from './commands/record.js'
import type { World } from './world.js'

const COMMANDS: Readonly<
  Record<Arguments['command'], (asked: Arguments, world: World) => Promise<void>>
> = {
  mlm: runComparison,
  pieces: runComparison,
  lm: runComparison,
  extend: runExtension,
  record: runRecord,
}

/**
 * Runs the program and returns its exit code: 0 for success, 1 for a failed process, 2 for a bad
 * argument or file. Defects of the program itself are thrown.
 */
export async function runRoformer(words: readonly string[], world: World): Promise<number> {
  const parsed = parseArguments(words, world)
  if ('exitCode' in parsed) return parsed.exitCode
  try {
    await COMMANDS[parsed.arguments.command](parsed.arguments, world)
    return 0
  } catch (error) {
    if (!RopeError.isInstance(error)) throw error
    world.writeErr(`error: ${error.message}\n`)
    return error.code === 'BACKEND_FAILED' ? 1 : 2
  }
}
