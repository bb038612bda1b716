/** The arithmetic, against numbers worked out by hand. */
import { expect, test } from 'vitest'
import {
  addScaled,
  dot,
  gateWithSilu,
  indexOfLargest,
  multiply,
  normalise,
  row,
  softmax,
} from '../src/matrix.js'

const matrix = { rows: 2, columns: 3, data: Float32Array.of(1, 2, 3, 4, 5, 6) }

test('multiply, row and dot', () => {
  const out = new Float32Array(2)
  multiply(matrix, Float32Array.of(1, 0, -1), out)
  expect([...out]).toEqual([-2, -2])
  expect([...row(matrix, 1)]).toEqual([4, 5, 6])
  expect(dot(row(matrix, 0), row(matrix, 1))).toBe(32)
  expect(dot(Float32Array.of(1, 10), matrix.data, 3)).toBe(54)
})

test('addScaled adds in place', () => {
  const target = Float32Array.of(1, 2)
  addScaled(target, Float32Array.of(10, 20), 0.5)
  expect([...target]).toEqual([6, 12])
  addScaled(target, matrix.data, -1, 4)
  expect([...target]).toEqual([1, 6])
})

test('normalise divides by the root of mean square plus epsilon', () => {
  const out = new Float32Array(2)
  // mean square (1 + 7) / 2 = 4... with epsilon 5: root of 9 is 3
  normalise(Float32Array.of(1, Math.sqrt(7)), Float32Array.of(3, 0), 5, out)
  expect([...out]).toEqual([1, 0])
})

test('softmax gives shares that sum to 1, for scores of any size', () => {
  const scores = Float32Array.of(1000, 1000 + Math.log(3), -1000)
  softmax(scores)
  // Scores near 1000 are multiples of 2^-14 in float32, so log 3 is that far off.
  expect(scores[0]).toBeCloseTo(0.25, 4)
  expect(scores[1]).toBeCloseTo(0.75, 4)
  expect(scores[2]).toBe(0)
})

test('gateWithSilu multiplies x / (1 + exp(-x)) by the other half', () => {
  const gate = Float32Array.of(0, Math.log(3))
  gateWithSilu(gate, Float32Array.of(5, 4))
  expect(gate[0]).toBe(0)
  // log 3 / (1 + 1/3) * 4 = 3 log 3, within two roundings to float32
  expect(gate[1]).toBeCloseTo(3 * Math.log(3), 6)
})

test('indexOfLargest takes the first of equals', () => {
  expect(indexOfLargest(Float32Array.of(-3, -1, -2, -1))).toBe(1)
})
