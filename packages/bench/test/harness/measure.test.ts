/**
 * The harness on simulated time: what it says about known differences, and about none.
 */
import { describe, expect, test } from 'vitest'
import { type MeasureSettings, measure } from '../../src/harness/measure.js'
import type { Ratio } from '../../src/statistics/ratio.js'
import { outcomeOf } from '../../src/statistics/verdict.js'
import { type Noise, QUIET_MACHINE, SHARED_MACHINE, simulateMachine } from '../simulated-machine.js'

const SETTINGS: Omit<MeasureSettings, 'clock'> = {
  sampleLength: 1,
  budget: 400,
  warmUpBudget: 40,
  slowestCall: 1000,
  minimumRounds: 10,
  maximumRounds: 100,
  precision: 0.01,
}

/** The speed of a over b, on a machine of its own. */
async function compare(seed: number, noise: Noise, a: number, b: number): Promise<Ratio> {
  const machine = simulateMachine(seed, noise)
  const contenders = [machine.contender('a', a), machine.contender('b', b)]
  const pair = { of: 'a', over: 'b' }
  const result = await measure(contenders, [pair], { ...SETTINGS, clock: machine.clock })
  return result.ratio(pair)
}

/** The share of many runs in which `holds` is true of the ratio. */
async function share(
  runs: number,
  [a, b]: readonly [number, number],
  holds: (ratio: Ratio) => boolean,
): Promise<number> {
  let count = 0
  for (let seed = 1; seed <= runs; seed++) {
    if (holds(await compare(seed, SHARED_MACHINE, a, b))) count += 1
  }
  return count / runs
}

describe('measure', () => {
  // 400 runs: with a true rate of 95 % the observed one stays within 0.95 +- 4 * 0.011. The
  // interval of an order statistic is conservative, hence the room above.
  test('finds no difference between equals, as often as it claims', async () => {
    const rate = await share(400, [0.2, 0.2], (r) => outcomeOf(r) === 'no difference detected')
    expect(rate).toBeGreaterThan(0.906)
    expect(rate).toBeLessThan(0.994)
  })

  test('covers the true ratio as often as it claims', async () => {
    const rate = await share(400, [0.2, 0.3], ({ low, high }) => low <= 1.5 && 1.5 <= high)
    expect(rate).toBeGreaterThan(0.906)
    expect(rate).toBeLessThan(0.994)
  })

  test('sees a difference of 8 % through the noise', async () => {
    const rate = await share(100, [0.2, 0.216], (r) => outcomeOf(r) === 'faster')
    expect(rate).toBeGreaterThan(0.97)
  })

  test('is exact where there is no noise', async () => {
    const machine = simulateMachine(1, QUIET_MACHINE)
    const contenders = [machine.contender('a', 0.002), machine.contender('b', 0.005)]
    const pair = { of: 'a', over: 'b' }
    const result = await measure(contenders, [pair], { ...SETTINGS, clock: machine.clock })
    expect(result.ratio(pair).value).toBeCloseTo(2.5, 3)
    // The clock's own reading is in every sample of about 1 ms.
    expect(result.timing('a').median).toBeCloseTo(0.002, 6)
    expect(result.timing('a').steady).toBe(true)
  })

  test('stops early when the answer is precise, and at the budget when it is not', async () => {
    const rounds = async (noise: Noise): Promise<number> => {
      const machine = simulateMachine(3, noise)
      const contenders = [machine.contender('a', 0.2), machine.contender('b', 0.2)]
      const comparison = [{ of: 'a', over: 'b' }]
      const settings = { ...SETTINGS, clock: machine.clock }
      return (await measure(contenders, comparison, settings)).rounds
    }
    expect(await rounds(QUIET_MACHINE)).toBe(SETTINGS.minimumRounds)
    const noisy = await rounds({ ...SHARED_MACHINE, jitter: 0.5 })
    expect(noisy).toBeGreaterThan(30)
    expect(noisy).toBeLessThan(SETTINGS.maximumRounds)
  })

  test('runs in mirrored order, so that drift cancels', async () => {
    const order: string[] = []
    let now = 0
    const contender = (id: string) => ({
      id,
      run(count: number): void {
        order.push(id)
        now += 30 * count
      },
    })
    const clock = (): number => {
      now += 1e-3
      return now
    }
    const settings = { ...SETTINGS, clock, warmUpBudget: 0, minimumRounds: 6, maximumRounds: 6 }
    await measure(['a', 'b', 'c'].map(contender), [], settings)
    expect(order.slice(-12).join('')).toBe('abccbaabccba')
  })

  test('a drift that hits one of two equals more cancels within the round', async () => {
    // Every call is 2 % slower than the one before: without the mirrored order b would lose.
    let now = 0
    let calls = 0
    const contender = (id: string) => ({
      id,
      run(count: number): void {
        for (let i = 0; i < count; i++) now += 30 * (1 + 0.02 * calls++)
      },
    })
    const clock = (): number => {
      now += 1e-3
      return now
    }
    const settings = { ...SETTINGS, clock, budget: 1e9, warmUpBudget: 0, maximumRounds: 10 }
    const pair = { of: 'a', over: 'b' }
    const ratio = (await measure(['a', 'b'].map(contender), [pair], settings)).ratio(pair)
    expect(ratio.value).toBeCloseTo(1, 4)
  })

  test('awaits asynchronous contenders', async () => {
    let now = 0
    let running = 0
    const run = async (count: number): Promise<void> => {
      running += 1
      await Promise.resolve()
      expect(running).toBe(1)
      now += 30 * count
      running -= 1
    }
    const clock = (): number => {
      now += 1e-3
      return now
    }
    const result = await measure([{ id: 'a', run }], [], { ...SETTINGS, clock, maximumRounds: 10 })
    expect(result.timing('a').median).toBeCloseTo(30, 2)
  })

  test('prepares each sample outside of the time', async () => {
    let now = 0
    const contender = {
      id: 'a',
      prepare(): void {
        now += 1000
      },
      run(count: number): void {
        now += 30 * count
      },
    }
    const clock = (): number => {
      now += 1e-3
      return now
    }
    const settings = { ...SETTINGS, clock, maximumRounds: 10 }
    const result = await measure([contender], [], settings)
    expect(result.timing('a').p90).toBeCloseTo(30, 2)
  })

  test('refuses rounds that cannot give an interval, and ids that took no part', async () => {
    const machine = simulateMachine(1, QUIET_MACHINE)
    const contenders = [machine.contender('a', 1)]
    const settings = { ...SETTINGS, clock: machine.clock }
    await expect(measure(contenders, [], { ...settings, minimumRounds: 5 })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      field: 'minimumRounds',
    })
    const result = await measure(contenders, [], settings)
    expect(() => result.timing('b')).toThrow("contender 'b' took no part; these did: a")
  })
})
