/**
 * What the exit code of `rope` says; scripts rely on it.
 */

/** It worked, and every check passed. */
export const OK = 0

/** The command ran, and a check failed. */
export const CHECK_FAILED = 1

/** The command line, an input or a file is wrong; one line on standard error says what to change. */
export const BAD_INPUT = 2

/** A defect of `rope` itself (EX_SOFTWARE in sysexits.h). */
export const UNEXPECTED = 70

/** The exit codes as the help texts print them. */
export const EXIT_CODES_HELP: string = [
  'Exit codes:',
  '  0   it worked, and every check passed',
  '  1   a check failed',
  '  2   bad usage, bad input, or a file that cannot be read or written;',
  '      one line on standard error says which and why',
  '  70  a defect of rope itself; ROPE_DEBUG=1 shows the stack',
].join('\n')
