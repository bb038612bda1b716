/**
 * Rows where numbers get large: positions beyond 2^31 blocks and up to the last safe integer, and
 * float32 positions that float32 does not have.
 */
import { describe, expect, test } from 'vitest'
import { computeFrequencies, resolveConfig } from '../../src/config/config.js'
import { multiplyRow } from '../../src/contract/multiply-row.js'
import { cosSin, exactAngle, exactPower, fromDouble } from '../../src/reference/index.js'
import { exactRows } from '../../src/rotation/angle-rows.js'
import { createRotationBuilder } from '../../src/rotation/rotation.js'
import { turnRates } from '../../src/rotation/turns.js'
import { defaultFrequencies } from '../../src/schedule/default.js'

const PAIRS = 8
const BASE = 10000
/** The reduction loses at most 2^-53 turns at these distances: 2 pi of that, twice, and a product. */
const BOUND = 2 ** -48

const frequencies = defaultFrequencies(BASE, PAIRS)
const rows = exactRows(turnRates(frequencies.inverseFrequencies, frequencies.residuals))
const truthOf = (position: number) =>
  Array.from({ length: PAIRS }, (_, i) =>
    cosSin(exactAngle(position, exactPower(BASE, i, 2 * PAIRS))),
  )

const FAR = [
  ...[2 ** 35, 2 ** 35 + 77, 2 ** 36 - 1, 2 ** 37 + 64 * 33 + 5, 2 ** 38 + 1, 2 ** 40 + 4095],
  ...[2 ** 45 + 3, 2 ** 52 + 7, Number.MAX_SAFE_INTEGER],
]
const POSITIONS = FAR.flatMap((position) => [position, -position])

describe.each(POSITIONS)('position %d', (position) => {
  const truth = truthOf(position)

  test('the row', () => {
    const [cos, sin] = [new Float64Array(PAIRS), new Float64Array(PAIRS)]
    rows.row(position, cos, sin)
    truth.forEach((one, i) => {
      expect(Math.abs((cos[i] as number) - one.cos)).toBeLessThanOrEqual(BOUND)
      expect(Math.abs((sin[i] as number) - one.sin)).toBeLessThanOrEqual(BOUND)
    })
  })

  test('the rounded row, and the row as a product', () => {
    const [cos, sin] = [new Float32Array(PAIRS), new Float32Array(PAIRS)]
    rows.roundedRow?.(position, 1.5, cos, sin, 0)
    truth.forEach((one, i) => {
      expect(Math.abs((cos[i] as number) - 1.5 * one.cos)).toBeLessThanOrEqual(2 ** -23)
      expect(Math.abs((sin[i] as number) - 1.5 * one.sin)).toBeLessThanOrEqual(2 ** -23)
    })
    const made = { cos: new Float32Array(PAIRS), sin: new Float32Array(PAIRS) }
    const decodeRow = rows.decodeRow?.(1.5)
    if (decodeRow === undefined) throw new Error('exact rows are products')
    const rest = decodeRow.seek(position)
    expect(rest).toBe(((position % 64) + 64) % 64)
    multiplyRow(decodeRow.factors, rest, { pairs: PAIRS, rows: 1, batchStride: 0, ...made })
    expect(made).toEqual({ cos, sin })
  })
})

test('blocks that share a slot of the cache do not share their rows', () => {
  const [cos, sin] = [new Float64Array(PAIRS), new Float64Array(PAIRS)]
  for (const start of [2 ** 35, 2 ** 41, -(2 ** 39)]) {
    for (const position of [start, start + 2048, start + 2 ** 37, start]) {
      rows.row(position, cos, sin)
      const truth = truthOf(position)
      truth.forEach((one, i) => {
        expect(Math.abs((cos[i] as number) - one.cos)).toBeLessThanOrEqual(BOUND)
        expect(Math.abs((sin[i] as number) - one.sin)).toBeLessThanOrEqual(BOUND)
      })
    }
  }
})

describe('float32 angles of positions above 2^24', () => {
  const inverseFrequencies = [1, 0.8, 0.37, 1e-3]
  const schedule = { type: 'custom', inverseFrequencies } as const
  const weights = [
    [1, 1, 1, 1],
    [0.5, 0.9, -1, 3],
  ]
  const far = [2 ** 24 + 1, 2 ** 24 + 3, -(2 ** 25) - 2, 2 ** 31 - 1, 123456789]

  test.each(far)(
    '%d on dense axes: the position is rounded before it is multiplied',
    (position) => {
      const config = resolveConfig({
        ...{ headDim: 8, pairing: 'half', angles: 'float32', schedule },
        axes: { kind: 'dense', weights },
      })
      const table = {
        rows: 1,
        batchStride: 0,
        axes: [[position], [position + 2]].map((p) => Float64Array.from(p)),
      }
      const built = createRotationBuilder(config, computeFrequencies(config)).build(
        table,
        'float32',
      )
      const f = Math.fround
      inverseFrequencies.forEach((frequency, i) => {
        const angle = [position, position + 2].reduce((sum, own, axis) => {
          const weighted = f(f(frequency) * f(weights[axis]?.[i] as number))
          return f(sum + f(f(own) * weighted))
        }, 0)
        const truth = cosSin(fromDouble(angle))
        expect(built.cos[i]).toBe(f(truth.cos))
        expect(built.sin[i]).toBe(f(truth.sin))
      })
    },
  )

  test('which makes a difference', () => {
    const f = Math.fround
    const differ = far.flatMap((position) =>
      inverseFrequencies.filter((own) => f(f(position) * f(own)) !== f(position * f(own))),
    )
    expect(differ.length).toBeGreaterThan(0)
  })
})
