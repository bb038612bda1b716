/**
 * The one error class of the project and its closed list of codes.
 * Every other file may import this one; it imports nothing.
 * An error raised here means: nothing has been written to the caller's memory.
 */

/** The closed list of reasons for which the library refuses to work. */
export type RopeErrorCode =
  | 'INVALID_OPTION' // an option is missing, of the wrong type or out of range
  | 'INVALID_CONFIG' // a model config contradicts itself or lacks what its schedule needs
  | 'UNKNOWN_SCHEDULE' // a schedule (rope type) that is not known, or not implemented
  | 'INVALID_TENSOR' // a tensor's shape, layout, strides, dtype or memory do not fit
  | 'INVALID_POSITIONS' // positions of the wrong form or length, or not finite
  | 'ALIASING' // memory that is written overlaps memory that it must not
  | 'UNSUPPORTED' // the backend says honestly that it cannot do this
  | 'UNAVAILABLE' // the backend cannot run on this machine
  | 'BACKEND_FAILED' // the backend failed while it ran (device lost, out of memory, a bug)
  | 'DISPOSED' // used after dispose()
  | 'INVALID_FILE' // a file that does not hold what its format promises

/** What an error carries besides its message. */
export interface RopeErrorDetails {
  /** The option, field or argument that is wrong, as a path such as `q.shape`. */
  readonly field?: string
  /** The error that caused this one. */
  readonly cause?: unknown
}

const MARKER: unique symbol = Symbol.for('rope.error') as never

/**
 * Every error this project throws. The message says what was given, what is accepted and how to
 * fix it; `code` is stable across versions; `field` names the argument.
 *
 * @example
 * ```ts
 * try {
 *   createRope({ headDim: 127, pairing: 'half', schedule: { type: 'default', base: 10000 } }, { backend })
 * } catch (error) {
 *   if (RopeError.isInstance(error)) console.error(error.code, error.field, error.message)
 * }
 * ```
 */
export class RopeError extends Error {
  /** Which of the closed list of reasons this is. */
  readonly code: RopeErrorCode
  /** The argument that is wrong, when there is one. */
  readonly field: string | undefined

  constructor(code: RopeErrorCode, message: string, details: RopeErrorDetails = {}) {
    const { field, cause } = details ?? {}
    super(typeof message === 'string' ? message : '', cause === undefined ? undefined : { cause })
    this.name = 'RopeError'
    this.code = code
    this.field = field
    Object.defineProperty(this, MARKER, { value: true })
  }

  /** True for a RopeError of this copy of the package or of any other copy in the process. */
  static isInstance(value: unknown): value is RopeError {
    try {
      return typeof value === 'object' && value !== null && MARKER in value
    } catch {
      // A proxy whose traps throw is no error of ours.
      return false
    }
  }
}
