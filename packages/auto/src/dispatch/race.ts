/**
 * Who is the fastest at one kind of call, found out in its first real calls: the contenders make them
 * in turns, and are compared again later and later, since engines compile what is called often. All
 * CPU backends give the same bits, so that trying another one costs its caller nothing but time.
 */
import type { Contender } from './contender.js'
import { Samples } from './samples.js'

/** Who takes more than so many times as long as the best one has no further turn in this comparison. */
const FAR = 3

/** A tenth of the speed: who comes later in the order and is as slow as that is not tried again. */
const HOPELESS = 10

/** Who comes later in the order has to be faster by this factor; less may be noise. */
const CLEARLY = 1.05

/**
 * How often contenders are compared, after how many milliseconds of calls the second time, how many
 * calls that is at the least and at the most, and how many times as late each further time comes.
 */
const TIMES = 4
const PAUSE = 50
const FEWEST_CALLS = 16
const MOST_CALLS = 256
const LATER = 16

/** The comparison of the contenders for one kind of call. */
export class Race {
  /** Those that take part, in their order. */
  contenders: readonly Contender[]
  /** Calls until the next comparison; infinite when none is to come. */
  pause: number = Number.POSITIVE_INFINITY
  #times = 1
  #turn = -1

  constructor(contenders: readonly Contender[]) {
    this.contenders = contenders
  }

  /** Whose turn it is. */
  next(): Contender {
    const { contenders } = this
    for (const _ of contenders) {
      this.#turn = (this.#turn + 1) % contenders.length
      const contender = contenders[this.#turn] as Contender
      if (!this.#isTimed(contender)) return contender
    }
    return this.#winner()
  }

  /** The winner once everybody has been timed; null before. Leaves out whoever is hopeless. */
  end(): Contender | null {
    if (!this.contenders.every((contender) => this.#isTimed(contender))) return null
    const winner = this.#winner()
    const place = this.contenders.indexOf(winner)
    const limit = HOPELESS * winner.samples.fastest
    this.contenders = this.contenders.filter(({ member, samples }, i) => {
      if (i <= place || samples.fastest <= limit) return true
      member.hopelessBeside.add(winner.member)
      return false
    })
    this.#setPause(winner)
    return winner
  }

  /** Compares those who are left once more; the fastest call of all comparisons counts. */
  again(step: number): void {
    for (const contender of this.contenders) {
      contender.samples = new Samples(step, contender.samples.fastest)
    }
    this.#times += 1
    this.#turn = -1
    this.pause = Number.POSITIVE_INFINITY
  }

  #setPause({ samples }: Contender): void {
    if (this.contenders.length < 2 || this.#times === TIMES) return
    const calls = Math.min(MOST_CALLS, Math.max(FEWEST_CALLS, PAUSE / samples.fastest))
    this.pause = Math.round(calls * LATER ** (this.#times - 1))
  }

  /** True when there are samples enough, or those that there are say: far behind. */
  #isTimed({ samples }: Contender): boolean {
    if (this.contenders.length === 1 || samples.isDone) return true
    const best = Math.min(...this.contenders.map((one) => one.samples.fastest))
    return samples.isTelling && samples.fastest > FAR * best
  }

  #winner(): Contender {
    return this.contenders.reduce((a, b) => (CLEARLY * costOf(b) < costOf(a) ? b : a))
  }
}

/** Microseconds of a contender's calls; who has no time yet cannot win. */
function costOf({ samples }: Contender): number {
  return samples.microseconds ?? Number.POSITIVE_INFINITY
}
