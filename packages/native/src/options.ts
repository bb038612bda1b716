/**
 * The options of the backend: read, checked, completed.
 */
import { availableParallelism } from 'node:os'
import { checkInteger, checkKeys, checkRecord, reject } from '@rope/core/backend'

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
  const given = checkRecord(options, 'options', 'an object with any of threads, isa')
  checkKeys(given, 'options', KEYS)
  const { threads, isa } = given
  if (isa !== undefined && typeof isa !== 'string') {
    return reject('INVALID_OPTION', 'isa', isa, 'the name of an instruction set')
  }
  if (threads === undefined) return { isa }
  return { isa, threads: checkInteger(threads, 'threads', 1, MOST_THREADS) }
}

/** All that this process may run at once. */
export function defaultThreads(): number {
  return Math.min(availableParallelism(), MOST_THREADS)
}
