/**
 * A small seeded generator of numbers: the same seed gives the same sequence on every machine,
 * so that a run can be repeated and a simulation is a fact, not an accident.
 */

/** Draws the next number, at least 0 and below 1. */
export type Random = () => number

/** A generator with 32 bits of state: a Weyl sequence through the finaliser of MurmurHash3. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    return scramble(state) / 2 ** 32
  }
}

/** A 32-bit hash of a 32-bit number: every input bit changes about half of the output bits. */
export function scramble(value: number): number {
  let bits = value | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
