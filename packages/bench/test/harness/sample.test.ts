import { describe, expect, test } from 'vitest'
import {
  batchSize,
  findBatch,
  leadCalls,
  sampleLength,
  timeCalls,
} from '../../src/harness/sample.js'
import { QUIET_MACHINE, simulateMachine } from '../simulated-machine.js'

describe('samples', () => {
  test('a sample is a hundred steps of the clock at least', () => {
    expect(sampleLength(0.5, 0.0001)).toBe(0.5)
    expect(sampleLength(0.5, 0.1)).toBe(10)
  })

  test('a batch fills the sample, with one call at least', () => {
    expect(batchSize(1, 0.01)).toBe(100)
    expect(batchSize(1, 30)).toBe(1)
    expect(batchSize(1, 0)).toBe(2 ** 24)
  })

  test('the batch is found from a single call up', async () => {
    const machine = simulateMachine(1, QUIET_MACHINE)
    expect(await findBatch(machine.contender('a', 0.001), 1, machine.clock)).toBeCloseTo(1000, -1)
    expect(await findBatch(machine.contender('b', 200), 1, machine.clock)).toBe(1)
  })

  test('the untimed call before a sample is not in its time', async () => {
    const machine = simulateMachine(1, QUIET_MACHINE)
    const contender = machine.contender('a', 2)
    expect(await timeCalls(contender, 3, machine.clock, 1)).toBeCloseTo(6, 3)
    expect(leadCalls(2)).toBe(1)
    expect(leadCalls(100)).toBe(0)
  })
})
