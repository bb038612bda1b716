/**
 * Splitting: the parts of a plan cover every head of every token exactly once.
 */
import { RopeError } from '@rope/core'
import { describe, expect, test } from 'vitest'
import {
  hasFirstHead,
  type Part,
  spanOfPart,
  splitPlan,
  startOf,
  wholePlan,
} from '../src/plan/parts.js'
import { makeTestPlan } from './support/plans.js'

/** How often each (batch, token, operand, head) is in some part. */
function coverage(parts: readonly Part[]): Map<string, number> {
  const seen = new Map<string, number>()
  for (const { batch, tokens, slices } of parts) {
    for (let b = batch.first; b < batch.first + batch.count; b++) {
      for (let t = tokens.first; t < tokens.first + tokens.count; t++) {
        for (const { operand, heads } of slices) {
          for (let h = heads.first; h < heads.first + heads.count; h++) {
            const key = `${b} ${t} ${operand} ${h}`
            seen.set(key, (seen.get(key) ?? 0) + 1)
          }
        }
      }
    }
  }
  return seen
}

test('what fits is one part with both operands', () => {
  const plan = makeTestPlan()
  expect(splitPlan(plan, () => true)).toEqual([wholePlan(plan)])
  expect(wholePlan(plan).slices.map(({ operand }) => operand)).toEqual([0, 1])
})

test('an operand without heads is left out, and nothing at all makes no part', () => {
  expect(wholePlan(makeTestPlan({ heads: [0, 3] })).slices.map(({ operand }) => operand)).toEqual([
    1,
  ])
  expect(splitPlan(makeTestPlan({ heads: [0] }), () => true)).toEqual([])
  expect(splitPlan(makeTestPlan({ tokens: 0 }), () => true)).toEqual([])
  expect(splitPlan(makeTestPlan({ batch: 0 }), () => true)).toEqual([])
})

describe('a limit on what a part may span', () => {
  const layouts = {
    bshd: {},
    bhsd: { strides: { token: 128, head: 128 * 7, batch: 128 * 7 * 5 } },
    'tokens backwards': { strides: { token: -128 * 5 } },
  }
  test.each(Object.entries(layouts))('%s', (_, strides) => {
    const plan = makeTestPlan({ batch: 3, tokens: 7, heads: [5, 2], ...strides })
    for (const limit of [128, 500, 2000, 8000]) {
      const length = (part: Part): number =>
        Math.max(
          ...part.slices.map((slice) => {
            const { low, high } = spanOfPart(plan, part, slice, 'source')
            return high - low + 1
          }),
        )
      const parts = splitPlan(plan, (part) => length(part) <= limit)
      expect(Math.max(...parts.map(length))).toBeLessThanOrEqual(limit)
      const seen = coverage(parts)
      expect(seen.size).toBe(3 * 7 * (5 + 2))
      expect([...new Set(seen.values())]).toEqual([1])
    }
  })
})

test('tokens are split for both operands at once where tokens are outermost', () => {
  const plan = makeTestPlan({ tokens: 8 })
  const parts = splitPlan(plan, ({ tokens }) => tokens.count <= 2)
  expect(parts).toHaveLength(4)
  expect(parts.every(({ slices }) => slices.length === 2)).toBe(true)
})

test('a part begins where its first head lies', () => {
  const plan = makeTestPlan({ batch: 2, tokens: 4, heads: [3] })
  const slice = { operand: 0, heads: { first: 1, count: 1 } }
  const part = { batch: { first: 1, count: 1 }, tokens: { first: 2, count: 2 }, slices: [slice] }
  expect(startOf(plan, part, slice, 'source')).toBe(4 * 384 + 2 * 384 + 128)
  expect(spanOfPart(plan, part, slice, 'source')).toEqual({ low: 0, high: 384 + 127 })
})

test('a head that does not fit is refused', () => {
  const plan = makeTestPlan({ tokens: 1, heads: [1] })
  let error: unknown
  try {
    splitPlan(plan, () => false)
  } catch (caught) {
    error = caught
  }
  expect(RopeError.isInstance(error) && error.code).toBe('UNSUPPORTED')
})

test('one part of each stretch of tokens has the first head', () => {
  const plan = makeTestPlan({ tokens: 4, heads: [0, 4] })
  const parts = splitPlan(
    plan,
    ({ tokens, slices }) => tokens.count <= 2 && (slices[0]?.heads.count ?? 0) <= 1,
  )
  const first = parts.filter((part) => hasFirstHead(plan, part))
  expect(parts.length).toBe(16)
  expect(first.map(({ tokens }) => tokens.first)).toEqual([0, 1, 2, 3])
})
