import { describe, expect, test } from 'vitest'
import { describeEngine } from '../../src/machine/machine.js'
import { renderReport } from '../../src/report/report.js'
import { contenderRows, goalRow } from '../../src/report/rows.js'
import { bytesText, digits, timeText } from '../../src/report/words.js'
import type { BenchResult, EntryRecord, GoalRecord, GroupRecord } from '../../src/result.js'

const TIME = {
  median: 131.25,
  low: 130,
  high: 132,
  p10: 128,
  p90: 160,
  samples: 40,
  batch: 4,
  steady: true,
}

const ENTRY: EntryRecord = {
  name: 'native',
  kind: 'backend',
  status: 'ok',
  reason: null,
  case: 'case',
  bytes: 20971520,
  time: TIME,
  gigabytesPerSecond: 159.8,
}

const GROUP: GroupRecord = {
  id: 'id',
  title: 'a title',
  entries: [
    ENTRY,
    { ...ENTRY, name: 'scale', kind: 'limit', time: { ...TIME, steady: false } },
    {
      ...ENTRY,
      name: 'js',
      status: 'fail',
      reason: 'q is off | by one',
      time: null,
      gigabytesPerSecond: null,
    },
  ],
  comparisons: [
    {
      of: 'native',
      over: 'scale',
      purpose: 'limit',
      ratio: 0.97,
      low: 0.95,
      high: 0.99,
      rounds: 20,
      outcome: 'slower',
      verdict: '1.03x slower [1.01, 1.05]',
    },
    {
      of: 'native',
      over: 'plain loop',
      purpose: 'baseline',
      ratio: 34,
      low: 33,
      high: 35,
      rounds: 20,
      outcome: 'faster',
      verdict: '34x faster [33, 35]',
    },
  ],
}

const GOAL: GoalRecord = {
  id: 'goal',
  what: 'this against that',
  wanted: 'at least 0.95x the speed',
  measured: 0.97,
  low: 0.95,
  high: 0.99,
  unit: 'x',
  outcome: 'met',
  reason: null,
}

const RESULT: BenchResult = {
  resultVersion: 1,
  createdAt: '2026-01-02T03:04:05.678Z',
  machine: { ...describeEngine(), cpu: 'A processor', cores: 2, virtual: true },
  packages: { '@rope/core': '1.2.3' },
  run: { mode: 'full', filter: null, seconds: 12, clockResolution: 0.04 },
  backends: [
    {
      name: 'native',
      packageName: '@rope/native',
      available: true,
      reason: null,
      facts: {},
      isa: 'avx2',
      threads: 1,
    },
    {
      name: 'wasm',
      packageName: '@rope/wasm',
      available: false,
      reason: 'no SIMD',
      facts: {},
      isa: null,
      threads: null,
    },
  ],
  peers: [
    {
      name: 'other',
      version: 'other 1.0',
      available: true,
      reason: null,
      method: 'the whole call',
    },
  ],
  groups: [GROUP],
  goals: [
    GOAL,
    {
      ...GOAL,
      measured: null,
      low: null,
      high: null,
      outcome: 'not measured',
      reason: 'no native',
    },
  ],
}

describe('rows', () => {
  test('backends first, limits last, a failure without numbers', () => {
    expect(contenderRows(GROUP)).toEqual([
      {
        name: 'native',
        status: 'ok',
        time: '131 us',
        spread: '128 us to 160 us',
        rate: '160 GB/s',
        ofLimit: '0.97 [0.95, 0.99] scale',
        verdict: '34x faster [33, 35] (plain loop)',
      },
      {
        name: 'js',
        status: 'fail',
        time: 'FAIL',
        spread: '-',
        rate: '-',
        ofLimit: '-',
        verdict: 'q is off | by one',
      },
      {
        name: 'scale',
        status: 'ok',
        time: '131 us',
        spread: '128 us to 160 us (not steady)',
        rate: '160 GB/s',
        ofLimit: '-',
        verdict: '-',
      },
    ])
  })

  test('goals by their unit', () => {
    const text = (change: Partial<GoalRecord>): string => goalRow({ ...GOAL, ...change }).measured
    expect(text({})).toBe('0.97 [0.95, 0.99]')
    expect(text({ unit: 'us', measured: 0.314, low: 0.3, high: 0.33 })).toBe('0.31 us [0.30, 0.33]')
    expect(text({ unit: 'bytes', measured: 9000, low: null, high: null })).toBe(
      '9000 bytes (8.8 KiB)',
    )
    expect(text({ measured: null, reason: 'no native' })).toBe('no native')
  })
})

describe('words', () => {
  test.each([
    [0.0441, '0.044 us'],
    [0.314, '0.31 us'],
    [45.67, '45.7 us'],
    [9999, '9999 us'],
    [12345, '12.3 ms'],
    [31_233_684, '31.2 s'],
  ])('%d microseconds', (value, words) => expect(timeText(value)).toBe(words))

  test('sizes', () => {
    expect([0, 512, 49152, 2097152, 25276063744].map(bytesText)).toEqual([
      '0 B',
      '512 B',
      '48 KiB',
      '2 MiB',
      '23.5 GiB',
    ])
    expect(digits(0)).toBe('0.00')
  })
})

describe('the report', () => {
  const report = renderReport([RESULT], { where: 'a shared machine', commands: ['npm run again'] })

  test('says where, when and how', () => {
    expect(report).toMatch(/^# Benchmarks\n\nMeasured on a shared machine, 2026-01-02\. /)
    expect(report).toContain('```sh\nnpm run again\n```')
    expect(report).toContain('| processor | A processor, 2 cores of a virtual machine |')
    expect(report).toContain('| runs | full (12 s) |')
    expect(report).toContain('| native | avx2, up to 2 threads |')
    expect(report).toContain('| wasm | not available: no SIMD |')
    expect(report).toContain('| other | other 1.0: the whole call |')
  })

  test('shows goals, times and failures', () => {
    expect(report).toContain('1 of 2 are met; 1 were measured.')
    expect(report).toContain(
      '| this against that | at least 0.95x the speed | 0.97 [0.95, 0.99] | met |',
    )
    expect(report).toContain('| no native | **not measured** |')
    expect(report).toContain('### a title')
    expect(report).toContain(
      '| native | 131 us | 128 us to 160 us | 160 GB/s | 0.97 [0.95, 0.99] scale |',
    )
    // A bar in a cell would end it.
    expect(report).toContain('| js | **FAIL** | - | - | - | q is off \\| by one |')
  })

  test('of nothing says so', () => {
    expect(renderReport([])).toBe('# Benchmarks\n\nNothing has been measured yet.\n')
  })
})

describe('what is no result', () => {
  test.each([
    ['another version', { ...RESULT, resultVersion: 2 }, 'results[0].resultVersion is 2'],
    ['a result of the front door', { autoResultVersion: 2 }, 'results[0].resultVersion is missing'],
    ['a goal without words', { ...RESULT, goals: [{ id: 'x' }] }, 'results[0].goals[0].what'],
    ['text', '{}', 'results[0] is "{}"; accepted: { resultVersion, '],
  ])('%s is refused, and the place named', (_, given, message) => {
    expect(() => renderReport([given as BenchResult])).toThrow(message)
  })

  test('a group out of a file is looked at as well', () => {
    expect(() => contenderRows({ ...GROUP, entries: {} } as never)).toThrow(
      'group.entries is an object with keys (none); accepted: a list',
    )
    expect(() => goalRow({ ...GOAL, unit: 'ms' } as never)).toThrow("accepted: 'x' or 'us'")
  })
})
