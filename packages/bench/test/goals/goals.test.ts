/**
 * The goals as data: complete, consistent, and judged by their own numbers.
 */
import { describe, expect, test } from 'vitest'
import { type Goal, measuredGroup } from '../../src/goals/goal.js'
import { GOAL_GROUPS } from '../../src/goals/goals.js'
import { judge } from '../../src/goals/judge.js'
import type { ComparisonRecord, GroupRecord } from '../../src/result.js'

const GOALS = GOAL_GROUPS.flatMap(({ goals }) => goals)

const noSize = async (): Promise<readonly number[]> => []

describe('the list of goals', () => {
  test('ids of groups and goals are unique', () => {
    const ids = [...GOAL_GROUPS.map(({ id }) => `group ${id}`), ...GOALS.map(({ id }) => id)]
    expect(new Set(ids).size).toBe(ids.length)
  })

  test.each(GOAL_GROUPS)('$id compares contenders that it has', ({ contenders, goals }) => {
    for (const { check } of goals) {
      if (check.kind === 'size') continue
      expect(Object.keys(contenders)).toContain(check.of)
      if (check.kind !== 'microseconds') expect(Object.keys(contenders)).toContain(check.over)
    }
  })

  test.each(GOAL_GROUPS)('$id compares equal numbers of elements', ({ contenders }) => {
    const sizes = Object.values(contenders).map(
      ({ case: { tokens, shape } }) => `${tokens} ${shape.name}`,
    )
    expect(new Set(sizes).size).toBeLessThanOrEqual(1)
  })

  test('the numbers of the goals, each once', () => {
    const numbers = GOALS.map(({ id, check }) => [
      id,
      check.kind === 'speed' ? check.atLeast : check.atMost,
    ])
    expect(Object.fromEntries(numbers)).toEqual({
      'native-scale-4096-one': 0.95,
      'native-scale-512-one': 0.8,
      'native-scale-4096-all': 0.9,
      'native-scale-32768-all': 0.9,
      'native-decode-time': 0.4,
      'native-decode-memcpy': 2,
      'native-onnxruntime-1': 40,
      'native-onnxruntime-512': 6,
      'native-onnxruntime-4096': 6,
      'native-bfloat16-4096': 1.8,
      'native-float16-4096': 1.8,
      'native-bfloat16-1': 1.1,
      'native-float16-1': 1.7,
      'native-interleaved-1': 1.1,
      'native-interleaved-512': 1.1,
      'native-interleaved-4096': 1.1,
      'native-bhsd-1': 0.85,
      'native-bhsd-512': 0.85,
      'native-bhsd-4096': 0.85,
      'native-out-of-place-4096': 1,
      'wasm-native-4096': 0.7,
      'wasm-decode-time': 0.7,
      'wasm-decode-js': 8,
      'wasm-onnxruntime-1': 10,
      'wasm-foreign-512': 2.3,
      'wasm-foreign-4096': 2.3,
      'wasm-foreign-js-512': 1,
      'wasm-foreign-js-4096': 1,
      'wasm-bfloat16-1': 2,
      'wasm-float16-1': 4,
      'wasm-onnxruntime-512': 10,
      'wasm-size': 12000,
      'wasm-size-threads': 12000,
      'js-plain-loop-1': 1.2,
      'js-plain-loop-512': 0.9,
      'js-plain-loop-4096': 0.9,
    })
  })

  test('the harness is told what to compare', () => {
    const [first] = GOAL_GROUPS
    if (first === undefined) throw new Error('there are no goals')
    expect(measuredGroup(first).comparisons).toEqual([
      { of: 'native', over: 'scale', purpose: 'goal' },
    ])
  })
})

/** A group in which a was measured to have this ratio over b. */
function groupWith(ratio: number, median: number): GroupRecord {
  const comparison: ComparisonRecord = {
    of: 'a',
    over: 'b',
    purpose: 'goal',
    ratio,
    low: ratio * 0.9,
    high: ratio * 1.1,
    rounds: 10,
    outcome: 'faster',
    verdict: '',
  }
  const time = {
    median,
    low: median,
    high: median,
    p10: 0,
    p90: 0,
    samples: 1,
    batch: 1,
    steady: true,
  }
  const entry = (name: string) => ({
    name,
    kind: 'backend' as const,
    status: 'ok' as const,
    reason: null,
    case: '',
    bytes: 1,
    time,
    gigabytesPerSecond: 1,
  })
  return { id: '', title: '', entries: [entry('a'), entry('b')], comparisons: [comparison] }
}

const goal = (check: Goal['check']): Goal => ({ id: 'x', what: 'what', wanted: 'wanted', check })

describe('judge', () => {
  test('a speed is met at its number and above', async () => {
    const check = { kind: 'speed', of: 'a', over: 'b', atLeast: 2 } as const
    const found = await judge(goal(check), groupWith(2, 1), noSize)
    expect(found).toMatchObject({ outcome: 'met', measured: 2, low: 1.8, unit: 'x' })
    expect((await judge(goal(check), groupWith(1.999, 1), noSize)).outcome).toBe('not met')
  })

  test('a time is met at its number and below', async () => {
    const check = { kind: 'time', of: 'a', over: 'b', atMost: 2 } as const
    const found = await judge(goal(check), groupWith(0.5, 1), noSize)
    expect(found).toMatchObject({ outcome: 'met', measured: 2, unit: 'x' })
    expect(found.low).toBeCloseTo(2 / 1.1, 12)
    expect((await judge(goal(check), groupWith(0.49, 1), noSize)).outcome).toBe('not met')
  })

  test('microseconds and bytes', async () => {
    const time = { kind: 'microseconds', of: 'a', atMost: 0.4 } as const
    expect((await judge(goal(time), groupWith(1, 0.4), noSize)).outcome).toBe('met')
    expect((await judge(goal(time), groupWith(1, 0.41), noSize)).outcome).toBe('not met')
    const size = { kind: 'size', packageName: '@rope/x', module: 1, atMost: 100 } as const
    const judged = await judge(goal(size), groupWith(1, 1), async () => [99, 101])
    expect(judged).toMatchObject({ outcome: 'not met', measured: 101, unit: 'bytes' })
    expect(await judge(goal(size), groupWith(1, 1), noSize)).toMatchObject({
      outcome: 'not measured',
      reason: '@rope/x is not built or not installed',
    })
  })

  test('a contender that failed its check leaves the goal unmeasured, loudly', async () => {
    const group = groupWith(3, 1)
    const [a] = group.entries
    if (a === undefined) throw new Error('there is no entry')
    const failed = { ...a, status: 'fail' as const, reason: 'channel 7 is off', time: null }
    const check = { kind: 'speed', of: 'a', over: 'b', atLeast: 2 } as const
    const found = await judge(goal(check), { ...group, entries: [failed], comparisons: [] }, noSize)
    expect(found).toMatchObject({ outcome: 'not measured', reason: 'FAIL: a: channel 7 is off' })
  })
})
