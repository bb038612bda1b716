/**
 * What real calls cost: the first calls of a kind are timed, those of close contenders in turns,
 * until the difference is beyond doubt or not worth the trouble. All CPU backends give the same
 * bits, so that trying another one costs its caller nothing but time.
 */

/** Timed calls of each contender, at the least and at the most. */
const FEWEST = 6
const MOST = 48

/** Calls this long, in milliseconds, are timed fewer times. */
const LONG = 2
const FEWEST_LONG = 2

/** Steps of the clock that all timed calls together must last to mean anything. */
const STEPS = 20

/** The times of one contender's calls. */
export class Samples {
  readonly #times: number[] = []
  readonly #step: number
  #total = 0
  /** The first call pays for what is done once: pages, compiling. */
  #isFirst = true

  /** @param step the smallest step of the clock in milliseconds */
  constructor(step: number) {
    this.#step = step
  }

  /** Notes the time of a call, in milliseconds. */
  add(time: number): void {
    if (this.#isFirst) {
      this.#isFirst = false
      return
    }
    this.#times.push(time)
    this.#total += time
  }

  /** True when there is nothing to be gained by more. */
  get isDone(): boolean {
    const count = this.#times.length
    if (count >= MOST) return true
    const fewest = this.#total > LONG * count ? FEWEST_LONG : FEWEST
    return count >= fewest && this.#total >= STEPS * this.#step
  }

  /** Microseconds of a call: the median, or the mean where the clock is too coarse; null without any. */
  get microseconds(): number | null {
    const count = this.#times.length
    if (count === 0 || this.#total < STEPS * this.#step) return null
    const sorted = [...this.#times].sort((a, b) => a - b)
    const median = sorted[Math.floor(count / 2)] as number
    return 1000 * (median > 2 * this.#step ? median : this.#total / count)
  }
}
