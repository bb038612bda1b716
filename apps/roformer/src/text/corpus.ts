/**
 * The text that this program trains on, out of the files around it.
 */
import { readFileSync } from 'node:fs'
import { readAddresses } from './addresses.js'
import { type Alphabet, type Corpus, encodeAddresses } from './encode-addresses.js'
import type { Addresses } from './split-addresses.js'

/** Tokens of the vocabulary that the repository keeps. */
export const VOCABULARY_SIZE = 1024

/**
 * The addresses as tokens.
 *
 * @param vocabulary the parsed file of the vocabulary
 */
export function makeCorpus(
  alphabet: Alphabet,
  vocabulary: unknown,
  addresses: Addresses = readAddresses(),
): Corpus {
  return encodeAddresses(alphabet, vocabulary, addresses)
}

/**
 * The vocabulary that lies beside the program.
 *
 * @param folder the app's `data`, ending in a slash
 */
export function readVocabularyFile(folder: string): unknown {
  return JSON.parse(readFileSync(`${folder}vocabulary.json`, 'utf8'))
}
