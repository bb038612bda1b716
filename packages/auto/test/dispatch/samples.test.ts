import { describe, expect, test } from 'vitest'
import { Samples } from '../../src/dispatch/samples.js'

/** Samples of these times in milliseconds, behind a first call that does not count. */
function samplesOf(times: readonly number[], step = 1e-4): Samples {
  const samples = new Samples(step)
  for (const time of [99, ...times]) samples.add(time)
  return samples
}

describe('the time of a call', () => {
  test('is unknown before there are any, and the first call does not count', () => {
    expect(samplesOf([]).microseconds).toBeNull()
  })

  test('is that of a first call which was long', () => {
    const samples = new Samples(1e-4)
    samples.add(120)
    expect(samples.microseconds).toBeCloseTo(120000, 6)
  })

  test('is that of the fastest one: interruptions only add', () => {
    expect(samplesOf([0.5, 0.3, 40, 0.31]).microseconds).toBeCloseTo(300, 9)
  })

  test('is that of an earlier look, if that was faster', () => {
    const samples = new Samples(1e-4, 0.2)
    for (const time of [9, 0.5, 0.6]) samples.add(time)
    expect(samples.microseconds).toBeCloseTo(200, 9)
  })

  test('is the mean where the clock is too coarse for one, without what was interrupted', () => {
    const times = [...Array(100).fill(0), ...Array(25).fill(0.1), 40]
    expect(samplesOf(times, 0.1).microseconds).toBeCloseTo((25 * 100) / 125, 9)
  })

  test('is unknown when all calls together are no time on the clock', () => {
    expect(samplesOf(Array(256).fill(0), 0.1).microseconds).toBeNull()
  })
})

test('they tell who is far slower once they have lasted a millisecond', () => {
  expect(samplesOf([]).fastest).toBe(Number.POSITIVE_INFINITY)
  expect([samplesOf([0.9]).isTelling, samplesOf([0.9, 0.2]).isTelling]).toEqual([false, true])
  expect(samplesOf([0.9, 0.2]).fastest).toBe(0.2)
})

describe('there are enough of them', () => {
  test.each([
    ['after sixteen short calls', Array(16).fill(0.01), 15],
    ['after four long ones', [5, 6, 5, 7], 3],
    ['after 1024 that are no time on the clock', Array(1024).fill(0), 1023],
  ])('%s', (_, times, tooFew) => {
    expect(samplesOf(times).isDone).toBe(true)
    expect(samplesOf(times.slice(0, tooFew)).isDone).toBe(false)
  })
})
