import { describe, expect, test } from 'vitest'
import { diffResults } from '../../src/results/diff.js'
import { entryOf, resultOf, SAMPLE } from './samples.js'

describe('two runs', () => {
  test('a run against itself is never a win', () => {
    const { warnings, rows } = diffResults(SAMPLE, SAMPLE)
    expect(warnings).toEqual([])
    expect(rows.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['wasm', 'no difference detected'],
      ['js', 'no difference detected'],
    ])
  })

  test('a verdict for every time that both have, and a reason for the others', () => {
    const failed = { ...entryOf('js', 1), status: 'fail', reason: 'element 3 is off' } as const
    const after = resultOf([
      entryOf('wasm', 1),
      { ...failed, time: null, gigabytesPerSecond: null },
      entryOf('native', 1),
    ])
    const { rows } = diffResults(SAMPLE, after)
    expect(rows.map(({ name, outcome, verdict }) => [name, outcome, verdict])).toEqual([
      ['wasm', 'faster', '2.0x faster [1.9, 2.1]'],
      ['js', 'not compared', 'element 3 is off'],
      ['native', 'not compared', 'only in the later run'],
    ])
    const [slower] = diffResults(after, SAMPLE).rows
    expect(slower?.outcome).toBe('slower')
  })

  test('what stands in the way is said', () => {
    const machine = { ...SAMPLE.machine, engine: 'Chromium 141', cores: 8 }
    const other = {
      ...SAMPLE,
      machine,
      packages: { '@rope/core': '2.0.0' },
      run: { ...SAMPLE.run, mode: 'full' },
    } as const
    expect(diffResults(SAMPLE, other).warnings).toEqual([
      'different engine: Node 20, then Chromium 141',
      'different number of cores: 4, then 8',
      'different mode: quick, then full',
      'different @rope/core: 1.0.0, then 2.0.0',
    ])
  })
})
