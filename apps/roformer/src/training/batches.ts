/**
 * Batches of sequences out of a long row of tokens, and what is to be guessed in them. The same seed
 * gives the same batches and masks to every variant.
 */
import { createRandom, type Random } from '../random.js'
import { MASK } from '../text/tokenizer.js'

/** Sequences, and guesses to be made in them. */
export interface Batch {
  /** [sequences, tokens] */
  readonly ids: Int32Array<ArrayBuffer>
  /** Where a guess is made, [sequences, guesses]: a token's index in its sequence. */
  readonly places: Int32Array<ArrayBuffer>
  /** What is right there, [sequences, guesses]. */
  readonly targets: Int32Array<ArrayBuffer>
}

/** The size of batches. */
export interface BatchSize {
  readonly sequences: number
  readonly tokens: number
}

/** Gives one batch after the other, without end. */
export type NextBatch = () => Batch

/** Of the tokens of a sequence this many are guessed, as in BERT. */
const GUESSED = 0.15

/** Guesses in a sequence of masked-language-model training. */
export function guessesIn(tokens: number): number {
  return Math.round(GUESSED * tokens)
}

/**
 * Batches for masked language models: of the guessed tokens four fifths are masked, a tenth is
 * another token, a tenth stays as it is (BERT, appendix A.1).
 *
 * @param purpose keeps batches to train on and batches to measure with apart
 */
export function maskedBatches(
  text: Uint16Array,
  size: BatchSize,
  vocabulary: number,
  { seed, purpose }: { readonly seed: number; readonly purpose: string },
): NextBatch {
  const random = createRandom(seed, `masked ${purpose}`)
  const { sequences, tokens } = size
  const guesses = guessesIn(tokens)
  return () => {
    const ids = drawSequences(text, size, random)
    const places = new Int32Array(sequences * guesses)
    const targets = new Int32Array(sequences * guesses)
    for (let sequence = 0; sequence < sequences; sequence++) {
      chooseSorted(tokens, guesses, random).forEach((place, i) => {
        const at = sequence * tokens + place
        places[sequence * guesses + i] = place
        targets[sequence * guesses + i] = ids[at] as number
        ids[at] = hide(ids[at] as number, vocabulary, random)
      })
    }
    return { ids, places, targets }
  }
}

function hide(token: number, vocabulary: number, random: Random): number {
  const lot = random.uniform()
  if (lot < 0.8) return MASK
  return lot < 0.9 ? random.below(vocabulary) : token
}

/** Batches for causal language models: the next token is guessed everywhere. */
export function causalBatches(
  text: Uint16Array,
  { sequences, tokens }: BatchSize,
  { seed, purpose }: { readonly seed: number; readonly purpose: string },
): NextBatch {
  const random = createRandom(seed, `causal ${purpose}`)
  const places = Int32Array.from({ length: sequences * tokens }, (_, i) => i % tokens)
  return () => {
    const drawn = drawSequences(text, { sequences, tokens: tokens + 1 }, random)
    const ids = new Int32Array(sequences * tokens)
    const targets = new Int32Array(sequences * tokens)
    for (let sequence = 0; sequence < sequences; sequence++) {
      const from = sequence * (tokens + 1)
      ids.set(drawn.subarray(from, from + tokens), sequence * tokens)
      targets.set(drawn.subarray(from + 1, from + 1 + tokens), sequence * tokens)
    }
    return { ids, places, targets }
  }
}

function drawSequences(
  text: Uint16Array,
  { sequences, tokens }: BatchSize,
  random: Random,
): Int32Array<ArrayBuffer> {
  const ids = new Int32Array(sequences * tokens)
  for (let sequence = 0; sequence < sequences; sequence++) {
    const from = random.below(text.length - tokens)
    ids.set(text.subarray(from, from + tokens), sequence * tokens)
  }
  return ids
}

/** `count` different whole numbers below `bound`, in order. */
function chooseSorted(bound: number, count: number, random: Random): number[] {
  const chosen = new Set<number>()
  while (chosen.size < count) chosen.add(random.below(bound))
  return [...chosen].sort((a, b) => a - b)
}
