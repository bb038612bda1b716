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
})
