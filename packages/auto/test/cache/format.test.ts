import { describe, expect, test } from 'vitest'
import { FORMAT, KEPT_DAYS, readText, writeText } from '../../src/cache/format.js'

const COSTS = { js: { float32: [{ upTo: null, overhead: 1, rate: 100 }] } }
const NOW = Date.UTC(2026, 0, 1)
const DAY = 24 * 60 * 60 * 1000

function textOf(key = 'here', savedAt = NOW): string {
  return writeText(null, key, COSTS, savedAt) as string
}

test('what was written is read', () => {
  expect(readText(textOf(), 'here', NOW)).toEqual({ costs: COSTS, ignored: null })
})

test('where there is nothing yet, nothing is ignored', () => {
  expect(readText(null, 'here', NOW)).toEqual({ costs: null, ignored: null })
})

describe('is ignored, with the reason', () => {
  const wrongEntry = (entry: unknown): string =>
    JSON.stringify({ format: FORMAT, entries: { here: entry } })

  test.each([
    ['nothing', '', 'it is corrupt: not JSON'],
    ['half a file', textOf().slice(0, -9), 'it is corrupt: not JSON'],
    ['another kind of file', '[1, 2]', 'it is corrupt: neither a format version nor entries'],
    ['null', 'null', 'it is corrupt: neither a format version nor entries'],
    ['no entries', '{ "format": 1, "entries": 5 }', 'it is corrupt: neither'],
    ['an older format', '{ "format": 0, "entries": {} }', 'it is corrupt: neither'],
    [
      'a newer version',
      '{ "format": 2, "data": {} }',
      'it was written by a newer version (format 2; this one reads 1)',
    ],
    ['an entry without a time', wrongEntry({ costs: COSTS }), 'an entry does not hold costs'],
    ['an entry without costs', wrongEntry({ savedAt: NOW }), 'an entry does not hold costs'],
    ['an empty entry', wrongEntry(null), 'an entry does not hold costs'],
    [
      'costs of another shape',
      wrongEntry({ savedAt: NOW, costs: { js: { float32: [{ rate: 'fast' }] } } }),
      'an entry does not hold costs',
    ],
    [
      'costs of an unknown dtype',
      wrongEntry({ savedAt: NOW, costs: { js: { int8: [] } } }),
      'an entry does not hold costs',
    ],
    [
      'another machine',
      textOf('elsewhere'),
      'it has no entry for this machine with these versions',
    ],
    ['a key that every object has', textOf('elsewhere'), 'it has no entry', 'constructor'],
    [
      'an old entry',
      textOf('here', NOW - (KEPT_DAYS + 1) * DAY),
      'it is stale: measured 31 days ago',
    ],
    [
      'an entry from the future',
      textOf('here', NOW + 3 * DAY),
      'it is stale: measured -3 days ago',
    ],
  ])('%s', (_, text, reason, key = 'here') => {
    const { costs, ignored } = readText(text, key, NOW)
    expect(costs).toBeNull()
    expect(ignored).toContain(reason)
  })
})

describe('writing', () => {
  test('keeps the entries of other machines and versions', () => {
    const both = writeText(textOf('there'), 'here', COSTS, NOW)
    expect(readText(both, 'there', NOW).costs).toEqual(COSTS)
    expect(readText(both, 'here', NOW).costs).toEqual(COSTS)
  })

  test('drops the oldest when there are many', () => {
    let text: string | null = null
    for (let i = 0; i < 20; i++) text = writeText(text, `machine ${i}`, COSTS, NOW + i)
    expect(Object.keys(JSON.parse(text as string).entries)).toHaveLength(16)
    expect(readText(text, 'machine 3', NOW).costs).toBeNull()
    expect(readText(text, 'machine 4', NOW).costs).toEqual(COSTS)
  })

  test('replaces what is corrupt', () => {
    expect(readText(writeText('{', 'here', COSTS, NOW), 'here', NOW).costs).toEqual(COSTS)
    const odd = '{ "format": 1, "entries": { "a": null, "b": 7 } }'
    expect(readText(writeText(odd, 'here', COSTS, NOW), 'here', NOW).costs).toEqual(COSTS)
  })

  test('leaves what a newer version wrote as it is', () => {
    expect(writeText('{ "format": 2, "data": {} }', 'here', COSTS, NOW)).toBeNull()
  })
})
