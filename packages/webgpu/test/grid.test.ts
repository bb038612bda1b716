/**
 * How work is spread: strips of heads for many tokens, single heads for few, two dimensions of
 * workgroups for very many.
 */
import { describe, expect, test } from 'vitest'
import { GPU_SPREAD, planStrips, planWorkgroups, SOFTWARE_SPREAD } from '../src/plan/grid.js'

describe('strips on a GPU', () => {
  test.each([
    { tokens: 1, columns: 16, length: 1, total: 40 },
    { tokens: 512, columns: 16, length: 1, total: 40 },
    { tokens: 1024, columns: 16, length: 2, total: 20 },
    { tokens: 4096, columns: 8, length: 4, total: 10 },
    { tokens: 4096, columns: 16, length: 8, total: 5 },
    { tokens: 100_000, columns: 16, length: 8, total: 5 },
  ])('$tokens tokens of $columns columns', ({ tokens, columns, length, total }) => {
    const strips = planStrips(tokens, columns, [32, 8], GPU_SPREAD)
    expect(strips.headsPerInvocation).toBe(length)
    expect(strips.total).toBe(total)
  })

  test('heads that do not fill their last strip have one more', () => {
    const { strips, total } = planStrips(100_000, 16, [33, 1], GPU_SPREAD)
    expect(strips).toEqual([5, 1])
    expect(total).toBe(6)
  })
})

test('in software an invocation takes all heads it can', () => {
  expect(planStrips(512, 16, [32, 8], SOFTWARE_SPREAD).total).toBe(2)
  expect(planStrips(1, 16, [32, 8], SOFTWARE_SPREAD).total).toBe(5)
  expect(planStrips(1, 2, [32, 8], SOFTWARE_SPREAD).headsPerInvocation).toBe(1)
})

describe('workgroups', () => {
  test.each([
    { invocations: 1, x: 1, y: 1 },
    { invocations: 64, x: 1, y: 1 },
    { invocations: 65, x: 2, y: 1 },
    { invocations: 64 * 65535, x: 65535, y: 1 },
    { invocations: 64 * 65535 + 1, x: 32768, y: 2 },
  ])('$invocations invocations', ({ invocations, x, y }) => {
    expect(planWorkgroups(invocations, 65535)).toEqual({ x, y })
  })

  test.each([1, 1000, 1 << 24, 2 ** 31 - 1])('%d invocations all have one', (invocations) => {
    const { x, y } = planWorkgroups(invocations, 65535)
    expect(x).toBeLessThanOrEqual(65535)
    expect(y).toBeLessThanOrEqual(65535)
    expect(x * y * 64).toBeGreaterThanOrEqual(invocations)
    expect(x * y * 64 - invocations).toBeLessThan(64 * (y + 1))
  })
})
