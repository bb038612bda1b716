/**
 * A clock that moves only while a contender works, beside the wall's, which goes on: what takes too
 * long by the wall is given up, and the others are measured as ever.
 */
import { describe, expect, test } from 'vitest'
import type { Session } from '../../src/contenders/open.js'
import type { Contender } from '../../src/harness/contender.js'
import { type MeasureSettings, measure } from '../../src/harness/measure.js'
import type { Group } from '../../src/matrix/group.js'
import { rotationCase } from '../../src/matrix/rotation-case.js'
import { runSession } from '../../src/run-group.js'

/** Two clocks, and contenders that move both. */
function twoClocks() {
  let [own, wall] = [0, 0]
  return {
    clock: () => own,
    wall: () => wall,
    /** Milliseconds of a call by each clock. */
    contender: (id: string, byClock: number, byWall: number): Contender => ({
      id,
      run(count) {
        own += count * byClock
        wall += count * byWall
      },
    }),
  }
}

function settings(clocks: ReturnType<typeof twoClocks>, limit: number): MeasureSettings {
  return {
    ...{ clock: clocks.clock, clockStep: 0.001, sampleLength: 1, budget: 100, warmUpBudget: 20 },
    ...{ minimumRounds: 6, maximumRounds: 50, slowestCall: 1000, precision: 0.01 },
    patience: { clock: clocks.wall, limit },
  }
}

const PAIR = { of: 'slow', over: 'quick' }

describe('patience', () => {
  test('a contender that would take too long is given up early, and the other one is not', async () => {
    const clocks = twoClocks()
    // A thousand calls to a sample, and each is a hundredth of a second by the wall: 10 s a sample.
    const contenders = [clocks.contender('slow', 0.001, 10), clocks.contender('quick', 0.5, 1)]
    const found = await measure(contenders, [PAIR], settings(clocks, 5000))
    expect([...found.givenUp]).toEqual([
      [
        'slow',
        'not measured: enough samples of it would take longer than the 5 s that one contender may take',
      ],
    ])
    expect(found.timing('quick').median).toBeCloseTo(0.5, 9)
    expect(() => found.timing('slow')).toThrow('took no part')
    expect(clocks.wall()).toBeLessThan(10_000)
  })

  test('one that has a batch, but no time for its rounds, is given up as well', async () => {
    const clocks = twoClocks()
    const contenders = [clocks.contender('slow', 1, 500)]
    const found = await measure(contenders, [], settings(clocks, 5000))
    expect([...found.givenUp.keys()]).toEqual(['slow'])
    expect(found.rounds).toBe(0)
    expect(clocks.wall()).toBeLessThan(5000)
  })

  test('within the limit, rounds end when it is reached', async () => {
    const clocks = twoClocks()
    const contenders = [clocks.contender('slow', 1, 100), clocks.contender('quick', 1, 1)]
    const found = await measure(contenders, [], { ...settings(clocks, 5000), budget: 1e6 })
    expect(found.givenUp.size).toBe(0)
    expect(found.rounds).toBeGreaterThanOrEqual(6)
    expect(found.rounds).toBeLessThan(25)
    expect(clocks.wall()).toBeLessThanOrEqual(5100)
  })

  test('without patience the wall has no say', async () => {
    const clocks = twoClocks()
    const { patience: _, ...rest } = settings(clocks, 5000)
    const found = await measure([clocks.contender('slow', 0.001, 10)], [], rest)
    expect([found.givenUp.size, found.timing('slow').samples > 10]).toEqual([0, true])
  })

  test('the record says so, and compares nothing with it', async () => {
    const clocks = twoClocks()
    const made: Readonly<Record<string, Contender>> = {
      slow: clocks.contender('slow', 0.001, 10),
      quick: clocks.contender('quick', 0.5, 1),
    }
    const variant = { memory: 'foreign', threads: 'one', call: 'step' } as const
    const spec = (name: string) =>
      ({ kind: 'backend', name, case: rotationCase({ tokens: 1 }), variant }) as const
    const session: Session = {
      open: async ({ name }) => ({ run: made[name]?.run ?? (() => {}), check: () => null }),
      close: async () => undefined,
    }
    const group: Group = {
      ...{ id: 'x', title: 'x', contenders: { slow: spec('slow'), quick: spec('quick') } },
      comparisons: [{ ...PAIR, purpose: 'limit' }],
    }
    const { entries, comparisons } = await runSession(group, session, settings(clocks, 5000))
    expect(entries.map(({ name, status, time }) => [name, status, time === null])).toEqual([
      ['slow', 'unavailable', true],
      ['quick', 'ok', false],
    ])
    expect(entries[0]?.reason).toMatch(/^not measured: /)
    expect(comparisons).toEqual([])
  })
})
