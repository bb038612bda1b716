/**
 * Far positions are exact for the schedules too: rows at 2^31 against arbitrary precision, from the
 * formula of each schedule and not from its doubles.
 */
import { describe, expect, test } from 'vitest'
import { computeFrequencies, resolveConfig } from '../../src/config/config.js'
import { expandPositions } from '../../src/positions/expand.js'
import { readPositions } from '../../src/positions/forms.js'
import { type Big, divide, fromDouble, multiply } from '../../src/reference/big.js'
import { exactPi } from '../../src/reference/elementary.js'
import { cosSin, exactAngle, exactPower } from '../../src/reference/exact-angle.js'
import { createRotationBuilder } from '../../src/rotation/rotation.js'
import { stretchedBase } from '../../src/schedule/build.js'
import type { ScheduleOptions } from '../../src/schedule/schedule.js'

const PAIRS = 16
const DIM = 2 * PAIRS
const POSITIONS = [2 ** 31 - 1, -(2 ** 30) - 12345, 987654321.25]
const divisor = (i: number): number => 1 + i / 3

const CASES: readonly (readonly [ScheduleOptions, number, (i: number) => Big])[] = [
  [
    { type: 'linear', base: 1e6, factor: 7, exponentDim: 96 },
    0,
    (i) => divide(exactPower(1e6, i, 96), fromDouble(7)),
  ],
  [
    // The stretched base is a double like any other base: the model's, not ours to improve.
    { type: 'dynamic', base: 1e4, factor: 4, maxPositionEmbeddings: 2048 },
    10000,
    (i) => exactPower(stretchedBase(1e4, 1 + 4 * (10000 / 2048 - 1), PAIRS), i, DIM),
  ],
  [
    {
      type: 'longrope',
      base: 1e4,
      shortFactor: Array<number>(PAIRS).fill(1),
      longFactor: Array.from({ length: PAIRS }, (_, i) => divisor(i)),
      originalMaxPositionEmbeddings: 4096,
    },
    5000,
    (i) => divide(exactPower(1e4, i, DIM), fromDouble(divisor(i))),
  ],
  [
    { type: 'ntk-fixed', base: 1e4, factor: 8 },
    0,
    (i) => multiply(exactPower(1e4, i, DIM), exactPower(8, i + 1, DIM)),
  ],
  [
    { type: 'pixel', maxFrequency: 10 },
    0,
    (i) => multiply(exactPi(), divide(fromDouble(15 + 4 * i), fromDouble(15))),
  ],
  [
    {
      type: 'axial',
      families: [{ base: 300, dim: 44, multiplier: 0.75 }],
      familyOfPair: Array<number>(PAIRS).fill(0),
      exponentOfPair: Array.from({ length: PAIRS }, (_, i) => 2 * i + 1),
    },
    0,
    (i) => multiply(fromDouble(0.75), exactPower(300, 2 * i + 1, 88)),
  ],
]

describe.each(CASES)('$type', (schedule, length, frequency) => {
  const config = resolveConfig({ headDim: DIM, pairing: 'half', schedule })
  const frequencies = { ...computeFrequencies(config, length), attentionFactor: 1 }

  test.each(POSITIONS)('cos and sin at %d are within 2^-49', (position) => {
    const table = expandPositions(readPositions([position], 1), 1, 1, 1)
    const { cos, sin } = createRotationBuilder(config, frequencies).build(table, 'float64')
    for (let i = 0; i < PAIRS; i++) {
      const exact = cosSin(exactAngle(position, frequency(i)))
      expect(Math.abs((cos[i] as number) - exact.cos)).toBeLessThanOrEqual(2 ** -49)
      expect(Math.abs((sin[i] as number) - exact.sin)).toBeLessThanOrEqual(2 ** -49)
    }
  })
})
