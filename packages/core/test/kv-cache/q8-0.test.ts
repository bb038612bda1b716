/**
 * q8_0 blocks: ggml's bytes, and shifting them within the error that quantising has.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RopeOptions } from '../../src/config/config.js'
import { dequantiseQ8, quantiseQ8, shiftQ8 } from '../../src/kv-cache/q8-0.js'
import type { Positions } from '../../src/positions/forms.js'
import { createRope, type Rope } from '../../src/rope/rope.js'
import { createNaiveBackend } from '../conformance/naive-backend.js'

const make = (options: Partial<RopeOptions> = {}): Rope =>
  createRope(
    {
      headDim: 64,
      pairing: 'half',
      schedule: { type: 'default', base: 1e4 },
      ...options,
    } as RopeOptions,
    { backend: createNaiveBackend() },
  )

const wave = (length: number) => Float32Array.from({ length }, (_, i) => 3 * Math.sin(i * i))

describe('blocks', () => {
  test('the bytes of a block by hand', () => {
    const values = new Float32Array(32)
    values.set([127, -127, 1.5, -1.5, 2.4, -0.5, 0.49])
    const blocks = quantiseQ8(values)
    expect([...blocks.subarray(0, 9)]).toEqual([
      0x00,
      0x3c,
      127,
      256 - 127,
      2,
      256 - 2,
      2,
      256 - 1,
      0,
    ])
    expect([...dequantiseQ8(blocks).subarray(0, 7)]).toEqual([127, -127, 2, -2, 2, -1, 0])
  })

  test('zeros stay zeros', () => {
    expect(quantiseQ8(new Float32Array(32))).toEqual(new Uint8Array(34))
    expect(dequantiseQ8(new Uint8Array(34))).toEqual(new Float32Array(32))
  })

  test('every number is kept within half a step and the rounding of the scale', () => {
    const number = fc.float({ min: -1000, max: 1000, noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(fc.array(number, { minLength: 32, maxLength: 32 }), (numbers) => {
        const values = Float32Array.from(numbers)
        const largest = Math.max(...values.map(Math.abs))
        const back = dequantiseQ8(quantiseQ8(values))
        // Half a step, 127 steps of a scale rounded to 11 bits, and its smallest value.
        const bound = largest / 254 + largest * 2 ** -11 + 127 * 2 ** -25
        values.forEach((value, i) => {
          expect(Math.abs(value - (back[i] as number))).toBeLessThanOrEqual(bound * (1 + 1e-6))
        })
      }),
    )
  })

  test('refusals', () => {
    expect(() => dequantiseQ8(new Uint8Array(33))).toThrow(/^blocks.length is 33/)
    expect(() => quantiseQ8(new Float32Array(33))).toThrow(/^values.length is 33/)
  })
})

describe('shifting', () => {
  const [tokens, heads, headDim] = [4, 2, 64]
  const rowBytes = ((heads * headDim) / 32) * 34
  const shape = [tokens, heads, headDim]

  const cases: readonly (readonly [string, Rope, Positions])[] = [
    ['all by one number', make(), -7],
    ['each token', make(), [3, -1, 1000, 2]],
    ['a trailing window', make({ windowOffset: 32 }), 9],
    ['interleaved', make({ pairing: 'interleaved', rotaryDim: 48 }), 5],
    [
      'two axes',
      make({
        axes: {
          kind: 'one-hot',
          count: 2,
          axisOfPair: Array.from({ length: 32 }, (_, i) => i % 2),
        },
      }),
      { axes: [4, [1, 2, 3, -4]] },
    ],
    [
      'an attention factor that must not come again',
      make({
        schedule: { type: 'yarn', base: 1e4, factor: 32, originalMaxPositionEmbeddings: 64 },
      }),
      12,
    ],
  ]
  test.each(cases)(
    '%s: what a shift in float32 gives, within a quantisation',
    (_name, rope, delta) => {
      const data = quantiseQ8(wave(tokens * heads * headDim))
      const exact = dequantiseQ8(data)
      rope.shift({ data: exact, shape, layout: 'thd' }, delta)
      shiftQ8(rope, { data, tokens, heads }, delta)
      const shifted = dequantiseQ8(data)
      for (let block = 0; block < exact.length; block += 32) {
        const values = exact.subarray(block, block + 32)
        const largest = Math.max(...values.map(Math.abs))
        values.forEach((value, c) => {
          const error = Math.abs(value - (shifted[block + c] as number))
          expect(error).toBeLessThanOrEqual(largest / 254 + largest * 2 ** -11 + 1e-6)
        })
      }
    },
  )

  test('tokens that do not move, and blocks outside the window, keep their bytes', () => {
    const data = quantiseQ8(wave(tokens * heads * headDim))
    const before = data.slice()
    shiftQ8(make({ windowOffset: 32 }), { data, tokens, heads }, [0, 5, 0, -5])
    const changed = Array.from({ length: tokens * 4 }, (_, block) =>
      Buffer.compare(
        data.subarray(block * 34, block * 34 + 34),
        before.subarray(block * 34, block * 34 + 34),
      ) === 0
        ? []
        : [block],
    ).flat()
    expect(changed).toEqual([5, 7, 13, 15])
    shiftQ8(make(), { data, tokens, heads }, 0)
    expect(data.subarray(0, rowBytes)).toEqual(before.subarray(0, rowBytes))
  })

  test('refusals, before anything is written', () => {
    const data = quantiseQ8(wave(tokens * heads * headDim))
    const before = data.slice()
    const keys = { data, tokens, heads }
    expect(() => shiftQ8(make(), { ...keys, tokens: 3 }, 1)).toThrow(/^keys.data.length is/)
    expect(() => shiftQ8(make(), keys, [1, 2])).toThrow(/^positions has 2 ids/)
    expect(() => shiftQ8(make({ headDim: 24 }), { ...keys, heads: 1 }, 1)).toThrow(
      /^heads \* headDim/,
    )
    const dynamic = make({
      schedule: { type: 'dynamic', base: 1e4, factor: 2, maxPositionEmbeddings: 64 },
    })
    expect(() => shiftQ8(dynamic, keys, 1)).toThrow(/^length is missing/)
    expect(data).toEqual(before)
    shiftQ8(dynamic, keys, 1, { length: 100 })
    expect(data).not.toEqual(before)
  })
})
