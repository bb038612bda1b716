/**
 * The suite's fast oracle against the reference, whose every rounding is from exact values.
 */
import { describe, expect, test } from 'vitest'
import { quickModel } from '../../../src/conformance/judge/quick-model.js'
import { bitsOf, copyElements, elementsFrom } from '../../../src/conformance/memory/elements.js'
import { halfValues } from '../../../src/conformance/memory/half-values.js'
import {
  ordinaryElements,
  SPECIAL_CLASSES,
  specialPairs,
} from '../../../src/conformance/memory/inputs.js'
import { seededRandom } from '../../../src/conformance/memory/random.js'
import { PAIRINGS } from '../../../src/contract/pairing.js'
import { DTYPES, type DType, type Elements } from '../../../src/numbers/dtype.js'
import { pairChannels } from '../../../src/reference/channels.js'
import { decodeHalf, encodeHalf } from '../../../src/reference/half-float.js'
import { modelRotate } from '../../../src/reference/model.js'

const FORMATS = ['float16', 'bfloat16'] as const

describe.each(FORMATS)('%s', (format) => {
  const { values, narrow } = halfValues(format)

  test('every pattern has the value that it has in the reference', () => {
    const wanted = Float32Array.from({ length: 65536 }, (_, bits) => decodeHalf(bits, format))
    expect(values).toEqual(wanted)
  })

  test('every pattern, and what lies halfway to its neighbour, narrows as in the reference', () => {
    const wrong: number[] = []
    for (let bits = 0; bits < 65536; bits++) {
      const value = decodeHalf(bits, format)
      if (Number.isNaN(value)) continue
      const next = decodeHalf(bits + 1, format)
      const half = (value + (Number.isFinite(next) ? next : value * 1.001)) / 2
      for (const tried of [value, half, half * (1 - 2 ** -24), half * (1 + 2 ** -23)]) {
        const single = Math.fround(tried)
        if (narrow(single) !== encodeHalf(single, format)) wrong.push(single)
      }
    }
    expect(wrong).toEqual([])
  })

  test('random float32 patterns narrow as in the reference', () => {
    const random = seededRandom(11)
    const floats = new Float32Array(20_000)
    const words = new Uint32Array(floats.buffer)
    words.forEach((_, i) => {
      words[i] = random() * 2 ** 32
    })
    const wanted = Array.from(floats, (value) => encodeHalf(value, format))
    expect(Array.from(floats, narrow)).toEqual(wanted)
  })
})

/** The bits of a tensor, every NaN replaced by one pattern: their payloads are free. */
function comparable(dtype: DType, elements: Elements): readonly (number | bigint)[] {
  const numbers =
    dtype === 'float16' || dtype === 'bfloat16'
      ? Array.from(elements, (bits) => decodeHalf(bits, dtype))
      : Array.from(elements)
  const bits: readonly (number | bigint)[] = [...bitsOf(elements)]
  return bits.map((pattern, i) => (Number.isNaN(numbers[i]) ? -1 : pattern))
}

describe.each(PAIRINGS.flatMap((pairing) => DTYPES.map((dtype) => [pairing, dtype] as const)))(
  '%s, %s',
  (pairing, dtype) => {
    const round = dtype === 'float64' ? (value: number) => value : Math.fround

    test('ordinary numbers in a window, both ways', () => {
      const sizes = { batch: 2, tokens: 3, heads: 4, headDim: 23 }
      const window = { pairing, windowOffset: 3, rotaryDim: 18 }
      const input = ordinaryElements(dtype, 2 * 3 * 4 * 23, 5)
      const random = seededRandom(6)
      const values = (): Float64Array =>
        Float64Array.from({ length: 54 }, () => round(3 * random() - 1.5))
      const rows = { cos: values(), sin: values() }
      for (const direction of [1, -1] as const) {
        const wanted = modelRotate(copyElements(input), dtype, sizes, window, rows, direction)
        const actual = quickModel(input, dtype, sizes, window, rows, direction)
        expect(comparable(dtype, actual)).toEqual(comparable(dtype, wanted))
      }
    })

    test.each(SPECIAL_CLASSES)('special numbers: %s', (kind) => {
      const pairs = specialPairs(kind, dtype)
      const values = new Float64Array(2 * pairs.length)
      pairs.forEach(([a, b], i) => {
        const { x, y } = pairChannels(pairing, i, pairs.length)
        values[x] = a
        values[y] = b
      })
      const input = elementsFrom(dtype, values)
      const sizes = { batch: 1, tokens: 1, heads: 1, headDim: values.length }
      const window = { pairing, windowOffset: 0, rotaryDim: values.length }
      for (const [cos, sin] of [
        [1, 0],
        [0, 1],
        [round(0.6), round(-0.8)],
      ] as const) {
        const row = (value: number): Float64Array => new Float64Array(pairs.length).fill(value)
        const rows = { cos: row(cos), sin: row(sin) }
        for (const direction of [1, -1] as const) {
          const wanted = modelRotate(copyElements(input), dtype, sizes, window, rows, direction)
          const actual = quickModel(input, dtype, sizes, window, rows, direction)
          expect(comparable(dtype, actual)).toEqual(comparable(dtype, wanted))
        }
      }
    })
  },
)
