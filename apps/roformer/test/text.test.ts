/**
 * The text and its tokens.
 */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readAddresses } from '../src/text/addresses.js'
import { makeCorpus, readVocabularyFile, VOCABULARY_SIZE } from '../src/text/corpus.js'
import { createTokenizer, MASK, trainVocabulary, UNKNOWN } from '../src/text/tokenizer.js'

const vocabulary = readVocabularyFile(fileURLToPath(new URL('../data/', import.meta.url)))
const addresses = readAddresses()

test('the vocabulary in the repository is what training finds', () => {
  expect(trainVocabulary(addresses.training, VOCABULARY_SIZE)).toEqual(vocabulary)
})

test('text comes back from its tokens', () => {
  const tokenizer = createTokenizer(vocabulary)
  const text = (addresses.heldOut[0] ?? '').slice(0, 2000)
  expect(tokenizer.size).toBe(VOCABULARY_SIZE)
  expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
  // Pieces are worth having: three characters each, or nearly.
  expect(tokenizer.encode(text).length).toBeLessThan(text.length / 2.5)
})

test('a merge is made in the order in which it was learned', () => {
  const found = trainVocabulary([`${'ab '.repeat(60)}${'bc '.repeat(50)}`], 8)
  const tokenizer = createTokenizer(found)
  expect(found.alphabet).toBe(' abc')
  expect(Array.from(tokenizer.encode('abc'), (token) => tokenizer.decode([token]))).toEqual([
    ...['ab', 'c'],
  ])
})

test('an unknown character is one token, and no text is the mask', () => {
  const tokenizer = createTokenizer(vocabulary)
  expect([...tokenizer.encode('\u4e00')]).toEqual([UNKNOWN])
  expect([...tokenizer.encode('[mask]')]).not.toContain(MASK)
})

test('held-out addresses are not trained on', () => {
  const { training, heldOut } = makeCorpus('characters', vocabulary, addresses)
  expect(addresses.training.filter((text) => addresses.heldOut.includes(text))).toEqual([])
  expect(heldOut.length).toBeGreaterThan(training.length / 20)
  expect(Math.max(...new Set(training))).toBeLessThan(VOCABULARY_SIZE)
})

describe('a file that is no vocabulary is refused', () => {
  test.each([
    [null],
    [{ alphabet: 'ab' }],
    [{ alphabet: 'ab', merges: [[2]] }],
    [{ alphabet: 'ab', merges: [[2, 4]] }],
    [{ alphabet: 'ab', merges: [[0, 2]] }],
  ])('%j', (given) => {
    expect(() => createTokenizer(given)).toThrowError(
      expect.objectContaining({ code: 'INVALID_FILE' }),
    )
  })
})
