/** Text <-> tokens. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readExpectedTexts, readModel } from '../src/model-files.js'
import { readTokenizer } from '../src/tokenizer.js'
import { readBundled } from './world.js'

const { tokenizer } = await readModel(readBundled)
const texts = await readExpectedTexts(readBundled)

/** A vocabulary small enough to follow by hand: bytes of "é", letters, and three merges. */
const small = readTokenizer(
  {
    type: 'sentencepiece-bpe',
    pieces: [
      ...[
        ['<unk>', 0],
        ['<s>', 0],
        ['</s>', 0],
        ['<0xC3>', 0],
        ['<0xA9>', 0],
      ],
      ...[
        ['\u2581', -9],
        ['a', -9],
        ['b', -9],
        ['ab', -2],
        ['ba', -1],
        ['\u2581a', -3],
        ['<', -9],
        ['s', -9],
        ['>', -9],
      ],
    ],
  },
  1,
)

describe('encode', () => {
  test('puts the start token and a space in front', () => {
    expect(small.encode('b')).toEqual([1, 5, 7])
    expect(small.encode('')).toEqual([1])
  })

  test('merges the best score first, and the first of equals', () => {
    // " abab": ba (-1) wins over ab (-2) and over " a" (-3), which then still merges.
    expect(small.encode('abab')).toEqual([1, 10, 9, 7])
    expect(small.encode('baba')).toEqual([1, 5, 9, 9])
    expect(small.encode('bab')).toEqual([1, 5, 9, 7])
  })

  test('falls back to the bytes of an unknown character', () => {
    expect(small.encode('\u00e9')).toEqual([1, 5, 3, 4])
  })

  test('never makes a control token out of text', () => {
    expect(small.encode('<s>')).toEqual([1, 5, 11, 12, 13])
    expect(tokenizer.encode('<s></s><0x41>').slice(1)).not.toContain(1)
  })

  test('finds the four words of the usual prompt', () => {
    const words = tokenizer.encode('Once upon a time').slice(1)
    expect(words.map((token) => tokenizer.decode([token]))).toEqual(['Once', 'upon', 'a', 'time'])
  })
})

describe('decode', () => {
  test.each(texts)('is the inverse of encode: $prompt', ({ text }) => {
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
  })

  test('is the inverse of encode for any text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({
        unit: fc.constantFrom(' ', '\u2581', 'a', 'the', '\ufeff', '\n', '<0x41>', '<s>'),
      }),
    )
    fc.assert(fc.property(text, (any) => tokenizer.decode(tokenizer.encode(any)) === any))
  })

  test('streams whole characters, however their bytes are split', () => {
    const stream = small.stream()
    expect([1, 5, 3, 4, 6, 3].map((token) => stream.push(token))).toEqual([
      '',
      '',
      '',
      '\u00e9',
      'a',
      '',
    ])
    expect(stream.end()).toBe('\ufffd')
  })
})

test.each([
  null,
  7,
  {},
  { type: 'sentencepiece-bpe' },
  { type: 'sentencepiece-bpe', pieces: [['a']] },
  { type: 'unigram', pieces: [] },
])('readTokenizer refuses %j', (json) => {
  expect(() => readTokenizer(json, 1)).toThrow(expect.objectContaining({ code: 'INVALID_FILE' }))
})
