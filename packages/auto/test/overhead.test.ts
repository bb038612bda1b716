/**
 * The cost of the front door: a call through it against the same call on the winner itself, once the
 * choice has been made.
 */
import { type Backend, createRope as createCoreRope, type Rope } from '@rope/core'
import { createJsBackend } from '@rope/js'
import { expect, test } from 'vitest'
import { createRope } from '../src/index.js'
import { CONFIG, changed, entry, smallCall } from './fakes.js'

/** Microseconds that a call through the front door may take longer. */
const ALLOWED = 0.15

const BATCH = 2000
const ROUNDS = 60

/** Microseconds of a call in the fastest of the batches, which take turns. */
function compare(...loops: readonly ((count: number) => void)[]): readonly number[] {
  const best = loops.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < ROUNDS; round++) {
    loops.forEach((loop, i) => {
      const start = performance.now()
      loop(BATCH)
      best[i] = Math.min(best[i] as number, ((performance.now() - start) * 1000) / BATCH)
    })
  }
  return best
}

function rotating(rope: Rope): (count: number) => void {
  const call = { ...smallCall(), positions: 3 }
  return (count) => {
    for (let i = 0; i < count; i++) rope.rotate(call)
  }
}

function bound(rope: Rope): (count: number) => void {
  const calls = rope.bind(smallCall())
  return (count) => {
    for (let i = 0; i < count; i++) calls.rotate(i)
  }
}

function stepping(rope: Rope): (count: number) => void {
  const [step, call] = [rope.at(3), smallCall()]
  return (count) => {
    for (let i = 0; i < count; i++) step.rotate(call)
  }
}

/** One with memory of its own, some of it given out, so that every call has to ask whose memory it is. */
function keeper(): Backend {
  return changed('keeper', () => ({ allocate: (_, length) => new Float32Array(length) }))
}

test.each([
  ['rotate', rotating],
  ['bind', bound],
  ['at', stepping],
] as const)('of %s is at most 0.15 us', async (_, loopOf) => {
  const own = keeper()
  const backends = [{ ...entry('keeper', own), hasOwnMemory: true }, entry('js')]
  const auto = await createRope(CONFIG, { backends, cache: false })
  expect(own.allocate?.('float32', 8)).toHaveLength(8)
  const plain = createCoreRope(CONFIG, { backend: createJsBackend() })
  const [through, direct] = compare(loopOf(auto), loopOf(plain)) as [number, number]
  expect(through - direct).toBeLessThanOrEqual(ALLOWED)
  auto.dispose()
})
