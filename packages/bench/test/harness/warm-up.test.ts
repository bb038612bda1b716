import { describe, expect, test } from 'vitest'
import { isSteady, warmUp } from '../../src/harness/warm-up.js'

/** A contender that gets faster with every call, down to a floor, as compiled code does. */
function warmingContender(calls: number): {
  readonly clock: () => number
  readonly contender: { readonly id: string; run(count: number): void }
} {
  let now = 0
  let done = 0
  const run = (count: number): void => {
    for (let i = 0; i < count; i++, done++) now += done < calls ? 2 - done / calls : 1
  }
  const clock = (): number => {
    now += 1e-4
    return now
  }
  return { clock, contender: { id: 'a', run } }
}

describe('warm-up', () => {
  test('a rolling median that has stopped moving is steady', () => {
    expect(isSteady([5, 4, 3, 1, 1, 1])).toBe(false)
    expect(isSteady([9, 1, 1.02, 0.99, 9, 1, 1.01])).toBe(true)
    expect(isSteady([1, 1, 1, 1, 1])).toBe(false)
  })

  test('lasts until the times stop falling', async () => {
    const { clock, contender } = warmingContender(60)
    const [warm] = await warmUp([contender], { clock, sampleLength: 1, budget: 1e6 })
    expect(warm?.steady).toBe(true)
    const start = clock()
    contender.run(1)
    // At most 5 % of the way is left when two medians agree within 5 %.
    expect(clock() - start).toBeLessThan(1.2)
  })

  test('gives up at its budget and says so', async () => {
    const { clock, contender } = warmingContender(1e9)
    const settings = { clock, sampleLength: 1, budget: 3 }
    const [warm] = await warmUp([contender], settings)
    expect(warm?.steady).toBe(false)
    expect(clock()).toBeLessThan(20)
  })

  test('a first call that was disturbed does not lead to an endless batch', async () => {
    let now = 0
    let calls = 0
    const run = (count: number): void => {
      now += (calls === 0 ? 8 : 0) + count * 0.001
      calls += count
    }
    // As a browser's clock: steps of 0.1 ms, in which a few calls of a microsecond take no time.
    const clock = (): number => Math.floor(now * 10) / 10
    const settings = { clock, sampleLength: 10, budget: 0 }
    const [warm] = await warmUp([{ id: 'a', run }], settings)
    expect(warm?.batch).toBeLessThanOrEqual(20_000)
    expect(calls).toBeLessThan(100_000)
  })
})
