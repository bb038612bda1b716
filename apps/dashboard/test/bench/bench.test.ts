/** The queue: order, crashes, cancelling, and the pause while the page is hidden. */
import type { BenchResult } from '@rope/bench'
import { describe, expect, test } from 'vitest'
import { createBench, type Place } from '../../src/bench/bench.js'
import type { Visibility } from '../../src/bench/visibility.js'
import type { Job, JobEnd } from '../../src/jobs/job.js'

const CASES = ['a', 'b', 'c'].map((caseId) => ({ caseId, title: caseId.toUpperCase() }))

/** A page that can be hidden. */
function pageVisibility(): Visibility & { hide(isHidden: boolean): void } {
  let hidden = false
  const watchers = new Set<() => void>()
  return {
    isHidden: () => hidden,
    watch(onChange) {
      watchers.add(onChange)
      return () => watchers.delete(onChange)
    },
    hide(isHidden) {
      hidden = isHidden
      for (const watcher of [...watchers]) watcher()
    },
  }
}

function resultOf(id: string): BenchResult {
  const group = { id, title: id, entries: [], comparisons: [] }
  const run = { mode: 'quick', filter: null, seconds: 2, clockResolution: 5 }
  return { run, backends: [], peers: [], groups: [group], goals: [] } as unknown as BenchResult
}

/** A place whose jobs are ended by the test. */
function stage(needsSight = true): {
  readonly place: Place
  readonly started: string[]
  end(how: JobEnd): Promise<void>
} {
  const started: string[] = []
  let finish: (how: JobEnd) => void = () => undefined
  const place: Place = {
    needsSight,
    start({ caseId }, onReport): Job {
      started.push(caseId)
      const end = new Promise<JobEnd>((resolve) => {
        finish = (how) => {
          if (how.outcome === 'done') onReport(resultOf(caseId))
          resolve(how)
        }
      })
      return { end, cancel: () => finish({ outcome: 'cancelled' }) }
    },
  }
  return {
    place,
    started,
    async end(how) {
      finish(how)
      await turn()
    },
  }
}

/** Lets everything that waits for a promise go on. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

describe('the queue', () => {
  test('one after the other, and one result of all', async () => {
    const { place, started, end } = stage()
    const bench = createBench(pageVisibility())
    const run = bench.run({ cases: CASES, backends: ['js'], peers: [], place })
    expect(started).toEqual(['a'])
    for (const _ of CASES) await end({ outcome: 'done' })
    const result = await run
    expect(started).toEqual(['a', 'b', 'c'])
    expect(result?.groups.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    expect(result?.run.seconds).toBe(6)
    expect(bench.isRunning.value).toBe(false)
  })

  test('a crash is listed, and the next one begins', async () => {
    const { place, started, end } = stage()
    const bench = createBench(pageVisibility())
    const run = bench.run({ cases: CASES, backends: ['js'], peers: [], place })
    await end({ outcome: 'failed', message: 'out of memory' })
    expect(started).toEqual(['a', 'b'])
    await end({ outcome: 'done' })
    await end({ outcome: 'done' })
    await run
    expect(bench.cells.value.map(({ state, message }) => [state, message])).toEqual([
      ['crashed', 'out of memory'],
      ['done', null],
      ['done', null],
    ])
  })

  test('cancelling ends the one that runs and those that wait; what is done stays', async () => {
    const { place, started, end } = stage()
    const bench = createBench(pageVisibility())
    const run = bench.run({ cases: CASES, backends: ['js'], peers: [], place })
    await end({ outcome: 'done' })
    bench.cancel()
    const result = await run
    expect(started).toEqual(['a', 'b'])
    expect(bench.cells.value.map(({ state }) => state)).toEqual(['done', 'cancelled', 'cancelled'])
    expect(result?.groups).toHaveLength(1)
  })

  test('a hidden page breaks a case off and measures it anew when it is seen', async () => {
    const { place, started, end } = stage()
    const visibility = pageVisibility()
    const bench = createBench(visibility)
    const run = bench.run({ cases: CASES.slice(0, 2), backends: ['js'], peers: [], place })
    visibility.hide(true)
    await turn()
    expect(bench.cells.value[0]?.state).toBe('paused')
    visibility.hide(false)
    await turn()
    expect(started).toEqual(['a', 'a'])
    await end({ outcome: 'done' })
    visibility.hide(true)
    await turn()
    expect(bench.cells.value.map(({ state }) => state)).toEqual(['done', 'paused'])
    bench.cancel()
    await run
    expect(bench.cells.value.map(({ state }) => state)).toEqual(['done', 'cancelled'])
  })

  test('Node does not care who looks', async () => {
    const { place, started, end } = stage(false)
    const visibility = pageVisibility()
    visibility.hide(true)
    const bench = createBench(visibility)
    const run = bench.run({ cases: CASES.slice(0, 1), backends: ['js'], peers: [], place })
    await end({ outcome: 'done' })
    await run
    expect(started).toEqual(['a'])
    expect(bench.cells.value[0]?.state).toBe('done')
  })
})
