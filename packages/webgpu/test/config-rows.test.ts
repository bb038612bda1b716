/**
 * Rows for the GPU of schedules that have more than one table: which one a call gets, and what is
 * refused because rows on the GPU cannot tell. Nothing here needs a device.
 */
import { computeFrequencies, type RopeOptions, resolveConfig } from '@rope/core'
import { describe, expect, test } from 'vitest'
import { ConfigRows } from '../src/kernel/config-rows.js'
import type { Context } from '../src/kernel/context.js'

function rowsOf(schedule: RopeOptions['schedule']): ConfigRows {
  const config = resolveConfig({ headDim: 4, pairing: 'half', schedule })
  return new ConfigRows({} as Context, config)
}

const LONG = {
  type: 'longrope',
  base: 1e4,
  shortFactor: [1, 1],
  longFactor: [2, 4],
  originalMaxPositionEmbeddings: 16,
} as const

const size = { batch: 1, tokens: 1 }

describe('a schedule with a table per length', () => {
  test('the largest position of the call decides', () => {
    const rows = rowsOf(LONG)
    for (const position of [15, 16]) {
      const config = resolveConfig({ headDim: 4, pairing: 'half', schedule: LONG })
      const { inverseFrequencies } = computeFrequencies(config, position + 1)
      const expected = inverseFrequencies.map((frequency) => Math.cos(position * frequency))
      const { cos } = rows.rotation(position, size, false)
      expected.forEach((value, i) => expect(cos[i]).toBeCloseTo(value, 7))
    }
  })

  test('shifts, and positions on the GPU, are refused unless the table is fixed', () => {
    const refused = expect.objectContaining({ code: 'UNSUPPORTED', field: 'schedule.type' })
    expect(() => rowsOf(LONG).rotation(3, size, true)).toThrow(refused)
    expect(() => rowsOf(LONG).table(8)).toThrow(refused)
    const fixed = rowsOf({ ...LONG, frozenLength: 100 })
    expect(fixed.rotation(8, size, true).sin[0]).toBeCloseTo(Math.sin(4), 7)
  })
})

test('xPos is refused: q and k would need rows of their own', () => {
  const rows = rowsOf({ type: 'xpos', base: 1e4 })
  expect(() => rows.rotation(1, size, false)).toThrow(/rows of its own for q and for k/)
})
