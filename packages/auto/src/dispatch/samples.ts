/**
 * What real calls cost: the first calls of a kind are timed, those of close contenders in turns,
 * until there is enough to compare. All CPU backends give the same bits, so that trying another one
 * costs its caller nothing but time.
 */

/**
 * Milliseconds that the timed calls of one contender last together, and how many they are at most.
 * An engine compiles what has run for some milliseconds.
 */
const ENOUGH = 4
const MOST = 1024

/** Milliseconds that tell who is far slower, and how many calls there are where nobody is compared. */
const TELLING = 1
const ALONE = 32

/** At least so many, fewer where a call alone is `ENOUGH`. */
const FEWEST = 6
const FEWEST_LONG = 4

/** Milliseconds of a long call. */
const LONG = 100

/** Steps of the clock that they must last together to mean anything. */
const STEPS = 20

/** Calls of at most so many steps cannot be told from the clock's own; of more than so many, something came between. */
const FEW = 4
const CALM = 40

/** The times of one contender's calls. */
export class Samples {
  readonly #step: number
  #count = 0
  #total = 0
  #best: number
  /** Calls, and their time, that nothing has interrupted. */
  #calm = 0
  #calmTotal = 0
  /** The first call pays for what is done once: pages, compiling. In a long one that is next to nothing. */
  #isFirst = true

  /**
   * @param step the smallest step of the clock in milliseconds
   * @param fastest the fastest call of an earlier look, in milliseconds
   */
  constructor(step: number, fastest: number = Number.POSITIVE_INFINITY) {
    this.#step = step
    this.#best = fastest
  }

  /** Notes the time of a call, in milliseconds. */
  add(time: number): void {
    const isFirst = this.#isFirst
    this.#isFirst = false
    if (isFirst && time < LONG) return
    this.#count += 1
    this.#total += time
    this.#best = Math.min(this.#best, time)
    if (time > CALM * this.#step) return
    this.#calm += 1
    this.#calmTotal += time
  }

  /** Milliseconds of the fastest call so far; infinite before the first. */
  get fastest(): number {
    return this.#best
  }

  /** True when they are long enough to tell what is far slower than something else. */
  get isTelling(): boolean {
    return this.#total >= Math.max(TELLING, STEPS * this.#step)
  }

  /** True when there are enough for who is compared with nobody. */
  get isEnoughAlone(): boolean {
    return this.#count >= ALONE || this.isDone
  }

  /** True when there is nothing to be gained by more. */
  get isDone(): boolean {
    if (this.#count >= MOST) return true
    const fewest = this.#total >= ENOUGH * this.#count ? FEWEST_LONG : FEWEST
    return this.#count >= fewest && this.#total >= Math.max(ENOUGH, STEPS * this.#step)
  }

  /**
   * Microseconds of a call; null when nothing can be said. It is the fastest one that counts, since
   * an engine's compiler and other programs only add time. Where even that is but a few steps of the
   * clock, the mean of such calls does.
   */
  get microseconds(): number | null {
    if (this.#count === 0 || this.#total < STEPS * this.#step) return null
    if (this.#best > FEW * this.#step) return 1000 * this.#best
    return (1000 * this.#calmTotal) / this.#calm
  }
}
