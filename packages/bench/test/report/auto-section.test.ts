import { expect, test } from 'vitest'
import type {
  AutoResult,
  CellRecord,
  NewPositionRecord,
  OverheadRecord,
} from '../../src/auto/result.js'
import { cellRow, newPositionCells, overheadText } from '../../src/report/auto-section.js'
import { renderReport } from '../../src/report/report.js'
import type { BenchResult } from '../../src/result.js'

const CELL: CellRecord = {
  ...{ id: 'a', title: 'a | call', tokens: 1, dtype: 'float32', pairing: 'half' },
  ...{ memory: 'foreign', chosen: 'wasm', best: 'native', ratio: 1.234, throughFrontDoor: 1.3 },
  entries: [],
}

const OVERHEAD: OverheadRecord = {
  call: 'step',
  title: 'a step',
  winner: 'native',
  microseconds: 0.0312,
  low: 0.02,
  high: 0.04,
  reason: null,
}

const NEW_POSITION: NewPositionRecord = {
  ...{ backend: 'idle', order: 'random', rotate: 0.5, bound: 0.4 },
  ...{ ratio: 1.25, low: 1.2, high: 1.3, reason: null },
}

const RESULT: BenchResult = {
  resultVersion: 1,
  createdAt: '2026-01-02T03:04:05.678Z',
  machine: {
    ...{ os: 'an os', architecture: null, cpu: null, cores: null, features: [], caches: [] },
    ...{ memory: null, virtual: null, engine: 'an engine', float16Array: false },
    sharedArrayBuffer: true,
  },
  packages: {},
  run: { mode: 'full', filter: null, seconds: 1, clockResolution: 1 },
  ...{ backends: [], peers: [], groups: [], goals: [] },
}

const AUTO: AutoResult = {
  autoResultVersion: 2,
  ...{ createdAt: RESULT.createdAt, machine: RESULT.machine, packages: {}, run: RESULT.run },
  backends: [
    {
      ...{ name: 'native', packageName: '@rope/native', available: true, reason: null },
      ...{ facts: {}, isa: null, threads: 0 },
    },
  ],
  cells: [CELL],
  overhead: [OVERHEAD],
  newPositions: [NEW_POSITION],
  goals: [
    {
      ...{ id: 'auto-right', what: 'right cells', wanted: 'at least 95 %', unit: '%' },
      ...{ measured: 90, low: null, high: null, outcome: 'not met', reason: null },
    },
  ],
}

test('a report has a section on the front door where it was measured', () => {
  const report = renderReport([RESULT], { auto: AUTO })
  const where = 'Measured on an os, an engine.'
  expect(report).toContain(
    `## The choice of @rope/auto\n\n${where} It chose from native. In each cell`,
  )
  expect(report).toContain('| right cells | at least 95 % | 90.0 % | **not met** |')
  expect(report).toContain('| a step | native | 0.031 us [0.020, 0.040] |')
  expect(report).toContain('| random | idle | 0.500 us | 0.400 us | 1.25x [1.20, 1.30] |')
  expect(report).toContain('| a \\| call | wasm | native | 1.23 | 1.30 |')
  expect(renderReport([RESULT])).not.toContain('@rope/auto')
})

test('what there is not is a dash, or the reason', () => {
  const nobody = { ...CELL, chosen: null, best: null, ratio: null, throughFrontDoor: null }
  expect(Object.values(cellRow(nobody)).slice(1)).toEqual(['-', '-', '-', '-'])
  const nothing = { microseconds: null, low: null, high: null, reason: 'no clock' }
  expect(overheadText({ ...OVERHEAD, ...nothing })).toBe('no clock')
  const untimed = { rotate: null, bound: null, ratio: null, low: null, high: null }
  const row = newPositionCells({ ...NEW_POSITION, ...untimed, reason: 'no clock' })
  expect(row).toEqual(['random', 'idle', '-', '-', 'no clock'])
})
