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

test('xPos: rows for q shrink with the position, rows for k grow', () => {
  const lengthOf = (tensor: 'q' | 'k'): number => {
    const { cos, sin, pairs } = rowsOf({ type: 'xpos', base: 1e4, tensor }).rotation(8, size, false)
    return Math.hypot(cos[pairs - 1] as number, sin[pairs - 1] as number)
  }
  expect(lengthOf('q')).toBeLessThan(1)
  expect(lengthOf('q') * lengthOf('k')).toBeCloseTo(1, 6)
})
