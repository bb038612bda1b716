import { expect, test } from 'vitest'
import { gapOf, labelRoom, spreadLabels } from '../../src/charts/labels.js'

test('names that would cover each other are moved apart, downwards, and others stay', () => {
  const ends = [
    { name: 'b', x: 1, y: 99 },
    { name: 'a', x: 1, y: 100 },
    { name: 'c', x: 1, y: 98 },
    { name: 'far', x: 1, y: 1 },
    { name: 'elsewhere', x: 2, y: 97 },
  ]
  const labels = spreadLabels(ends, 2)
  expect(labels.map(({ name, at }) => [name, at])).toEqual([
    ['a', 100],
    ['b', 50],
    ['c', 25],
    ['elsewhere', 97],
    ['far', 1],
  ])
})

test('a gap in pixels is a quotient on a logarithmic axis', () => {
  expect(gapOf([1, 1000], 100, 300)).toBeCloseTo(10, 12)
})

test('names have a third of a chart, and not less or more than they need', () => {
  expect([300, 450, 1000].map(labelRoom)).toEqual([120, 150, 190])
})
