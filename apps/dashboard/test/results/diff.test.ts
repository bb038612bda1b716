import type { BenchResult } from '@rope/bench'
import { describe, expect, test } from 'vitest'
import { diffResults } from '../../src/results/diff.js'
import { entryOf, resultOf, SAMPLE } from './samples.js'

describe('two runs', () => {
  test('a run against itself is never a win', () => {
    const { differences, libraries, rows } = diffResults(SAMPLE, SAMPLE)
    expect([differences, libraries]).toEqual([[], []])
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

  test('a backend that failed the suite, or another call, is not compared', () => {
    const [found] = SAMPLE.conformance ?? []
    if (found === undefined) throw new Error('the sample has no findings')
    const wrong = { ...SAMPLE, conformance: [{ ...found, failed: 1 }] }
    expect(diffResults(SAMPLE, wrong).rows[1]).toMatchObject({
      outcome: 'not compared',
      verdict: 'it failed the conformance suite in the later run',
    })
    const larger = resultOf([entryOf('wasm', 2), { ...entryOf('js', 4), bytes: 81_920 }])
    expect(diffResults(SAMPLE, larger).rows[1]).toMatchObject({
      outcome: 'not compared',
      verdict: 'not the same call: 40960 bytes, then 81920',
    })
  })
})

const OTHER_MACHINE = { ...SAMPLE.machine, cpu: 'another', cores: 8 }
const [BACKEND] = SAMPLE.backends
const onGpu = (description: string): BenchResult => ({
  ...SAMPLE,
  backends: [{ ...(BACKEND as typeof BACKEND & object), facts: { vendor: 'v', description } }],
})

describe('runs that differ in more than the code', () => {
  const faster = resultOf([entryOf('wasm', 1), entryOf('js', 4)])

  test.each<[string, BenchResult, BenchResult, readonly string[], string]>([
    [
      'another machine',
      SAMPLE,
      { ...faster, machine: OTHER_MACHINE },
      ['different processor: a processor, then another', 'different number of cores: 4, then 8'],
      'other machine',
    ],
    [
      'another GPU',
      onGpu('RTX 4090'),
      { ...faster, backends: onGpu('M3').backends },
      ['different GPU of js: v RTX 4090, then v M3'],
      'other machine',
    ],
    [
      'another engine',
      SAMPLE,
      { ...faster, machine: { ...SAMPLE.machine, engine: 'Chromium 141' } },
      ['different engine: Node 20, then Chromium 141'],
      'other engine',
    ],
    [
      'another mode',
      SAMPLE,
      { ...faster, run: { ...SAMPLE.run, mode: 'full' } },
      ['different mode: quick, then full'],
      'other mode',
    ],
    [
      'other parameters',
      SAMPLE,
      { ...faster, backends: SAMPLE.backends.map((one) => ({ ...one, threads: 3 })) },
      ['different threads of js: 0, then 3'],
      'other parameters',
    ],
    [
      'another suite',
      withoutSuite(SAMPLE),
      { ...faster, packages: { ...SAMPLE.packages, '@rope/bench': '2.0.0' } },
      [
        'different conformance suite: not said, then 1.3.0',
        'different benchmark: not said, then 2.0.0',
      ],
      'other suite',
    ],
  ])('%s: no verdict says faster or slower', (_, before, after, texts, flag) => {
    const { differences, rows } = diffResults(before, after)
    expect(differences.map(({ text }) => text)).toEqual(texts)
    expect(rows.map(({ outcome, verdict }) => [outcome, verdict])).toEqual([
      ['flagged', `2.0x the speed [1.9, 2.1], ${flag}`],
      ['flagged', `no difference detected, ${flag}`],
    ])
  })

  test('other versions of what is measured are what is compared', () => {
    const after = { ...faster, packages: { '@rope/core': '2.0.0', '@rope/js': null } }
    const { differences, libraries, rows } = diffResults(SAMPLE, after)
    expect(differences).toEqual([])
    expect(libraries).toEqual(['@rope/core 1.0.0, then 2.0.0'])
    expect(rows[0]?.outcome).toBe('faster')
  })
})

/** As results were before they carried the version of the suite. */
function withoutSuite({ suiteVersion: _, ...result }: BenchResult): BenchResult {
  return result
}
