/**
 * Acceptance: the bound is tight enough to mean something and wide enough to be true.
 */
import { describe, expect, test } from 'vitest'
import { ConformanceFailure, type Trial } from '../../../src/conformance/case.js'
import {
  allowance,
  judge,
  largestFinite,
  ROW_ERROR,
} from '../../../src/conformance/judge/accept.js'
import { elementsFrom, toNumbers } from '../../../src/conformance/memory/elements.js'
import { ordinaryNumbers } from '../../../src/conformance/memory/inputs.js'
import { DTYPES, type DType } from '../../../src/numbers/dtype.js'
import { modelRotate } from '../../../src/reference/model.js'
import { createGpuLikeBackend } from '../gpu-like-backend.js'
import { createNaiveBackend } from '../naive-backend.js'

const PAIRS = 500
const SIZES = { batch: 1, tokens: 1, heads: 1, headDim: 2 * PAIRS }
const WINDOW = { pairing: 'half', windowOffset: 0, rotaryDim: 2 * PAIRS } as const

/** Exact rows, and the same off by nearly all of the promised error. */
function rowsOf(dtype: DType): {
  readonly exact: { cos: Float64Array; sin: Float64Array }
  readonly given: { cos: Float64Array; sin: Float64Array }
} {
  const angles = Float64Array.from({ length: PAIRS }, (_, i) => i * 0.7)
  const exact = { cos: angles.map(Math.cos), sin: angles.map(Math.sin) }
  if (dtype === 'float64') return { exact, given: exact }
  const off = 0.45 * ROW_ERROR.float32
  const shift = (row: Float64Array): Float64Array =>
    row.map((value, i) => Math.fround(value + (i % 2 === 0 ? off : -off)))
  return { exact, given: { cos: shift(exact.cos), sin: shift(exact.sin) } }
}

describe.each([...DTYPES])('the bound of %s', (dtype) => {
  const precision = dtype === 'float64' ? 'float64' : 'float32'

  test('holds for the model arithmetic with rows as wrong as they may be', () => {
    const { exact, given } = rowsOf(dtype)
    const input = elementsFrom(dtype, ordinaryNumbers(2 * PAIRS, 3))
    const model = toNumbers(dtype, modelRotate(input, dtype, SIZES, WINDOW, given, 1))
    const numbers = toNumbers(dtype, input)
    const truth = modelRotate(numbers, 'float64', SIZES, WINDOW, exact, 1)
    const { relative, absolute } = allowance(dtype, 'cpu', ROW_ERROR[precision])
    let used = 0
    for (let i = 0; i < 2 * PAIRS; i++) {
      const norm = Math.hypot(numbers[i % PAIRS] as number, numbers[(i % PAIRS) + PAIRS] as number)
      const distance = Math.abs((model[i] as number) - (truth[i] as number))
      expect(distance).toBeLessThanOrEqual(relative * norm + absolute)
      used = Math.max(used, distance / norm / relative)
    }
    // A bound that is never half used would let a mutant through.
    if (dtype !== 'float64') expect(used).toBeGreaterThan(0.3)
  })

  test('is wider on a GPU, by no more than a neighbour', () => {
    const cpu = allowance(dtype, 'cpu', ROW_ERROR[precision])
    const gpu = allowance(dtype, 'gpu', ROW_ERROR[precision])
    expect(gpu.relative).toBeGreaterThan(cpu.relative)
    expect(gpu.relative).toBeLessThan(2.01 * cpu.relative)
  })
})

test('the bounds, in round numbers', () => {
  const relative = (dtype: DType, device: 'cpu' | 'gpu'): number =>
    allowance(dtype, device, ROW_ERROR[dtype === 'float64' ? 'float64' : 'float32']).relative
  expect(relative('float64', 'cpu')).toBeLessThan(2 ** -48)
  expect(relative('float32', 'cpu')).toBeLessThan(2.1e-7)
  expect(relative('float32', 'gpu')).toBeLessThan(3.3e-7)
  expect(relative('float16', 'cpu')).toBeLessThan(2 ** -10.99)
  expect(relative('bfloat16', 'cpu')).toBeLessThan(2 ** -7.99)
})

test('the largest finite numbers', () => {
  expect(DTYPES.map(largestFinite)).toEqual([
    Number.MAX_VALUE,
    3.4028234663852886e38,
    65504,
    3.3895313892515355e38,
  ])
})

describe('judge', () => {
  const sizes = { batch: 1, tokens: 1, heads: 1, headDim: 3 }
  const window = { pairing: 'half', windowOffset: 0, rotaryDim: 2 } as const
  const rows = { cos: [1], sin: [0] }

  function judging(
    device: 'cpu' | 'gpu',
    input: readonly number[],
    actual: readonly number[],
  ): () => number[] {
    const errors: number[] = []
    const backend = device === 'cpu' ? createNaiveBackend() : createGpuLikeBackend()
    const trial: Trial = {
      subject: { name: 'x', backend },
      backend,
      observe: (error) => errors.push(error),
    }
    const data = Float32Array.from(input)
    return () => {
      judge(trial, {
        name: 'q',
        dtype: 'float32',
        sizes,
        window,
        input: data,
        actual: Float32Array.from(actual),
        model: data,
        truth: input,
        rows,
        rowError: 0,
      })
      return errors
    }
  }

  test('takes equal bits, and any NaN for a NaN', () => {
    expect(judging('cpu', [1, 2, 3], [1, 2, 3])()).toEqual([0, 0])
    expect(judging('cpu', [Number.NaN, 2, 3], [-Number.NaN, 2, 3])()).toEqual([])
  })

  test('tells zeros apart on a CPU, not on a GPU', () => {
    expect(judging('cpu', [0, 2, 3], [-0, 2, 3])).toThrow(ConformanceFailure)
    expect(judging('gpu', [0, 2, 3], [-0, 2, 3])()).toEqual([0, 0])
  })

  test('allows a GPU two units and refuses ten', () => {
    expect(judging('gpu', [1, 0, 3], [1 + 2 ** -22, 0, 3])).not.toThrow()
    expect(judging('gpu', [1, 0, 3], [1 + 10 * 2 ** -23, 0, 3])).toThrow(/too far from truth/)
    expect(judging('cpu', [1, 0, 3], [1 + 2 ** -23, 0, 3])).toThrow(/differs in its bits/)
  })

  test('measures against the norm of the pair, so that cancellation is no error', () => {
    const [, small = 1] = judging('gpu', [1, 2 ** -30, 3], [1, 2 ** -29, 3])()
    expect(small).toBeLessThan(2 ** -29)
  })

  test('wants a NaN from no finite pair', () => {
    expect(judging('gpu', [1, 2, 3], [Number.NaN, 2, 3])).toThrow(/too far from truth/)
  })

  test('wants channels outside the window untouched on every device', () => {
    expect(judging('gpu', [1, 2, 3], [1, 2, 3.0000002])).toThrow(/outside the window/)
  })
})
