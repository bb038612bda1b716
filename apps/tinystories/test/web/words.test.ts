/** Facts, numbers and verdicts in words. */
import { describe, expect, test } from 'vitest'
import { compareStory, type ToldStory } from '../../src/web/comparison.js'
import { explainProbe } from '../../src/web/explanation.js'
import { describeBackend, describeRate, describeShare } from '../../src/web/words.js'

describe('explainProbe', () => {
  test('turns facts into words', () => {
    const facts = {
      maxBufferSize: 268435456,
      isSoftware: true,
      isa: 'simd128',
      vendor: null,
      ISA: '',
    }
    const { summary, columns, rows } = explainProbe('webgpu', { available: true, facts })
    expect(summary).toBe('webgpu was asked for by name. What it found here:')
    expect(columns).toEqual(['fact', 'value'])
    expect(rows).toEqual([
      ['max buffer size', '268,435,456'],
      ['is software', 'yes'],
      ['isa', 'simd128'],
      ['vendor', '–'],
      ['ISA', '–'],
    ])
  })

  test('says why it cannot run', () => {
    const probe = { available: false, reason: 'there is no adapter', facts: {} }
    expect(explainProbe('webgpu', probe)).toEqual({
      summary: 'webgpu cannot run here: there is no adapter',
      columns: [],
      rows: [],
    })
  })
})

test('rates and shares', () => {
  const time = { tokens: 256, milliseconds: 100, ropeMilliseconds: 12.34 }
  expect([describeRate(time), describeShare(time)]).toEqual(['2,560', '12.3\u00a0%'])
  expect(describeRate({ ...time, milliseconds: 60_000 })).toBe('4.3')
  expect([describeRate(null), describeShare(null)]).toEqual(['–', '–'])
  expect(describeRate({ ...time, milliseconds: 0 })).toBe('–')
})

describe('compareStory', () => {
  const story: ToldStory = {
    prompt: 'Once',
    tokens: 256,
    text: 'Once upon a time',
    outcome: 'ended',
    backend: 'wasm',
  }
  const reference = [{ prompt: 'Once', text: 'Once upon a time' }]
  const verdictOf = (change: Partial<ToldStory>, expected = reference): boolean | null =>
    compareStory({ ...story, ...change }, expected, []).same

  test('with the reference text of its prompt', () => {
    expect(compareStory(story, reference, [])).toEqual({
      same: true,
      words: 'same as the reference',
    })
    const { same, words } = compareStory({ ...story, text: 'Once upon b' }, reference, [])
    expect(same).toBe(false)
    expect(words).toMatch(/^the reference: differs at character 10, after "Once upon "/)
  })

  test('a story of another length agrees as far as it goes', () => {
    expect(verdictOf({ tokens: 2, text: 'Once upon' })).toBe(true)
    expect(verdictOf({ outcome: 'stopped', text: 'Once upon' })).toBe(true)
    expect(verdictOf({ tokens: 300, text: 'Once upon a time, there was' })).toBe(true)
    expect(verdictOf({ tokens: 2, text: 'Once there' })).toBe(false)
    expect(verdictOf({ text: 'Once upon' })).toBe(false)
  })

  test('with the first one told with its prompt', () => {
    const earlier: readonly ToldStory[] = [
      { ...story, prompt: 'Other' },
      { ...story, backend: 'webgpu', outcome: 'failed', text: 'O' },
      { ...story, backend: 'js' },
    ]
    expect(compareStory(story, [], earlier)).toEqual({ same: true, words: 'same as js' })
    expect(compareStory(story, [], []).same).toBe(null)
  })
})

test('a backend that was chosen is named beside who chose it', () => {
  const run = { prompt: '', tokens: 1, text: '', outcome: 'ended', time: null } as const
  const verdict = { same: null, words: '' }
  expect(describeBackend({ ...run, verdict, choice: 'auto', backend: 'wasm' })).toBe('auto (wasm)')
  expect(describeBackend({ ...run, verdict, choice: 'js', backend: 'js' })).toBe('js')
})
