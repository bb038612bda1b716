/**
 * Resolving options: defaults, freezing, idempotence, refusals.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sectionAxes } from '../../src/config/axes.js'
import { type RopeOptions, resolveConfig } from '../../src/config/config.js'
import { RopeError } from '../../src/errors.js'

const OPTIONS: RopeOptions = {
  headDim: 8,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
}

function refusal(change: Readonly<Record<string, unknown>>): string {
  try {
    resolveConfig({ ...OPTIONS, ...change } as RopeOptions)
  } catch (error) {
    if (RopeError.isInstance(error)) return `${error.code} ${error.field}`
    throw error
  }
  return 'accepted'
}

test('fills in what is left open', () => {
  expect(resolveConfig(OPTIONS)).toEqual({
    ...OPTIONS,
    rotaryDim: 8,
    windowOffset: 0,
    axes: null,
    angles: 'exact',
  })
  expect(resolveConfig({ ...OPTIONS, windowOffset: 2 }).rotaryDim).toBe(6)
})

test('a config is frozen, survives JSON and resolves to itself', () => {
  const config = resolveConfig({ ...OPTIONS, axes: sectionAxes([1, 1, 2]), angles: 'float32' })
  expect(Object.isFrozen(config.schedule) && Object.isFrozen(config.axes)).toBe(true)
  expect(JSON.parse(JSON.stringify(config))).toEqual(config)
  expect(resolveConfig(config)).toEqual(config)
})

test('does not keep or freeze what the caller owns', () => {
  const inverseFrequencies = [1, 2, 3, 4]
  const config = resolveConfig({ ...OPTIONS, schedule: { type: 'custom', inverseFrequencies } })
  inverseFrequencies[0] = 99
  expect(config.schedule).toEqual({ type: 'custom', inverseFrequencies: [1, 2, 3, 4] })
})

describe('refusals', () => {
  test.each([
    [{ headDim: 7.5 }, 'INVALID_OPTION headDim'],
    [{ headDim: 1 }, 'INVALID_OPTION headDim'],
    [{ headDim: 1e9 }, 'INVALID_OPTION headDim'],
    [{ headDim: 7 }, 'INVALID_OPTION rotaryDim'],
    [{ rotaryDim: 3 }, 'INVALID_OPTION rotaryDim'],
    [{ rotaryDim: 10 }, 'INVALID_OPTION rotaryDim'],
    [{ windowOffset: 4, rotaryDim: 6 }, 'INVALID_OPTION rotaryDim'],
    [{ windowOffset: -2 }, 'INVALID_OPTION windowOffset'],
    [{ pairing: undefined }, 'INVALID_OPTION pairing'],
    [{ pairing: 'neox' }, 'INVALID_OPTION pairing'],
    [{ angles: 'fast' }, 'INVALID_OPTION angles'],
    [{ theta: 10000 }, 'INVALID_OPTION options.theta'],
    [
      { axes: { kind: 'one-hot', count: 2, axisOfPair: [0, 1, 2, 0] } },
      'INVALID_OPTION axes.axisOfPair[2]',
    ],
    [
      { axes: { kind: 'one-hot', count: 2, axisOfPair: [0, 1] } },
      'INVALID_OPTION axes.axisOfPair.length',
    ],
    [{ axes: { kind: 'dense', weights: [] } }, 'INVALID_OPTION axes.weights.length'],
    [{ axes: { kind: 'dense', weights: [[1, 1, 1]] } }, 'INVALID_OPTION axes.weights[0].length'],
    [{ axes: { kind: 'mrope' } }, 'INVALID_OPTION axes.kind'],
    [{ axes: 3 }, 'INVALID_OPTION axes'],
  ])('%j', (change, code) => {
    expect(refusal(change)).toBe(code)
  })

  test('anything at all gives a config or a RopeError', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(
            'headDim',
            'pairing',
            'schedule',
            'rotaryDim',
            'windowOffset',
            'axes',
            'angles',
          ),
          fc.anything(),
        ),
        (change) => {
          try {
            return resolveConfig({ ...OPTIONS, ...change } as RopeOptions).headDim >= 2
          } catch (error) {
            return RopeError.isInstance(error)
          }
        },
      ),
    )
  })
})
