/**
 * The model arithmetic against a step-by-step recomputation through float32 memory, against the
 * truth within the errors that its roundings allow, and at the edges of each dtype.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RopeConfig } from '../../src/config/config.js'
import type { PairingName } from '../../src/contract/pairing.js'
import {
  decodeHalf,
  encodeHalf,
  modelRotate,
  oracleRows,
  truthRotate,
} from '../../src/reference/index.js'

const rope: RopeConfig = {
  headDim: 10,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
  rotaryDim: 8,
  windowOffset: 1,
  axes: null,
  angles: 'exact',
}

const sizes = { batch: 2, tokens: 2, heads: 3, headDim: 10 }
const elements = 2 * 2 * 3 * 10

const PAIRINGS: readonly PairingName[] = ['half', 'interleaved']
const HALVES = ['float16', 'bfloat16'] as const
const positionList = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), {
  minLength: 4,
  maxLength: 4,
})

/** One operation whose result goes through float32 memory. */
function single(value: number): number {
  return Float32Array.of(value)[0] ?? Number.NaN
}

/** One pair, each product and each sum stored as a float32. */
function turnThroughMemory(x: number, y: number, cos: number, sin: number): [number, number] {
  const [xc, ys, yc, xs] = [single(x * cos), single(y * sin), single(y * cos), single(x * sin)]
  return [single(xc - ys), single(yc + xs)]
}

/** A tensor of one pair at angle arccos(cos). */
function turnPair<Data extends Float32Array | Float64Array | Uint16Array>(
  x: Data,
  dtype: 'float64' | 'float32' | 'float16' | 'bfloat16',
  cos: number,
  sin: number,
  direction: 1 | -1 = 1,
): Data {
  const one = { batch: 1, tokens: 1, heads: 1, headDim: 2 }
  const window = { pairing: 'half', windowOffset: 0, rotaryDim: 2 } as const
  return modelRotate(x, dtype, one, window, { cos: [cos], sin: [sin] }, direction)
}

describe('float32', () => {
  const float = fc.float({ noNaN: true, noDefaultInfinity: true })
  const unit = fc.float({ min: -1, max: 1, noNaN: true })

  test('rounds every product and every sum once', () => {
    fc.assert(
      fc.property(float, float, unit, unit, (x, y, cos, sin) => {
        const input = Float32Array.of(x, y)
        const forward = Float32Array.from(turnThroughMemory(x, y, cos, sin))
        const backward = Float32Array.from(turnThroughMemory(x, y, cos, -sin))
        expect(turnPair(input, 'float32', cos, sin)).toEqual(forward)
        expect(turnPair(input, 'float32', cos, sin, -1)).toEqual(backward)
      }),
      { numRuns: 2000 },
    )
  })

  test('is neither a fused multiply-add nor double arithmetic', () => {
    // (1 + e)^2 - (1 + 2e) with e = 2^-23: the product loses e^2 when it is rounded by itself.
    const e = 2 ** -23
    const turned = turnPair(Float32Array.of(1 + e, 1 + 2 * e), 'float32', 1 + e, 1)
    expect(turned[0]).toBe(0)
    expect((1 + e) * (1 + e) - (1 + 2 * e)).toBe(e * e)
  })

  test.each(PAIRINGS)('is within its roundings of the truth, %s', (pairing) => {
    const tensor = fc.array(fc.float({ min: -8, max: 8, noNaN: true }), {
      minLength: elements,
      maxLength: elements,
    })
    const config = { ...rope, pairing }
    fc.assert(
      fc.property(tensor, positionList, fc.constantFrom(1, -1), (x, positions, direction) => {
        const way = direction === 1 ? 1 : -1
        const rows = oracleRows(config, [positions], 'float32')
        const model = modelRotate(Float32Array.from(x), 'float32', sizes, config, rows, way)
        const truth = truthRotate(x, sizes, config, [positions], way)
        // Each of cos, sin, two products and the sum is off by 2^-24 of at most 8 sqrt(2) in all.
        const gaps = Array.from(model, (value, i) => Math.abs(value - (truth[i] ?? Number.NaN)))
        expect(Math.max(...gaps)).toBeLessThanOrEqual(5 * 2 ** -24 * 8 * Math.SQRT2)
      }),
      { numRuns: 30 },
    )
  })

  test('infinities, NaN and signed zeros follow IEEE', () => {
    const [x, y] = turnPair(Float32Array.of(Number.POSITIVE_INFINITY, 1), 'float32', 0.5, 0.5)
    expect([x, y]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
    const still = turnPair(Float32Array.of(Number.POSITIVE_INFINITY, 1), 'float32', 1, 0)
    expect(Array.from(still)).toEqual([Number.POSITIVE_INFINITY, Number.NaN])
    expect(Array.from(turnPair(Float32Array.of(-0, -0), 'float32', 1, 0))).toEqual([0, -0])
    expect(Array.from(turnPair(Float32Array.of(-0, -0), 'float32', 1, 0, -1))).toEqual([-0, 0])
  })
})

describe('float64', () => {
  test('is plain double arithmetic', () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(double, double, (x, y) => {
        const [cos, sin] = [Math.cos(1), Math.sin(1)]
        const turned = turnPair(Float64Array.of(x, y), 'float64', cos, sin)
        expect(turned).toEqual(Float64Array.of(x * cos - y * sin, y * cos + x * sin))
      }),
    )
  })
})

describe.each(HALVES)('%s', (format) => {
  const finiteBits = fc
    .integer({ min: 0, max: 0xffff })
    .filter((bits) => Number.isFinite(decodeHalf(bits, format)))
  const unit = fc.float({ min: -1, max: 1, noNaN: true })

  test('is widened, rotated in float32 and rounded once', () => {
    fc.assert(
      fc.property(finiteBits, finiteBits, unit, unit, (a, b, cos, sin) => {
        const [x, y] = [decodeHalf(a, format), decodeHalf(b, format)]
        const turned = turnThroughMemory(x, y, cos, sin)
        const expected = Uint16Array.from(turned, (value) => encodeHalf(value, format))
        expect(turnPair(Uint16Array.of(a, b), format, cos, sin)).toEqual(expected)
      }),
      { numRuns: 1000 },
    )
  })

  test('rounds at the end only, not after every operation', () => {
    // (1 + e)(1 + e) + e/2 = 1 + 2.5 e + e^2 is above the tie; without e^2 it would be on it.
    const e = format === 'float16' ? 2 ** -10 : 2 ** -7
    const bits = Uint16Array.of(encodeHalf(1 + e, format), encodeHalf(1, format))
    const turned = turnPair(bits, format, 1 + e, -e / 2)
    expect(decodeHalf(turned[0] ?? 0, format)).toBe(1 + 3 * e)
    expect(decodeHalf(encodeHalf(1 + 2.5 * e, format), format)).toBe(1 + 2 * e)
  })

  test('what lies outside the window keeps its bits, NaN payloads included', () => {
    const window = { pairing: 'interleaved', windowOffset: 2, rotaryDim: 2 } as const
    const one = { batch: 1, tokens: 1, heads: 1, headDim: 6 }
    const bits = Uint16Array.of(0x7fff, 0xff81, 0, 0, 0x8000, 0x0001)
    const rows = { cos: [0.5], sin: [0.5] }
    expect(modelRotate(bits, format, one, window, rows, 1)).toEqual(bits)
  })
})

describe('tensors', () => {
  test('rows follow (batch, token), whatever the number of heads', () => {
    const x = Float32Array.from({ length: elements }, (_, i) => i % 10)
    const cos = Float32Array.from({ length: 16 }, (_, i) => (i < 4 * 3 ? 1 : -1))
    const turned = modelRotate(x, 'float32', sizes, rope, { cos, sin: new Float32Array(16) }, 1)
    const expected = x.map((value, i) => (i >= 90 && i % 10 >= 1 && i % 10 <= 8 ? -value : value))
    expect(turned).toEqual(expected)
  })

  test('the input stays as it was', () => {
    const x = Float32Array.from({ length: elements }, (_, i) => i)
    modelRotate(x, 'float32', sizes, rope, oracleRows(rope, [[1, 2, 3, 4]], 'float32'), 1)
    expect(x).toEqual(Float32Array.from({ length: elements }, (_, i) => i))
  })

  test.each([
    ['rows that are too short', new Float32Array(elements), 15],
    ['too many elements', new Float32Array(elements + 1), 16],
    ['an array of another dtype', new Float64Array(elements), 16],
  ])('%s: refused', (_, x, turns) => {
    const rows = { cos: new Float32Array(turns), sin: new Float32Array(turns) }
    expect(() => modelRotate(x, 'float32', sizes, rope, rows, 1)).toThrow(
      expect.objectContaining({ code: 'INVALID_TENSOR', field: 'x' }),
    )
  })
})
