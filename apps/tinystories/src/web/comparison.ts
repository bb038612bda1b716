/**
 * Whether a story is the one it should be: the reference text of its prompt where there is one, and
 * else what was told first with that prompt. Greedy decoding has one answer, whatever rotates.
 */
import { EXPECTED_TOKENS, firstDifference } from '../check.js'
import type { ExpectedText } from '../model-files.js'

/** A story as far as it was told. */
export interface ToldStory {
  readonly prompt: string
  /** Most tokens asked for. */
  readonly tokens: number
  readonly text: string
  /** Why it is over. */
  readonly outcome: 'ended' | 'stopped' | 'failed'
  /** What rotated. */
  readonly backend: string
}

/** What came of a comparison. */
export interface Verdict {
  /** Null when there was nothing to compare with. */
  readonly same: boolean | null
  readonly words: string
}

/**
 * Compares a story with its reference.
 *
 * @param earlier the stories before it, oldest first
 */
export function compareStory(
  story: ToldStory,
  expected: readonly ExpectedText[],
  earlier: readonly ToldStory[],
): Verdict {
  const other = referenceOf(story, expected) ?? firstOf(story, earlier)
  if (other === undefined) return { same: null, words: 'the first with this prompt' }
  const difference = differenceOf(story, other)
  if (difference === null) return { same: true, words: `same as ${other.backend}` }
  return { same: false, words: `${other.backend}: ${difference}` }
}

function referenceOf(
  { prompt }: ToldStory,
  expected: readonly ExpectedText[],
): ToldStory | undefined {
  const found = expected.find((candidate) => candidate.prompt === prompt)
  return found && { ...found, tokens: EXPECTED_TOKENS, outcome: 'ended', backend: 'the reference' }
}

function firstOf({ prompt }: ToldStory, earlier: readonly ToldStory[]): ToldStory | undefined {
  return earlier.find((story) => story.prompt === prompt && story.outcome !== 'failed')
}

/** Stories of different lengths, or cut short, must agree as far as both go. */
function differenceOf(story: ToldStory, other: ToldStory): string | null {
  const isWhole = [story, other].every(({ outcome }) => outcome === 'ended')
  if (isWhole && story.tokens === other.tokens) return firstDifference(story.text, other.text)
  const length = Math.min(story.text.length, other.text.length)
  return firstDifference(story.text.slice(0, length), other.text.slice(0, length))
}
