/**
 * A sentence with its gaps, numbered. Every sentence that can be chosen takes its room, seen or not,
 * and a text of about that length before they are loaded, so that nothing below moves.
 */
import type { JSX } from 'preact'
import type { SentenceText } from '../training/messages.js'

/** What is shown. */
export interface GappedSentenceProps {
  readonly sentences: readonly SentenceText[]
  readonly chosen: number
  /** Tokens in a sentence. */
  readonly tokens: number
}

/** A token is at most so long, on average. */
const LETTERS = 3.6

/** The sentence. */
export function GappedSentence({ sentences, chosen, tokens }: GappedSentenceProps): JSX.Element {
  const room = 'letters '.repeat(Math.ceil((LETTERS * tokens) / 8))
  return (
    <div class="sentences">
      <p class="unseen" aria-hidden="true">
        {room}
      </p>
      {sentences.length === 0 && (
        <p class="quiet">The sentences come with the text, at the start.</p>
      )}
      {sentences.map((sentence, i) => (
        <p key={sentence.texts[0]} class={i === chosen ? '' : 'unseen'} aria-hidden={i !== chosen}>
          … {withGaps(sentence)} …
        </p>
      ))}
    </div>
  )
}

function withGaps({ texts }: SentenceText): (string | JSX.Element)[] {
  return texts.flatMap((text, i) =>
    i === 0
      ? [text.trimStart()]
      : [
          ' ',
          <span class="gap" key={`gap ${i}`}>
            <span class="hidden-words">gap </span>
            {i}
          </span>,
          text,
        ],
  )
}
