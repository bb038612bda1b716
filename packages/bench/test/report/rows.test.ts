/**
 * Rows of contenders whose times are not told.
 */
import { expect, test } from 'vitest'
import { contenderRows } from '../../src/report/rows.js'
import type { EntryRecord, GroupRecord } from '../../src/result.js'

test('a ratio is shown where it is all that is reported', () => {
  const entry = (name: string, kind: EntryRecord['kind']): EntryRecord => ({
    name,
    kind,
    status: 'ok',
    reason: 'in software',
    case: 'a case',
    bytes: 16,
    time: null,
    gigabytesPerSecond: null,
  })
  const group: GroupRecord = {
    id: 'a group',
    title: 'A group',
    entries: [entry('webgpu', 'backend'), entry('copy', 'limit')],
    comparisons: [
      {
        of: 'webgpu',
        over: 'copy',
        purpose: 'limit',
        ratio: 0.5,
        low: 0.4,
        high: 0.6,
        rounds: 9,
        outcome: 'slower',
        verdict: '2x slower',
      },
    ],
  }
  const [own, copy] = contenderRows(group)
  expect(own).toMatchObject({ time: '-', rate: '-', verdict: 'in software', status: 'ok' })
  expect(own?.ofLimit).toMatch(/^0\.50? \[0\.40?, 0\.60?\] copy$/)
  expect(copy?.ofLimit).toBe('-')
})
