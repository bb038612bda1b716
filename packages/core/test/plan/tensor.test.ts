/**
 * Tensors to strides: every layout, explicit strides, refusals.
 */
import { describe, expect, test } from 'vitest'
import { RopeError } from '../../src/errors.js'
import { type Layout, resolveTensor, type Tensor } from '../../src/plan/tensor.js'

const data = new Float32Array(1000)

function strides(tensor: Omit<Tensor, 'data'>, fallback?: Layout): readonly number[] {
  const { batch, tokens, heads, strides: s } = resolveTensor({ data, ...tensor }, 'q', 8, fallback)
  return [batch, tokens, heads, s.batch, s.token, s.head, s.channel]
}

describe('layouts', () => {
  test.each<[Layout, readonly number[], readonly number[]]>([
    ['bshd', [2, 5, 3, 8], [2, 5, 3, 120, 24, 8, 1]],
    ['bhsd', [2, 3, 5, 8], [2, 5, 3, 120, 8, 40, 1]],
    ['sbhd', [5, 2, 3, 8], [2, 5, 3, 24, 48, 8, 1]],
    ['thd', [5, 3, 8], [1, 5, 3, 0, 24, 8, 1]],
    ['flat', [2, 5, 24], [2, 5, 3, 120, 24, 8, 1]],
    ['flat', [5, 24], [1, 5, 3, 0, 24, 8, 1]],
  ])('%s %j', (layout, shape, expected) => {
    expect(strides({ shape, layout })).toEqual(expected)
    expect(strides({ shape }, layout)).toEqual(expected)
  })

  test('explicit strides follow the axes of the shape', () => {
    expect(strides({ shape: [2, 3, 5, 8], strides: [500, 80, 16, 2], layout: 'bhsd' })).toEqual([
      2, 5, 3, 500, 16, 80, 2,
    ])
    expect(strides({ shape: [2, 5, 3, 8], strides: [200, 40, 10, 1] })).toEqual([
      2, 5, 3, 200, 40, 10, 1,
    ])
    expect(strides({ shape: [5, 3, 8], strides: [40, 10, 1] })).toEqual([1, 5, 3, 0, 40, 10, 1])
    expect(strides({ shape: [5, 24], strides: [60, 2], layout: 'flat' })).toEqual([
      1, 5, 3, 0, 60, 16, 2,
    ])
  })
})

describe('dtypes', () => {
  const tensor = (value: unknown, dtype?: string): Tensor =>
    ({ data: value, dtype, shape: [1, 1, 8], layout: 'thd' }) as Tensor
  test('follow from the array, or are stated', () => {
    expect(resolveTensor(tensor(data), 'q', 8, undefined).dtype).toBe('float32')
    expect(resolveTensor(tensor(new Float64Array(8)), 'q', 8, undefined).dtype).toBe('float64')
    expect(resolveTensor(tensor(new Uint16Array(8), 'bfloat16'), 'q', 8, undefined).dtype).toBe(
      'bfloat16',
    )
  })

  test.each<[unknown, string | undefined, string]>([
    [new Uint16Array(8), undefined, 'q.dtype'],
    [new Uint16Array(8), 'float8', 'q.dtype'],
    [new Float32Array(8), 'float16', 'q.data'],
    [new Int32Array(8), undefined, 'q.data'],
    [[1, 2, 3], undefined, 'q.data'],
    [null, 'float32', 'q.data'],
  ])('%s as %s is refused', (value, dtype, field) => {
    expect(refusal(tensor(value, dtype))).toBe(field)
  })
})

function refusal(tensor: unknown, fallback?: Layout): string | undefined {
  try {
    resolveTensor(tensor as Tensor, 'q', 8, fallback)
  } catch (error) {
    if (RopeError.isInstance(error) && error.code === 'INVALID_TENSOR') return error.field
    throw error
  }
  return undefined
}

describe('refusals', () => {
  test.each<[unknown, string]>([
    [undefined, 'q'],
    [{ data, shape: [1, 1, 1, 8] }, 'q.layout'],
    [{ data, shape: [1, 1, 1, 8], layout: 'bdsh' }, 'q.layout'],
    [{ data, shape: [1, 1, 8], layout: 'bshd' }, 'q.shape'],
    [{ data, shape: 8, layout: 'bshd' }, 'q.shape'],
    [{ data, shape: [1, -1, 1, 8], layout: 'bshd' }, 'q.shape[1]'],
    [{ data, shape: [1, 1.5, 1, 8], layout: 'bshd' }, 'q.shape[1]'],
    [{ data, shape: [1, 1, 1, 16], layout: 'bshd' }, 'q.shape'],
    [{ data, shape: [1, 20], layout: 'flat' }, 'q.shape'],
    [{ data, shape: [1, 1, 1, 8], layout: 'bshd', strides: [8, 8, 8] }, 'q.strides'],
    [{ data, shape: [1, 1, 1, 8], layout: 'bshd', strides: [8, 8, 8, 0.5] }, 'q.strides[3]'],
    [{ data, shape: [1, 1, 1, 8], layout: 'bshd', offset: -1 }, 'q.offset'],
    [{ data, shape: [1, 1, 1, 8], layout: 'bshd', offset: Number.NaN }, 'q.offset'],
  ])('%#', (tensor, field) => {
    expect(refusal(tensor)).toBe(field)
  })

  test('a head dimension that does not match names both numbers', () => {
    expect(() =>
      resolveTensor({ data, shape: [1, 1, 1, 16], layout: 'bshd' }, 'q', 8, undefined),
    ).toThrow(/headDim is 16.*config says 8/)
  })
})
