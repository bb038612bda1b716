import { expect, test } from 'vitest'
import { judgeAuto } from '../../src/auto/judge.js'
import type { CellRecord, NewPositionRecord, OverheadRecord } from '../../src/auto/result.js'
import type { EntryRecord } from '../../src/result.js'

function entry(name: string, isTimed = true): EntryRecord {
  const median = 1
  const time = { median, low: 1, high: 1, p10: 1, p90: 1, samples: 12, batch: 1, steady: true }
  const common = { name, kind: 'backend', case: 'a case', bytes: 1 } as const
  return isTimed
    ? { ...common, status: 'ok', reason: null, time, gigabytesPerSecond: 1 }
    : { ...common, status: 'unavailable', reason: 'no', time: null, gigabytesPerSecond: null }
}

function cell(
  ratio: number | null,
  entries = ['auto', 'native', 'js'].map((n) => entry(n)),
): CellRecord {
  return {
    ...{ id: 'a', title: 'A', tokens: 1, dtype: 'float32', pairing: 'half', memory: 'foreign' },
    ...{ chosen: 'js', best: 'native', ratio, throughFrontDoor: ratio, entries },
  }
}

function overhead(microseconds: number | null): OverheadRecord {
  const reason = microseconds === null ? 'it was not timed' : null
  const [low, high] = microseconds === null ? [null, null] : [microseconds / 2, microseconds * 2]
  return { call: 'step', title: 'a step', winner: 'js', microseconds, low, high, reason }
}

function outcomes(cells: readonly CellRecord[], overheads = [overhead(0.1)]) {
  return judgeAuto(cells, overheads, [])
    .slice(0, 3)
    .map(({ measured, outcome }) => [measured, outcome])
}

test('99 right choices of 100, none far off and a cheap front door are what is owed', () => {
  const cells = [...Array(99).fill(cell(1.1)), cell(1.3)]
  expect(outcomes(cells)).toEqual([
    [99, 'met'],
    [1.3, 'met'],
    [0.1, 'met'],
  ])
})

test('each number fails by itself', () => {
  expect(outcomes([...Array(18).fill(cell(1)), cell(1.11)])[0]?.[1]).toBe('not met')
  expect(outcomes([...Array(99).fill(cell(1)), cell(1.51)])).toEqual([
    [99, 'met'],
    [1.51, 'not met'],
    [0.1, 'met'],
  ])
  expect(outcomes([cell(1)], [overhead(0.01), overhead(0.16), overhead(0.02)])[2]).toEqual([
    0.16,
    'not met',
  ])
})

test('a choice without a time is wrong, not left out', () => {
  expect(outcomes([cell(1), cell(null)]).map(([, outcome]) => outcome)).toEqual([
    'not met',
    'not met',
    'met',
  ])
})

test('cells with nothing to choose are not counted', () => {
  const only = cell(1, [entry('auto'), entry('js'), entry('native', false)])
  const goals = judgeAuto([only], [overhead(0.1)], []).slice(0, 3)
  expect(goals.map(({ outcome }) => outcome)).toEqual(['not measured', 'not measured', 'met'])
  expect(goals[0]?.reason).toBe('no cell had two backends with a time')
  expect(outcomes([only, cell(1)])[0]).toEqual([100, 'met'])
})

test('an overhead that was not measured leaves the goal open, with the reason', () => {
  const [, , goal] = judgeAuto([cell(1)], [overhead(0.1), overhead(null)], [])
  expect(goal).toMatchObject({
    measured: null,
    outcome: 'not measured',
    reason: 'it was not timed',
  })
})

function newPosition(
  backend: NewPositionRecord['backend'],
  order: NewPositionRecord['order'],
  times: Pick<NewPositionRecord, 'rotate' | 'ratio'>,
): NewPositionRecord {
  const isThere = times.ratio !== null
  return {
    ...{ backend, order, bound: 1, low: times.ratio, high: times.ratio, ...times },
    reason: isThere ? null : 'no clock',
  }
}

function newPositionOutcomes(records: readonly NewPositionRecord[]) {
  const goals = judgeAuto([cell(1)], [overhead(0.1)], records).slice(3)
  return goals.map(({ measured, outcome, reason }) => [measured, outcome, reason])
}

test('a new position owes its ratio on an idle backend, and its time through the front door', () => {
  const orders = ['consecutive', 'random'] as const
  const all = [
    newPosition('idle', 'consecutive', { rotate: 1, ratio: 2 }),
    newPosition('idle', 'random', { rotate: 1, ratio: 2.1 }),
    ...orders.map((order) => newPosition('idle, bindDecode', order, { rotate: 1, ratio: 90 })),
    newPosition('auto', 'consecutive', { rotate: 0.5, ratio: 3 }),
    newPosition('auto', 'random', { rotate: 0.8, ratio: 3 }),
  ]
  expect(newPositionOutcomes(all)).toEqual([
    [2, 'met', null],
    [2.1, 'not met', null],
    [0.8, 'met', null],
  ])
  const untimed = orders.map((order) => newPosition('auto', order, { rotate: null, ratio: null }))
  expect(newPositionOutcomes(untimed)).toEqual([
    [null, 'not measured', 'no clock'],
    [null, 'not measured', 'no clock'],
    [null, 'not measured', 'no clock'],
  ])
})
