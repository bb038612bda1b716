/**
 * Text as one long row of tokens, for training and for measuring.
 */
import { readFileSync } from 'node:fs'
import { type Addresses, readAddresses } from './addresses.js'
import { createTokenizer, type Tokenizer } from './tokenizer.js'

/** Tokens of the vocabulary that the repository keeps. */
export const VOCABULARY_SIZE = 1024

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
export function makeCorpus(
  alphabet: Alphabet,
  vocabulary: unknown,
  { training, heldOut }: Addresses = readAddresses(),
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

/**
 * The vocabulary that lies beside the program.
 *
 * @param folder the app's `data`, ending in a slash
 */
export function readVocabularyFile(folder: string): unknown {
  return JSON.parse(readFileSync(`${folder}vocabulary.json`, 'utf8'))
}
