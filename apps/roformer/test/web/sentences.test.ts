/** Sentences with gaps, out of the real held-out text: for pieces of words and for characters. */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { RECIPES } from '../../src/runs/recipe.js'
import { makeCorpus, readVocabularyFile } from '../../src/text/corpus.js'
import { MASK } from '../../src/text/tokenizer.js'
import { GAPS, SENTENCES } from '../../src/web/training/reading.js'
import { maskedSentences, showToken } from '../../src/web/training/sentences.js'

const vocabulary = readVocabularyFile(fileURLToPath(new URL('../../data/', import.meta.url)))
const { tokens } = RECIPES.mlm.model

describe.each(['pieces', 'characters'] as const)('%s', (alphabet) => {
  const corpus = makeCorpus(alphabet, vocabulary)
  const sentences = maskedSentences(corpus, alphabet, tokens)

  test('are as long as what models train on, begin as sentences do, and differ', () => {
    expect(sentences).toHaveLength(SENTENCES)
    for (const { ids, text } of sentences) {
      expect(ids).toHaveLength(tokens)
      expect(text.texts[0]).toMatch(/^ \p{Lu}/u)
    }
    expect(new Set(sentences.map(({ text }) => text.texts.join())).size).toBe(SENTENCES)
  })

  test('hide what is right behind the mask, and nothing else', () => {
    for (const { ids, places, text } of sentences) {
      expect(places).toHaveLength(GAPS)
      expect([...places].sort((a, b) => a - b)).toEqual(places)
      expect(Array.from(ids.keys()).filter((i) => ids[i] === MASK)).toEqual(places)
      expect(text.texts).toHaveLength(GAPS + 1)
      for (const answer of text.answers) expect(answer).toMatch(/\p{L}/u)
      // Put back, the answers make a text that was really said.
      const whole = text.texts.reduce((said, next, i) => {
        const answer = text.answers[i - 1] ?? ''
        const plain = answer.startsWith('-') ? answer.slice(1) : answer
        return `${said}(?: ?)${escapePattern(plain)}${escapePattern(next)}`
      }, '')
      const said = corpus.tokenizer.decode(corpus.heldOut)
      expect(said).toMatch(new RegExp(whole.replace(/^\(\?: \?\)/, '')))
    }
  })
})

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

test('tokens are shown so that one sees what they are', () => {
  const { tokenizer } = makeCorpus('pieces', vocabulary, { training: [], heldOut: [] })
  const [the = 0] = tokenizer.encode(' the')
  expect(showToken(the, tokenizer, 'pieces')).toBe('the')
  const [ing = 0] = tokenizer.encode('ing')
  expect(showToken(ing, tokenizer, 'pieces')).toBe('-ing')
  expect(showToken(MASK, tokenizer, 'pieces')).toBe('the mask')
  const [space = 0, letter = 0] = tokenizer.encode(' \u4e00')
  expect(showToken(space, tokenizer, 'pieces')).toBe('a space')
  expect(showToken(letter, tokenizer, 'pieces')).toBe('a rare character')
})
