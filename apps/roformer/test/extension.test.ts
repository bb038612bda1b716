/**
 * A model beyond its context: the schedules, the measurement, and what is said of it.
 */
import { fileURLToPath } from 'node:url'
import { computeFrequencies, resolveConfig } from '@rope/core'
import { describe, expect, test } from 'vitest'
import { extendModel } from '../src/extension/extend-model.js'
import { drawWindows, LAST, LENGTHS, measureLengths } from '../src/extension/measure-lengths.js'
import { EXTENSIONS, extensionFor } from '../src/extension/schedules.js'
import { firstWeights } from '../src/model/parameters.js'
import { BITS } from '../src/report/comparison.js'
import { extensionTable, extensionVerdicts, positionSeries } from '../src/report/extension.js'
import { makeCorpus, readVocabularyFile } from '../src/text/corpus.js'
import { smallOptions } from './small.js'

const vocabulary = readVocabularyFile(fileURLToPath(new URL('../data/', import.meta.url)))
const corpus = makeCorpus('characters', vocabulary)
const options = smallOptions('rope', {
  ...{ vocabulary: corpus.tokenizer.size, tokens: 128, norm: 'pre', causal: true, layers: 1 },
})
const weights = firstWeights(options, 1)

describe('a schedule', () => {
  const frequenciesOf = (name: (typeof EXTENSIONS)[number], length: number): Float64Array => {
    const schedule = extensionFor(name, 128, length)
    const config = resolveConfig({ headDim: 32, pairing: 'half', schedule })
    return computeFrequencies(config, length).inverseFrequencies
  }

  test.each(EXTENSIONS)('%s changes nothing at the trained length', (name) => {
    expect(frequenciesOf(name, 128)).toEqual(frequenciesOf('default', 128))
  })

  test.each(EXTENSIONS.filter((name) => name !== 'default'))(
    '%s slows the slowest pair at 1,024, and by no more than twice what the length asks for',
    (name) => {
      const slowest = (list: Float64Array): number => list.at(-1) as number
      const share = slowest(frequenciesOf(name, 1024)) / slowest(frequenciesOf('default', 1024))
      expect(share).toBeLessThan(0.2)
      expect(share).toBeGreaterThan(1 / 16)
    },
  )
})

test('every length ends with the same characters', () => {
  const [window] = drawWindows(corpus.heldOut, 3)
  expect(window).toHaveLength(Math.max(...LENGTHS) + 1)
  expect(Math.min(...LENGTHS)).toBeGreaterThanOrEqual(LAST)
})

test('a model without attention to position loses the same at every length', async () => {
  // Queries of zeros attend to all alike; values of zeros make what they attend to count for nothing.
  const blind = Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [
      name,
      { shape, data: name.includes('value') ? data.map(() => 0) : data },
    ]),
  )
  const windows = drawWindows(corpus.heldOut, 2)
  const scheduleFor = (length: number): ReturnType<typeof extensionFor> =>
    extensionFor('ntk', 128, length)
  const measured = await measureLengths(options, blind, scheduleFor, windows)
  expect(measured.map(({ length }) => length)).toEqual([...LENGTHS])
  expect(measured.map(({ byPosition }) => byPosition.length)).toEqual([2, 4, 8, 16])
  for (const { last } of measured) expect(last).toBe(measured[0]?.last)
})

test('fine-tuning lowers the loss at the greatest length', async () => {
  const job = { name: 'yarn', options, weights, seed: 1, fineTuning: 3, windows: 1 } as const
  const { before, after } = await extendModel(job, corpus)
  expect(after.at(-1)?.last).toBeLessThan(before.at(-1)?.last ?? 0)
})

describe('what is said', () => {
  const losses = (last: number): { length: number; last: number; byPosition: number[] }[] =>
    LENGTHS.map((length, i) => ({
      length,
      last: (i === 0 ? 2 : last) * Math.LN2,
      byPosition: Array.from({ length: length / 64 }, () => last * Math.LN2),
    }))
  const outcomes = [
    { name: 'default', before: losses(4), after: losses(3) },
    { name: 'yarn', before: losses(2.5), after: losses(1.9) },
  ] as const

  test('a row per schedule', () => {
    expect(extensionTable(outcomes, 'before', BITS).split('\n').at(-1)).toMatch(
      /^yarn +2\.000 +2\.500 +2\.500 +2\.500$/,
    )
  })

  test('a point for every 64 positions, in their middle', () => {
    const [line] = positionSeries(outcomes, 'after', BITS)
    expect(line?.points).toHaveLength(16)
    expect(line?.points[0]?.[0]).toBe(32)
    expect(line?.points[0]?.[1]).toBeCloseTo(3, 12)
  })

  test('which schedules are better than a window of the trained length, and that none is', () => {
    const [before, after] = extensionVerdicts(outcomes, BITS)
    expect(before).toContain('yarn 2.500, default 4.000; no schedule is better')
    expect(after).toContain('better than the 2.000 bits of a window of 128: yarn')
  })
})
