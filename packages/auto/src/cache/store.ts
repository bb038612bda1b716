/**
 * Where calibrations are kept between runs: a text by itself, somewhere. Types only.
 */

/** A place for one text. Whatever goes wrong there may throw or reject: it is noted and ignored. */
export interface CalibrationStore {
  /** How debug lines call it, such as a path. */
  readonly place: string
  /** The text that was saved last; null when there is none. */
  load(): string | null | Promise<string | null>
  save(text: string): void | Promise<void>
}
