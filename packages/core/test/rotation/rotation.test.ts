/**
 * Rotations against the arbitrary-precision oracle: the stated bound, axes, the attention factor.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { axisCount, sectionAxes } from '../../src/config/axes.js'
import { computeFrequencies, type RopeOptions, resolveConfig } from '../../src/config/config.js'
import { multiplyRow } from '../../src/contract/multiply-row.js'
import { expandPositions } from '../../src/positions/expand.js'
import { type Positions, readPositions } from '../../src/positions/forms.js'
import { oracleRows } from '../../src/reference/index.js'
import { createRotationBuilder } from '../../src/rotation/rotation.js'

const OPTIONS: RopeOptions = {
  headDim: 16,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
}

function compare(
  options: RopeOptions,
  positions: Positions,
  precision: 'float32' | 'float64',
  tokens = 1,
): number {
  const config = resolveConfig(options)
  const axes = axisCount(config.axes)
  const table = expandPositions(readPositions(positions, axes), 1, tokens, axes)
  const rotation = createRotationBuilder(config, computeFrequencies(config)).build(table, precision)
  const truth = oracleRows(config, table.axes, 'float64')
  const errors = [...rotation.cos].map((value, i) => Math.abs(value - (truth.cos[i] as number)))
  return Math.max(
    ...errors,
    ...[...rotation.sin].map((value, i) => Math.abs(value - (truth.sin[i] as number))),
  )
}

describe('the bound of float32 rows, 2^-25 + 2^-49 (below 6e-8)', () => {
  test('holds at any position to 2^31, fractions and negatives included', () => {
    const position = fc.oneof(
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
      fc.double({ min: -(2 ** 31), max: 2 ** 31, noNaN: true }),
    )
    fc.assert(
      fc.property(
        position,
        (where) => compare(OPTIONS, Float64Array.of(where), 'float32') <= 2 ** -25 + 2 ** -49,
      ),
      { numRuns: 300 },
    )
  })

  test('scales with the attention factor', () => {
    const schedule = {
      type: 'custom',
      inverseFrequencies: [1, 0.5, 0.1, 1e-3],
      attentionFactor: 1.3465735902799727,
    } as const
    const options: RopeOptions = { headDim: 8, pairing: 'half', schedule }
    expect(compare(options, 1048575, 'float32')).toBeLessThanOrEqual(
      1.3465735902799727 * (2 ** -24 + 2 ** -49),
    )
    expect(compare(options, 1048575, 'float64')).toBeLessThanOrEqual(2 ** -49)
  })
})

describe('axes', () => {
  const positions: Positions = {
    axes: [Float64Array.of(7, 1e6), Float64Array.of(-3, 2.5), Float64Array.of(0, 131071)],
  }

  test('one-hot axes take each pair from its own axis', () => {
    const axes = { kind: 'one-hot', count: 3, axisOfPair: [0, 1, 2, 0, 1, 2, 2, 2] } as const
    expect(compare({ ...OPTIONS, axes }, positions, 'float64', 2)).toBeLessThanOrEqual(2 ** -49)
  })

  test('dense axes add the angles of all axes', () => {
    const weights = [0, 1, 2].map((axis) =>
      Array.from({ length: 8 }, (_, i) => Math.sin(axis * 8 + i) * 1.7),
    )
    expect(
      compare({ ...OPTIONS, axes: { kind: 'dense', weights } }, positions, 'float64', 2),
    ).toBeLessThanOrEqual(2 ** -48)
  })

  test('a single set of positions serves all axes', () => {
    const axes = { kind: 'one-hot', count: 2, axisOfPair: [0, 1, 0, 1, 0, 1, 0, 1] } as const
    expect(compare({ ...OPTIONS, axes }, 41, 'float64', 3)).toBeLessThanOrEqual(2 ** -49)
  })
})

describe('float32 angles', () => {
  test('equal the oracle of PyTorch arithmetic bit for bit, attention factor included', () => {
    for (const schedule of [
      { type: 'default', base: 500000 },
      { type: 'linear', base: 10000, factor: 3 },
      {
        type: 'custom',
        inverseFrequencies: [1, 0.3, 0.1, 0.03, 0.01, 0.003, 1e-3, 1e-4],
        attentionFactor: 1.1,
      },
    ] as const) {
      const config = resolveConfig({ ...OPTIONS, schedule, angles: 'float32' })
      const table = expandPositions(readPositions(131060, 1), 1, 20, 1)
      const rotation = createRotationBuilder(config, computeFrequencies(config)).build(
        table,
        'float32',
      )
      const oracle = oracleRows(config, table.axes, 'float32')
      expect([...rotation.cos]).toEqual([...oracle.cos])
      expect([...rotation.sin]).toEqual([...oracle.sin])
    }
  })
})

test('float32 angles of dense axes add up in float32, and rows of doubles hold float32 values', () => {
  const weights = [0, 1].map((axis) => Array.from({ length: 8 }, (_, i) => Math.cos(axis * 8 + i)))
  const inverseFrequencies = [1, 0.3, 0.1, 0.03, 0.01, 0.003, 1e-3, 1e-4]
  const schedule = { type: 'custom', inverseFrequencies, attentionFactor: 1.1 } as const
  const axes = { kind: 'dense', weights } as const
  const config = resolveConfig({ ...OPTIONS, schedule, axes, angles: 'float32' })
  const positions = [Float64Array.of(131071, 7), Float64Array.of(2 ** 31 - 1, -0.5)]
  const table = { rows: 2, batchStride: 0, axes: positions }
  for (const precision of ['float32', 'float64'] as const) {
    const rotation = createRotationBuilder(config, computeFrequencies(config)).build(
      table,
      precision,
    )
    const oracle = oracleRows(config, positions, precision)
    expect([...rotation.cos]).toEqual([...oracle.cos])
    expect([...rotation.sin]).toEqual([...oracle.sin])
  }
})

test('fill writes the rows of consecutive positions, like build', () => {
  const config = resolveConfig({
    ...OPTIONS,
    axes: { kind: 'one-hot', count: 2, axisOfPair: [0, 0, 0, 0, 1, 1, 1, 1] },
  })
  const builder = createRotationBuilder(config, computeFrequencies(config))
  const rows = (start: number): ReturnType<typeof builder.build> =>
    builder.build(expandPositions(readPositions(start, 2), 1, 5, 2), 'float32')
  const rotation = rows(0)
  builder.fill(rotation, 777)
  expect(rotation).toEqual(rows(777))
})

test('the short way of a decode step gives the bits of the long one', () => {
  const schedule = {
    type: 'custom',
    inverseFrequencies: [1, 0.3, 0.1, 1e-4],
    attentionFactor: 1.3,
  } as const
  const config = resolveConfig({ headDim: 8, pairing: 'half', schedule })
  const builder = createRotationBuilder(config, computeFrequencies(config))
  const rows = (start: number): ReturnType<typeof builder.build> =>
    builder.build(expandPositions(readPositions(start, 1), 1, 3, 1), 'float32')
  const rotation = rows(0)
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 }), (start) => {
      builder.fill(rotation, start)
      expect(rotation).toEqual(rows(start))
    }),
  )
  builder.fill(rotation, 0.5)
  expect(rotation).toEqual(rows(0.5))
})

describe('the factors of a decode row', () => {
  const config = resolveConfig(OPTIONS)
  const builder = createRotationBuilder(config, computeFrequencies(config))
  const rowAt = (position: number) =>
    builder.build(expandPositions(readPositions(position, 1), 1, 1, 1), 'float32')

  test('multiply to the bits of the row', () => {
    const decodeRow = builder.decodeRow()
    if (decodeRow === undefined) throw new Error('exact rows of one axis have factors')
    const row = rowAt(0)
    const anywhere = fc.integer({ min: -(2 ** 31), max: 2 ** 31 })
    fc.assert(
      fc.property(fc.oneof(anywhere, fc.integer({ min: -200, max: 200 })), (position) => {
        multiplyRow(decodeRow.factors, decodeRow.seek(position), row)
        const { cos, sin } = rowAt(position)
        expect([row.cos, row.sin]).toEqual([cos, sin])
      }),
      { numRuns: 500 },
    )
  })

  test('are one and the same for all who ask', () => {
    expect(builder.decodeRow()).toBe(builder.decodeRow())
  })

  test('are not offered where rows are no such products', () => {
    const float32 = resolveConfig({ ...OPTIONS, angles: 'float32' })
    const axes = resolveConfig({ ...OPTIONS, axes: sectionAxes([4, 4]) })
    for (const other of [float32, axes]) {
      expect(createRotationBuilder(other, computeFrequencies(other)).decodeRow()).toBeUndefined()
    }
  })
})
