import { describe, expect, test } from 'vitest'
import { calibrate, clockStep } from '../../src/calibration/calibrate.js'
import { bytesOfPlan } from '../../src/call.js'
import { predict } from '../../src/costs.js'
import { idling, type MadeUpClock, madeUpClock, wrapped } from '../fakes.js'

const BUDGET = 1000

function contender(name: string, clock: MadeUpClock, overhead: number, rate: number) {
  return { name, backend: idling(name, clock, { overhead, rate }) }
}

describe('the costs found', () => {
  test.each(['float64', 'float32', 'float16', 'bfloat16'] as const)(
    'are those that the calls have, for %s',
    (dtype) => {
      const clock = madeUpClock()
      const list = [contender('small', clock, 0.1, 1000), contender('large', clock, 5, 20000)]
      const { costs } = calibrate(dtype, list, { clock, budget: BUDGET })
      for (const bytes of [1e3, 1e5, 1e6, 1e8]) {
        expect(predict(costs.small?.[dtype], bytes)).toBeCloseTo(0.1 + bytes / 1000, 0)
        expect(predict(costs.large?.[dtype], bytes)).toBeCloseTo(5 + bytes / 20000, 0)
      }
    },
  )

  test('have classes that follow a change of slope', () => {
    const clock = madeUpClock()
    const backend = idling('threads', clock, ({ tokens }) =>
      tokens > 100 ? { overhead: 50, rate: 8000 } : { overhead: 0, rate: 4000 },
    )
    const { costs } = calibrate('float32', [{ name: 'threads', backend }], {
      clock,
      budget: BUDGET,
    })
    expect(predict(costs.threads?.float32, 40960)).toBeCloseTo(40960 / 4000, 0)
    expect(predict(costs.threads?.float32, 256 * 40960)).toBeCloseTo(50 + (256 * 40960) / 8000, 0)
  })

  test('are the fastest batch of each, however long the machine was busy in others', () => {
    const clock = madeUpClock()
    let calls = 0
    const noisy = wrapped('noisy', () => () => {
      calls += 1
      clock.advance(calls % 7 === 0 ? 3 : 0.1)
    })
    const { costs } = calibrate('float32', [{ name: 'noisy', backend: noisy }], {
      clock,
      budget: BUDGET,
    })
    expect(predict(costs.noisy?.float32, 40960)).toBeLessThan(150)
  })
})

describe('the budget', () => {
  test('stops before sizes that would take too long, which are then predicted', () => {
    const clock = madeUpClock()
    const slow = contender('slow', clock, 0, 10)
    const { costs, isReliable } = calibrate('float32', [slow], { clock, budget: 60 })
    expect(isReliable).toBe(false)
    expect(clock()).toBeLessThan(90)
    // 64 tokens alone would be 262 ms.
    expect(predict(costs.slow?.float32, 64 * 40960)).toBeCloseTo(262144, -3)
  })

  test('is kept by whatever number of contenders', () => {
    for (const count of [1, 3, 8]) {
      const clock = madeUpClock()
      const list = Array.from({ length: count }, (_, i) => contender(`${i}`, clock, i, 2000))
      calibrate('bfloat16', list, { clock, budget: 50 })
      // A batch that has begun is finished: one call of the largest size is 2.6 ms.
      expect(clock()).toBeLessThan(50 + 4)
    }
  })

  test('is not spent on large calls of those who are far behind', () => {
    const clock = madeUpClock()
    const tokens: Record<string, number[]> = { fast: [], slow: [] }
    const list = ['fast', 'slow'].map((name) => {
      const rate = name === 'fast' ? 20000 : 2000
      const backend = wrapped(name, (_run, plan) => () => {
        tokens[name]?.push(plan.tokens)
        clock.advance(bytesOfPlan(plan) / rate / 1000)
      })
      return { name, backend }
    })
    const { costs, isReliable } = calibrate('float32', list, { clock, budget: BUDGET })
    expect(Math.max(...(tokens.fast ?? []))).toBe(256)
    expect(Math.max(...(tokens.slow ?? []))).toBe(1)
    expect(isReliable).toBe(true)
    expect(predict(costs.slow?.float32, 256 * 40960)).toBeCloseTo((256 * 40960) / 2000, 0)
  })

  test('goes to those who are still becoming faster', () => {
    const clock = madeUpClock()
    let calls = 0
    // Compiled by and by, and better than the other then.
    const warming = wrapped('warming', (_run, plan) => () => {
      calls += 1
      clock.advance((100 / Math.min(calls, 100)) * (bytesOfPlan(plan) / 1e7))
    })
    const list = [contender('steady', clock, 0, 4000), { name: 'warming', backend: warming }]
    const { costs } = calibrate('float32', list, { clock, budget: 60 })
    for (const bytes of [40960, 64 * 40960]) {
      expect(predict(costs.warming?.float32, bytes)).toBeCloseTo(bytes / 1e4, 0)
    }
  })
})

describe('clocks', () => {
  test('that are coarse make batches longer', () => {
    const fine = madeUpClock()
    const coarse = (): number => Math.floor(fine() / 0.1) * 0.1
    const backend = idling('js', fine, { overhead: 1, rate: 10000 })
    const { costs, isReliable } = calibrate('float32', [{ name: 'js', backend }], {
      clock: coarse,
      budget: BUDGET,
    })
    const time = predict(costs.js?.float32, 40960) as number
    expect(Math.abs(time - 5.1)).toBeLessThan(0.6)
    expect(isReliable).toBe(true)
  })

  test('that stand still hold nobody up', () => {
    const stopped = (): number => 7
    expect(clockStep(stopped)).toBe(0)
    const backend = wrapped('js', () => () => undefined)
    const { costs } = calibrate('float32', [{ name: 'js', backend }], {
      clock: stopped,
      budget: BUDGET,
    })
    expect(predict(costs.js?.float32, 40960)).toBeCloseTo(0)
  })
})

test('a contender that throws is named', () => {
  const clock = madeUpClock()
  const broken = wrapped('broken', () => () => {
    throw new Error('out of tiles')
  })
  const list = [contender('js', clock, 1, 1000), { name: 'broken', backend: broken }]
  expect(() => calibrate('float32', list, { clock, budget: BUDGET })).toThrow(
    expect.objectContaining({ backend: broken, message: 'out of tiles' }),
  )
})
