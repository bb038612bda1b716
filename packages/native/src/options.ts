/**
 * The options of the backend: read, checked, completed.
 */
import { availableParallelism } from 'node:os'
import { RopeError } from '@rope/core'

/** How the backend is made; all of it is optional. */
export interface NativeOptions {
  /**
   * Threads that may work on one call, the calling one included: an integer from 1 to 256. By
   * default as many as this process may run at once. A call uses no more than one per 256 KB.
   */
  readonly threads?: number | undefined
  /**
   * The instruction set: `scalar`, `avx2`, `avx512` or `neon`. By default what the environment
   * variable ROPE_ISA says, else the best that runs here.
   */
  readonly isa?: string | undefined
}

/** The most threads that the pool can have, and the calling one. */
const MOST_THREADS = 256

const KEYS: readonly string[] = ['threads', 'isa']

/** The options, checked; INVALID_OPTION names the one that is wrong. */
export function checkOptions(options: unknown): NativeOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid('options', String(options), 'an object with any of threads, isa')
  }
  for (const key of Object.keys(options)) {
    if (!KEYS.includes(key)) throw invalid(`options.${key}`, 'unknown', KEYS.join(', '))
  }
  const { threads, isa } = options as Readonly<Record<string, unknown>>
  if (threads !== undefined && !isThreadCount(threads)) {
    throw invalid('threads', String(threads), `an integer from 1 to ${MOST_THREADS}`)
  }
  if (isa !== undefined && typeof isa !== 'string') {
    throw invalid('isa', String(isa), 'the name of an instruction set')
  }
  return options
}

/** All that this process may run at once. */
export function defaultThreads(): number {
  return Math.min(availableParallelism(), MOST_THREADS)
}

function isThreadCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_THREADS
}

function invalid(field: string, given: string, accepted: string): RopeError {
  return new RopeError('INVALID_OPTION', `${field} is ${given}; accepted: ${accepted}`, { field })
}
