/**
 * The sentence behind each backend: times are compared with times of the same kind only.
 */
import { createJsBackend } from '@rope/js'
import { describe, expect, test } from 'vitest'
import { planOfCall } from '../../src/call.js'
import { type CallCosts, type Reasons, whyOf } from '../../src/explain/why.js'

const CALL = {
  plan: planOfCall(
    { headDim: 128, rotaryDim: 128, windowOffset: 0, pairing: 'half' },
    { tokens: 1, heads: { q: 32, k: 8 } },
  ),
  memory: 'foreign',
}

function costs(predicted: number | null, measured: number | null = null): CallCosts {
  return { predicted, measured }
}

function reasons(changes: Partial<Reasons>): Reasons {
  return {
    device: 'cpu',
    state: { kind: 'ready', backend: createJsBackend() },
    call: CALL,
    chosen: false,
    costs: costs(null),
    isFavourite: false,
    isCompared: false,
    by: 'cost',
    source: 'backend',
    winner: null,
    ...changes,
  }
}

function whyNot(own: CallCosts, winner: CallCosts): string {
  return whyOf(reasons({ costs: own, winner: { name: 'native', costs: winner } }))
}

function whyChosen(own: CallCosts, changes: Partial<Reasons> = {}): string {
  const winner = { name: 'native', costs: own }
  return whyOf(reasons({ chosen: true, costs: own, winner, isFavourite: true, ...changes }))
}

describe('who was not chosen is compared', () => {
  test('as predicted, where only the winner was measured', () => {
    expect(whyNot(costs(3.74), costs(0.45, 2.73))).toBe('8.3 times slower than native')
    expect(whyNot(costs(10), costs(0.45, 2.73))).toBe('22 times slower than native')
  })

  test('as measured, where both were', () => {
    expect(whyNot(costs(0.9, 4), costs(0.45, 3.2))).toBe('1.3 times slower than native')
    expect(whyNot(costs(0.45, 3.3), costs(0.9, 3.2))).toBe('as fast as native, within 5 %')
  })

  test('as predicted, where only it was measured', () => {
    expect(whyNot(costs(0.9, 40), costs(0.45))).toBe('2.0 times slower than native')
  })

  test('not as measured against predicted, where nothing of one kind is known of both', () => {
    expect(whyNot(costs(3.74), costs(null, 2.73))).toBe('native comes before it')
    expect(whyNot(costs(null, 40), costs(0.45))).toBe('native comes before it')
  })

  test('and is not called slower when it is predicted to be faster', () => {
    expect(whyNot(costs(0.45), costs(0.9, 3.2))).toBe(
      'predicted to be faster than native; real calls decide',
    )
  })
})

describe('who was chosen is the fastest', () => {
  test('as predicted, before any real call was timed', () => {
    expect(whyChosen(costs(0.45))).toBe('fastest, as predicted: 0.45 us')
  })

  test('as predicted, where nobody else was timed, and that time is told', () => {
    expect(whyChosen(costs(0.45, 2.73))).toBe('fastest, as predicted; 2.73 us in real calls')
  })

  test('as measured, where others were timed as well', () => {
    expect(whyChosen(costs(0.45, 2.73), { isCompared: true })).toBe(
      'fastest, measured in real calls: 2.73 us',
    )
  })

  test('as measured, where another one was predicted to be faster', () => {
    expect(whyChosen(costs(0.45, 2.73), { isFavourite: false })).toBe(
      'fastest, measured in real calls: 2.73 us',
    )
  })

  test('perhaps: who has its turn in the comparison is not called the fastest', () => {
    expect(whyChosen(costs(0.9), { isFavourite: false })).toBe('it is being compared in real calls')
  })
})
