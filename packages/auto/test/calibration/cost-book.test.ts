import { describe, expect, test } from 'vitest'
import type { Cache } from '../../src/cache/cache.js'
import { BUDGET, CostBook } from '../../src/calibration/cost-book.js'
import type { Calibration } from '../../src/costs.js'
import { idling, madeUpClock, wrapped } from '../fakes.js'

interface Recording extends Cache {
  readonly saved: Calibration[]
}

function cacheOf(found: Calibration | null = null): Recording {
  const saved: Calibration[] = []
  return { saved, load: async () => found, save: (costs) => void saved.push(costs) }
}

const CURVE = [{ upTo: null, overhead: 3, rate: 100 }]

function setting(rate = 10000) {
  const clock = madeUpClock()
  const contenders = ['a', 'b'].map((name, i) => ({
    name,
    backend: idling(name, clock, { overhead: i, rate }),
  }))
  return { clock, contenders }
}

test('measures once per dtype, when asked to prepare, and saves what it knows', () => {
  const { clock, contenders } = setting()
  const cache = cacheOf()
  const book = new CostBook(undefined, clock, cache)
  expect(book.predict('a', 'float32', 100)).toBeNull()
  expect(book.sourceOf('float32')).toBeNull()
  book.prepare('float32', contenders)
  expect(book.sourceOf('float32')).toBe('measured')
  expect(book.predict('b', 'float32', 1e5)).toBeCloseTo(11, 0)
  const spent = book.spent
  expect(spent).toBeGreaterThan(0)
  book.prepare('float32', contenders)
  expect(book.spent).toBe(spent)
  book.prepare('float16', contenders)
  expect(cache.saved.map((costs) => Object.keys(costs.a ?? {}))).toEqual([
    ['float32'],
    ['float32', 'float16'],
  ])
})

test('all dtypes together stay within the budget', () => {
  const { clock, contenders } = setting(100)
  const book = new CostBook(undefined, clock, cacheOf())
  for (const dtype of ['float32', 'float16', 'bfloat16', 'float64'] as const) {
    book.prepare(dtype, contenders)
  }
  expect(book.spent).toBeGreaterThan(10)
  expect(book.spent).toBeLessThan(150)
  expect(BUDGET).toBeLessThan(150)
})

test('only who is missing is measured, and each of them once', () => {
  const { clock, contenders } = setting()
  const book = new CostBook(undefined, clock, cacheOf())
  book.prepare('float32', contenders)
  const before = book.predict('a', 'float32', 1e5)
  const spent = book.spent
  const more = contenders.map((one) => ({ ...one, name: `${one.name}, resident` }))
  book.prepare('float32', [...contenders, ...more])
  expect(book.spent).toBeGreaterThan(spent)
  expect(book.predict('a', 'float32', 1e5)).toBe(before)
  const after = book.spent
  book.prepare('float32', [...contenders, ...more])
  expect(book.spent).toBe(after)
})

test('a contender that throws does not keep the others from being measured', () => {
  const { clock, contenders } = setting()
  const book = new CostBook(undefined, clock, cacheOf())
  const broken = wrapped('broken', () => () => {
    throw new Error('out of tiles')
  })
  const all = [...contenders, { name: 'broken', backend: broken }]
  expect(() => book.prepare('float32', all)).toThrow('out of tiles')
  book.prepare('float32', contenders)
  expect(book.predict('a', 'float32', 1e5)).toBeCloseTo(10, 0)
})

test('nothing is measured any more once the budget is gone', () => {
  const clock = madeUpClock()
  const late = { name: 'late', backend: wrapped('late', () => () => clock.advance(400)) }
  const book = new CostBook(undefined, clock, cacheOf())
  book.prepare('float32', [late])
  const { spent } = book
  book.prepare('float16', [late])
  expect(book.spent).toBe(spent)
  expect(book.predict('late', 'float16', 100)).toBeNull()
  expect([book.sourceOf('float16'), book.isReliable('float16')]).toEqual(['measured', false])
})

test('costs are rough where time ran out, and are not kept', () => {
  const { clock, contenders } = setting(0.5)
  const cache = cacheOf()
  const book = new CostBook(undefined, clock, cache)
  book.prepare('float32', contenders)
  expect([book.isReliable('float32'), cache.saved.length]).toEqual([false, 0])
  const quick = setting()
  const other = new CostBook(undefined, quick.clock, cache)
  other.prepare('float32', quick.contenders)
  expect([other.isReliable('float32'), cache.saved.length]).toEqual([true, 1])
})

test('a cache that knows all contenders is enough', async () => {
  const { clock, contenders } = setting()
  const cache = cacheOf({ a: { float32: CURVE }, b: { float32: CURVE, float16: CURVE } })
  const book = new CostBook(undefined, clock, cache)
  await book.load()
  book.prepare('float32', contenders)
  expect(book.sourceOf('float32')).toBe('cache')
  expect(book.predict('a', 'float32', 100)).toBe(4)
  expect(book.spent).toBe(0)
  book.prepare('float16', contenders)
  expect(book.sourceOf('float16')).toBe('measured')
  expect(cache.saved).toHaveLength(1)
})

describe('never measures', () => {
  test('when that is switched off', async () => {
    const { clock, contenders } = setting()
    const cache = cacheOf({ a: { float32: CURVE }, b: { float32: CURVE } })
    const book = new CostBook(false, clock, cache)
    await book.load()
    book.prepare('float32', contenders)
    expect(book.sourceOf('float32')).toBe('off')
    expect(book.predict('a', 'float32', 100)).toBeNull()
    expect(book.isMeasuring).toBe(false)
    expect([book.spent, cache.saved.length]).toEqual([0, 0])
  })

  test('when costs were preset', () => {
    const { clock, contenders } = setting()
    const book = new CostBook({ a: { float32: CURVE } }, clock, cacheOf())
    book.prepare('float32', contenders)
    expect(book.sourceOf('float32')).toBe('preset')
    expect(book.predict('a', 'float32', 100)).toBe(4)
    expect(book.predict('b', 'float32', 100)).toBeNull()
    expect(book.spent).toBe(0)
  })
})
