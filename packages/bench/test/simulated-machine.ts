/**
 * A machine on which time passes only when something runs, with the noise of a shared one: every
 * call varies, the whole machine drifts, and now and then somebody else takes the processor.
 */

import type { Contender } from '../src/harness/contender.js'
import type { Clock } from '../src/machine/clock.js'
import { createRandom, type Random } from '../src/random.js'

/** How bad the noise is. */
export interface Noise {
  /** Standard deviation of the logarithm of each call's time. */
  readonly jitter: number
  /** Slow swing of the whole machine, in proportion. */
  readonly drift: number
  /** How often somebody else takes the processor, per millisecond, and for how many milliseconds. */
  readonly interruption: { readonly rate: number; readonly length: number }
}

/** The noise of a machine whose two cores are shared with others. */
export const SHARED_MACHINE: Noise = {
  jitter: 0.05,
  drift: 0.1,
  interruption: { rate: 0.05, length: 2 },
}

/** A machine without any noise. */
export const QUIET_MACHINE: Noise = { jitter: 0, drift: 0, interruption: { rate: 0, length: 0 } }

/** A clock and contenders that move it. */
export interface SimulatedMachine {
  readonly clock: Clock
  /** Something whose call takes `milliseconds`, give or take the noise. */
  contender(id: string, milliseconds: number): Contender
}

/** Reading the clock costs this much, in milliseconds. */
const READING = 40e-6

/** Length of one swing of the drift, in milliseconds. */
const SWING = 300

/** A simulated machine; the same seed gives the same times. */
export function simulateMachine(seed: number, noise: Noise): SimulatedMachine {
  const random = createRandom(seed)
  let now = 0
  return {
    clock() {
      now += READING
      return now
    },
    contender: (id, milliseconds) => ({
      id,
      run(count) {
        for (let i = 0; i < count; i++) now += callTime(milliseconds, noise, random, now)
      },
    }),
  }
}

function callTime(milliseconds: number, noise: Noise, random: Random, now: number): number {
  const { jitter, drift, interruption } = noise
  const swing = 1 + drift * Math.sin((2 * Math.PI * now) / SWING)
  const own = milliseconds * Math.exp(jitter * normal(random)) * swing
  const isInterrupted = random() < interruption.rate * own
  // Time slices are exponentially long, more or less.
  return own + (isInterrupted ? -interruption.length * Math.log(1 - random()) : 0)
}

/** A normally distributed number (Box and Muller 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
