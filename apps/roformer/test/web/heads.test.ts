/** How far heads look, and which head is shown. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DISTANCES, evenShare, NEAR, shareWithin } from '../../src/web/heads/distances.js'
import { darkestShare, opacities } from '../../src/web/heads/intensity.js'
import { describeHead, NEAREST, nearCurve, showHead } from '../../src/web/heads/shown-head.js'
import { follow, idleModel } from '../../src/web/training/model-state.js'

const TOKENS = 40

/** A head that looks at one distance alone, or at itself where there is no such token. */
function looking(distance: number): number[] {
  return Array.from({ length: TOKENS }, (_, query) => {
    const key = query + distance
    const seen = key >= 0 && key < TOKENS ? key : query
    return Array.from({ length: TOKENS }, (_, at) => (at === seen ? 1 : 0))
  }).flat()
}

const data = Float32Array.from([...looking(-20), ...looking(-1), ...looking(2)])
const shares = { heads: 3, tokens: TOKENS, data }

describe('shares of attention', () => {
  test('are found at the distance where they are', () => {
    const [far, before] = [DISTANCES[0], DISTANCES[3]] as const
    if (far === undefined || before === undefined) throw new Error('the distances are gone')
    expect(shareWithin(shares, 0, far)).toBe(20 / TOKENS)
    expect(shareWithin(shares, 1, before)).toBe((TOKENS - 1) / TOKENS)
    expect(shareWithin(shares, 1, NEAR)).toBe(1)
  })

  test('by distance add up to all of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), (tokens) => {
        const sum = DISTANCES.reduce((total, one) => total + evenShare(tokens, one), 0)
        // At most 4,096 float32 quotients, each rounded by 2^-24 of itself.
        expect(Math.abs(sum - 1)).toBeLessThan(2 ** -20)
      }),
    )
  })
})

describe('the head that is shown', () => {
  const sizes = { layers: 1, heads: 3, tokens: TOKENS }
  const early = { step: 0, readings: [{ guesses: [], attention: data, near: [0.2, 0.1, 0.1] }] }
  const late = { step: 50, readings: [{ guesses: [], attention: data, near: [0.1, 0.9, 0.8] }] }
  const model = [early, late]
    .map((snapshot) => ({ type: 'snapshot', snapshot }) as const)
    .reduce(follow, idleModel('rope'))

  test('is the nearest or the chosen one, with its own map', () => {
    expect(showHead(model, sizes, 0, NEAREST)?.head).toBe(1)
    const chosen = showHead(model, sizes, 0, '2')
    expect(chosen?.map).toEqual(data.subarray(2 * TOKENS ** 2))
    expect(chosen?.within(NEAR)).toBe(1)
  })

  test('is none before there is a reading', () => {
    expect(showHead(idleModel('rope'), sizes, 0, NEAREST)).toBeNull()
    expect(showHead(model, sizes, 3, NEAREST)).toBeNull()
  })

  test('has a past, and the nearest one is whichever it was each time', () => {
    expect(nearCurve(model, 0, '2')).toEqual([
      [0, 0.1],
      [50, 0.8],
    ])
    expect(nearCurve(model, 0, NEAREST)).toEqual([
      [0, 0.2],
      [50, 0.9],
    ])
  })

  test('is counted from 1 in words', () => {
    expect(describeHead(5, { heads: 4 })).toBe('layer 2, head 2')
  })
})

describe('a map', () => {
  test('is as dark as the largest share, and faint while attention is even', () => {
    const even = new Float32Array(64 * 64).fill(1 / 64)
    expect(darkestShare([even], 64)).toBe(8 / 64)
    expect(darkestShare([even, Float32Array.of(0.75)], 64)).toBe(0.75)
    expect(darkestShare([], 4)).toBe(1)
    expect([...opacities(Float32Array.of(0, 0.25, 1), 1)]).toEqual([0, 128, 255])
  })
})
