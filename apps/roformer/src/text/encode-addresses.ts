/**
 * Text as one long row of tokens, for training and for measuring; in Node as in a browser.
 */
import type { Addresses } from './split-addresses.js'
import { createTokenizer, type Tokenizer } from './tokenizer.js'

/** What a token is: a piece of a word, or a character. */
export type Alphabet = 'pieces' | 'characters'

/** Tokens to train on, and tokens that no model sees before it is measured. */
export interface Corpus {
  readonly tokenizer: Tokenizer
  readonly training: Uint16Array
  readonly heldOut: Uint16Array
}

/**
 * The addresses as tokens.
 *
 * @param vocabulary the parsed file of the vocabulary
 */
export function encodeAddresses(
  alphabet: Alphabet,
  vocabulary: unknown,
  { training, heldOut }: Addresses,
): Corpus {
  const pieces = vocabulary as { readonly alphabet: string }
  const tokenizer = createTokenizer(
    alphabet === 'pieces' ? vocabulary : { alphabet: pieces.alphabet, merges: [] },
  )
  return {
    tokenizer,
    training: tokenizer.encode(training.join(' ')),
    heldOut: tokenizer.encode(heldOut.join(' ')),
  }
}
