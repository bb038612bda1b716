/**
 * A state in one word with a mark before it, so that its colour is never the only sign.
 */
import type { JSX } from 'preact'

/** How a thing stands. */
export type Tone = 'good' | 'bad' | 'warn' | 'quiet' | 'busy'

const MARKS: Readonly<Record<Tone, string>> = {
  good: '✓',
  bad: '✕',
  warn: '!',
  quiet: '–',
  busy: '…',
}

/** A word with its mark. */
export function Badge({
  tone,
  words,
}: {
  readonly tone: Tone
  readonly words: string
}): JSX.Element {
  return (
    <span class={`badge ${tone}`}>
      <span aria-hidden="true">{MARKS[tone]}</span> {words}
    </span>
  )
}
