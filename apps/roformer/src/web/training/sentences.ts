/**
 * Sentences with gaps, out of the text that no model sees: the same for every model of a recipe.
 */
import type { Alphabet, Corpus } from '../../text/encode-addresses.js'
import { MASK, type Tokenizer, UNKNOWN } from '../../text/tokenizer.js'
import type { SentenceText } from './messages.js'
import { GAPS, SENTENCES } from './reading.js'

/** A sentence as a model sees it, and as a person does. */
export interface MaskedSentence {
  /** Tokens, with the mask in the gaps. */
  readonly ids: Int32Array<ArrayBuffer>
  /** Where the gaps are, in order. */
  readonly places: readonly number[]
  readonly text: SentenceText
}

/**
 * Takes sentences from all over the held-out text, each from the beginning of a sentence on.
 *
 * @param tokens of each, as long as what the models are trained on
 */
export function maskedSentences(
  { tokenizer, heldOut }: Pick<Corpus, 'tokenizer' | 'heldOut'>,
  alphabet: Alphabet,
  tokens: number,
): MaskedSentence[] {
  return Array.from({ length: SENTENCES }, (_, i) => {
    const wanted = Math.floor(((i + 0.5) * heldOut.length) / SENTENCES)
    const from = sentenceStart(
      heldOut,
      tokenizer,
      Math.min(wanted, heldOut.length - tokens),
      tokens,
    )
    return maskSentence(heldOut.subarray(from, from + tokens), tokenizer, alphabet)
  })
}

/** The first token after `from` that follows the end of a sentence; `from` itself where there is none. */
function sentenceStart(
  text: Uint16Array,
  tokenizer: Tokenizer,
  from: number,
  tokens: number,
): number {
  for (let at = Math.max(1, from); at <= text.length - tokens; at++) {
    const before = tokenizer.decode([text[at - 1] as number])
    const after = tokenizer.decode(text.subarray(at, at + 2))
    if (/[.?!]$/.test(before) && /^ \p{Lu}/u.test(after)) return at
  }
  return Math.max(0, from)
}

function maskSentence(
  tokens: Uint16Array,
  tokenizer: Tokenizer,
  alphabet: Alphabet,
): MaskedSentence {
  const places = chooseGaps(tokens, tokenizer)
  const ids = Int32Array.from(tokens)
  for (const place of places) ids[place] = MASK
  const edges = [-1, ...places, tokens.length]
  const texts = edges
    .slice(1)
    .map((edge, i) => tokenizer.decode(tokens.subarray((edges[i] as number) + 1, edge)))
  const answers = places.map((place) => showToken(tokens[place] as number, tokenizer, alphabet))
  return { ids, places, text: { texts, answers } }
}

/** One gap in each part of the sentence: its longest whole word, or else a token with letters. */
function chooseGaps(tokens: Uint16Array, tokenizer: Tokenizer): number[] {
  const pieces = Array.from(tokens, (token) => tokenizer.decode([token]))
  const isWhole = (i: number): boolean =>
    /^ \p{L}{2,}$/u.test(pieces[i] ?? '') && !/^\p{L}/u.test(pieces[i + 1] ?? '')
  const worthOf = (i: number): number => {
    const letters = pieces[i]?.match(/\p{L}/gu)?.length ?? 0
    return isWhole(i) ? 100 + letters : letters
  }
  // The first tokens of a sentence are left alone: somebody has to say what it is about.
  const [first, part] = [tokens.length / 8, (tokens.length * 7) / 8 / GAPS]
  return Array.from({ length: GAPS }, (_, gap) => {
    const from = Math.floor(first + gap * part)
    // The last of a part is left alone, so that no two gaps are neighbours.
    const inside = Array.from({ length: Math.max(1, Math.floor(part) - 1) }, (_, i) => from + i)
    return inside.reduce((best, i) => (worthOf(i) > worthOf(best) ? i : best))
  })
}

/** A token for people: a piece that continues a word has a hyphen before it. */
export function showToken(token: number, tokenizer: Tokenizer, alphabet: Alphabet): string {
  if (token === MASK) return 'the mask'
  if (token === UNKNOWN) return 'a rare character'
  const text = tokenizer.decode([token])
  if (text === ' ') return 'a space'
  if (text.startsWith(' ')) return text.slice(1)
  return alphabet === 'pieces' && /^\p{L}/u.test(text) ? `-${text}` : text
}
