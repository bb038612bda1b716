/**
 * A fuzzer: many inputs made from a seed, each of which gets through or is refused with a RopeError.
 * It starts from valid inputs and changes them a little, so that at least a third gets through; an
 * input that does is then held against what it promises. `ROPE_FUZZ_CASES` says how many inputs,
 * `ROPE_FUZZ_SEED` which ones; a failure names both numbers that bring it back.
 */
import { inspect } from 'node:util'
import { RopeError } from '@rope/core'
import { expect, test } from 'vitest'
import { type Random, seededRandom, seedOf } from './random.js'

const CASES = Number(process.env.ROPE_FUZZ_CASES ?? 100_000)
const SEED = Number(process.env.ROPE_FUZZ_SEED ?? 1)

/** A million inputs on a busy machine. */
const PATIENCE = 3_600_000
/** More than any target holds on to: what one input makes is gone with the next. */
const MOST_MEMORY = 2 ** 30

/** What to fuzz. */
export interface Target<Input> {
  /** An input that is valid or nearly so. */
  make(random: Random): Input
  /** Throws a RopeError when the input is refused, and anything else when something is wrong. */
  check(input: Input, random: Random): void | Promise<void>
}

async function getsThrough<Input>(
  { check }: Target<Input>,
  input: Input,
  random: Random,
): Promise<boolean> {
  try {
    const result = check(input, random)
    if (result !== undefined) await result
    return true
  } catch (error) {
    if (RopeError.isInstance(error)) return false
    throw error
  }
}

function report(name: string, index: number, input: unknown, cause: unknown): Error {
  const repeat = `ROPE_FUZZ_SEED=${SEED}, case ${index} of '${name}'`
  const given = inspect(input, { depth: 8, maxArrayLength: 200, breakLength: 120 })
  return new Error(`${repeat}: ${String(cause)}\ngiven: ${given.slice(0, 5000)}`, { cause })
}

/** Runs a target as a test. */
export function fuzz<Input>(name: string, target: Target<Input>): void {
  test(
    `${name}: ${CASES} inputs of seed ${SEED}`,
    async () => {
      const before = process.memoryUsage().rss
      let through = 0
      for (let index = 0; index < CASES; index++) {
        const random = seededRandom(seedOf(`${SEED} ${name} ${index}`))
        const input = target.make(random)
        try {
          if (await getsThrough(target, input, random)) through++
        } catch (error) {
          throw report(name, index, input, error)
        }
      }
      const share = ((100 * through) / CASES).toFixed(1)
      console.log(`${name}: ${CASES} inputs of seed ${SEED}, ${share} % got through`)
      expect(through).toBeGreaterThanOrEqual(CASES / 3)
      expect(through).toBeLessThan(CASES)
      expect(process.memoryUsage().rss - before).toBeLessThan(MOST_MEMORY)
    },
    PATIENCE,
  )
}
