/**
 * What the calls of one contender cost, measured in real calls. The fastest one counts, since an
 * engine's compiler and other programs only add time.
 */

/** Calls that are enough, fewer where they last so many milliseconds together, and more where a clock is coarse. */
const CALLS = 16
const FEWEST = 4
const ENOUGH = 4
const MOST = 1024

/** Milliseconds of calls that tell who is far behind. */
const TELLING = 1

/** A first call that is longer than so many milliseconds counts: what is done once is little in it. */
const LONG = 100

/** Steps of the clock that calls must last together to mean anything. */
const STEPS = 20

/** A call of fewer steps of the clock cannot be told from the clock's own; of far more, something came between. */
const FEW = 4
const CALM = 40

/** The times of one contender's calls. */
export class Samples {
  readonly #step: number
  #count = 0
  #total = 0
  #fastest: number
  /** Calls that nothing has interrupted, and their time. */
  #calm = 0
  #calmTotal = 0
  #isFirst = true

  /**
   * @param step the smallest step of the clock in milliseconds
   * @param fastest the fastest call of an earlier comparison, in milliseconds
   */
  constructor(step: number, fastest: number = Number.POSITIVE_INFINITY) {
    this.#step = step
    this.#fastest = fastest
  }

  /** Notes the time of a call, in milliseconds. */
  add(time: number): void {
    const isFirst = this.#isFirst
    this.#isFirst = false
    if (isFirst && time < LONG) return
    this.#count += 1
    this.#total += time
    this.#fastest = Math.min(this.#fastest, time)
    if (time > CALM * this.#step) return
    this.#calm += 1
    this.#calmTotal += time
  }

  /** Milliseconds of the fastest call so far; infinite before the first. */
  get fastest(): number {
    return this.#fastest
  }

  /** True when they are long enough to tell who is far behind. */
  get isTelling(): boolean {
    return this.#total >= Math.max(TELLING, STEPS * this.#step)
  }

  /** True when there is nothing to be gained by more. */
  get isDone(): boolean {
    if (this.#total < STEPS * this.#step) return this.#count >= MOST
    return this.#count >= CALLS || (this.#count >= FEWEST && this.#total >= ENOUGH)
  }

  /**
   * Microseconds of a call; null when nothing can be said. Where the fastest is but a few steps of
   * the clock, the mean of the calls that nothing has interrupted counts.
   */
  get microseconds(): number | null {
    if (this.#count === 0 || this.#total < STEPS * this.#step) return null
    if (this.#fastest > FEW * this.#step || this.#calm === 0) return 1000 * this.#fastest
    return (1000 * this.#calmTotal) / this.#calm
  }
}
