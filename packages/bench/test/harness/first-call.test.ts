/** The first call of a contender, by a clock that only calls move. */
import { describe, expect, test } from 'vitest'
import type { Session } from '../../src/contenders/open.js'
import { firstCall } from '../../src/harness/first-call.js'
import type { Group } from '../../src/matrix/group.js'
import { rotationCase } from '../../src/matrix/rotation-case.js'
import { runSession } from '../../src/run-group.js'
import { SHORT } from '../settings.js'

describe('the first call', () => {
  test('is timed as it is: a synchronous one waits for nothing', () => {
    let now = 5
    const first = firstCall(() => now)
    expect(first.elapsed()).toBeNull()
    const pending = first.make(() => {
      now += 3
    })
    expect(pending).toBeUndefined()
    expect(first.elapsed()).toBe(3)
  })

  test('an asynchronous one lasts until its promise does, and no later call counts', async () => {
    let now = 0
    const first = firstCall(() => now)
    const call = async (): Promise<void> => {
      await Promise.resolve()
      now += 7
    }
    await first.make(call)
    await first.make(call)
    expect([now, first.elapsed()]).toEqual([14, 7])
  })

  test('stands in the record beside the warm ones', async () => {
    let [now, calls] = [0, 0]
    // The first call compiles: it takes 50 ms, and every later one a single millisecond.
    const call = (): void => {
      now += calls === 0 ? 50 : 1
      calls += 1
    }
    const session: Session = {
      open: async () => ({
        run: (count) => {
          for (let i = 0; i < count; i++) call()
        },
        async check(first) {
          now += 1000
          await first?.(call)
          now += 1000
          return null
        },
      }),
      close: async () => undefined,
    }
    const variant = { memory: 'foreign', threads: 'one', call: 'step' } as const
    const spec = { kind: 'backend', name: 'x', case: rotationCase({ tokens: 1 }), variant } as const
    const group: Group = { id: 'x', title: 'x', contenders: { x: spec }, comparisons: [] }
    const settings = { ...SHORT, clock: () => now, clockStep: 0.001, sampleLength: 1 }
    const { entries } = await runSession(group, session, settings)
    expect(entries[0]?.time?.first).toBe(50_000)
    expect(entries[0]?.time?.median).toBe(1000)
  })
})
