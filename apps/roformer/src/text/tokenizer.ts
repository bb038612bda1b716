/**
 * Byte-pair encoding, of characters: words are split into characters, and the pair of neighbours that
 * is found most often becomes a token, again and again. Trained in a moment; the result is kept in
 * the repository.
 */
import { RopeError } from '@rope/core'

/** What training finds, as it stands in a file. */
export interface Vocabulary {
  /** The characters that are tokens; all others are `UNKNOWN`. */
  readonly alphabet: string
  /** Two tokens each, in the order in which they become one. */
  readonly merges: readonly (readonly [number, number])[]
}

/** The token that stands where a model has to guess. */
export const MASK = 0
/** The token of a character that the alphabet lacks. */
export const UNKNOWN = 1
const SPECIAL = 2

/** Characters that occur less often are not in the alphabet. */
const RARE = 50

/** Text to tokens and back. */
export interface Tokenizer {
  /** Tokens in the vocabulary, the special ones included. */
  readonly size: number
  encode(text: string): Uint16Array
  decode(tokens: Iterable<number>): string
}

/** Words with the space before them, numbers, and single other characters: no token crosses them. */
const WORDS = / ?[\p{L}]+| ?\d+|./gsu

/**
 * Finds the merges of a text.
 *
 * @param size tokens that the vocabulary shall have, the special ones included
 */
export function trainVocabulary(texts: readonly string[], size: number): Vocabulary {
  const alphabet = findAlphabet(texts)
  const characters = tokensOfCharacters(alphabet)
  const found = countWords(texts)
  const words = [...found.keys()].map((word) =>
    Array.from(word, (character) => characters.get(character) ?? UNKNOWN),
  )
  const weights = [...found.values()]
  const merges: [number, number][] = []
  const counts = new PairCounts(size)
  words.forEach((word, w) => counts.add(word, weights[w] as number))
  for (let token = SPECIAL + alphabet.length; token < size; token++) {
    const [left, right] = counts.mostFrequent()
    merges.push([left, right])
    words.forEach((word, w) => {
      if (!hasPair(word, left, right)) return
      counts.add(word, -(weights[w] as number))
      mergePair(word, left, right, token)
      counts.add(word, weights[w] as number)
    })
  }
  return { alphabet: alphabet.join(''), merges }
}

function findAlphabet(texts: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  }
  return [...counts]
    .filter(([, count]) => count >= RARE)
    .map(([character]) => character)
    .sort()
}

function tokensOfCharacters(alphabet: readonly string[]): Map<string, number> {
  return new Map(alphabet.map((character, i) => [character, SPECIAL + i]))
}

function countWords(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const [word] of text.matchAll(WORDS)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}

/** How often each pair of neighbours occurs. */
class PairCounts {
  readonly #size: number
  readonly #counts: Int32Array

  constructor(size: number) {
    this.#size = size
    this.#counts = new Int32Array(size * size)
  }

  /** Counts the pairs of a word `weight` times. */
  add(word: readonly number[], weight: number): void {
    for (let i = 1; i < word.length; i++) {
      const pair = (word[i - 1] as number) * this.#size + (word[i] as number)
      this.#counts[pair] = (this.#counts[pair] as number) + weight
    }
  }

  /** The pair with the largest count; of equals the one whose tokens are older. */
  mostFrequent(): [number, number] {
    let best = 0
    let most = 0
    for (let pair = 0; pair < this.#counts.length; pair++) {
      const count = this.#counts[pair] as number
      if (count > most) {
        most = count
        best = pair
      }
    }
    return [Math.floor(best / this.#size), best % this.#size]
  }
}

function hasPair(word: readonly number[], left: number, right: number): boolean {
  for (let i = 1; i < word.length; i++) {
    if (word[i - 1] === left && word[i] === right) return true
  }
  return false
}

/** Makes one token of every such pair in a word, in place. */
function mergePair(word: number[], left: number, right: number, token: number): void {
  let to = 0
  for (let from = 0; from < word.length; from++) {
    const isPair = word[from] === left && word[from + 1] === right
    word[to++] = isPair ? token : (word[from] as number)
    if (isPair) from++
  }
  word.length = to
}

/**
 * A tokenizer of a vocabulary.
 *
 * @throws RopeError INVALID_FILE for what is no vocabulary
 */
export function createTokenizer(given: unknown): Tokenizer {
  const { alphabet, merges } = readVocabulary(given)
  const letters = [...alphabet]
  const characters = tokensOfCharacters(letters)
  const pieces = ['[mask]', '\uFFFD', ...letters]
  for (const [left, right] of merges) pieces.push(`${pieces[left]}${pieces[right]}`)
  const ranks = new Map(merges.map(([left, right], i) => [left * pieces.length + right, i]))
  const known = new Map<string, readonly number[]>()
  const encodeWord = (word: string): readonly number[] => {
    const tokens = Array.from(word, (character) => characters.get(character) ?? UNKNOWN)
    while (mergeFirst(tokens, ranks, merges, pieces.length, SPECIAL + letters.length)) {}
    return tokens
  }
  return {
    size: pieces.length,
    encode(text) {
      const tokens: number[] = []
      for (const [word] of text.matchAll(WORDS)) {
        let found = known.get(word)
        if (found === undefined) {
          found = encodeWord(word)
          known.set(word, found)
        }
        for (const token of found) tokens.push(token)
      }
      return Uint16Array.from(tokens)
    },
    decode: (tokens) => Array.from(tokens, (token) => pieces[token] ?? '').join(''),
  }
}

/** Makes the merge that was learned first; false when there is none. */
function mergeFirst(
  tokens: number[],
  ranks: ReadonlyMap<number, number>,
  merges: readonly (readonly [number, number])[],
  size: number,
  firstMerge: number,
): boolean {
  let best = Number.POSITIVE_INFINITY
  for (let i = 1; i < tokens.length; i++) {
    const rank = ranks.get((tokens[i - 1] as number) * size + (tokens[i] as number))
    if (rank !== undefined && rank < best) best = rank
  }
  const merge = merges[best]
  if (merge === undefined) return false
  mergePair(tokens, merge[0], merge[1], firstMerge + best)
  return true
}

function readVocabulary(given: unknown): Vocabulary {
  const { alphabet, merges } = (given ?? {}) as Partial<Record<keyof Vocabulary, unknown>>
  if (typeof alphabet === 'string' && Array.isArray(merges) && areMerges(merges, alphabet)) {
    return { alphabet, merges }
  }
  throw new RopeError(
    'INVALID_FILE',
    'this is no vocabulary; accepted: { "alphabet": "...", "merges": [[older token, older token], ...] }',
    { field: 'merges' },
  )
}

function areMerges(
  merges: readonly unknown[],
  alphabet: string,
): merges is readonly (readonly [number, number])[] {
  const first = SPECIAL + [...alphabet].length
  const isOlder = (token: unknown, i: number): boolean =>
    Number.isInteger(token) && (token as number) > UNKNOWN && (token as number) < first + i
  return merges.every(
    (pair, i) =>
      Array.isArray(pair) && pair.length === 2 && pair.every((token) => isOlder(token, i)),
  )
}
