/**
 * A sentence with gaps, and what each model would put into them.
 */
import type { JSX } from 'preact'
import type { Recipe } from '../../runs/recipe.js'
import { Card } from '../page/card.js'
import { ModelName } from '../page/model-name.js'
import { Select } from '../page/select.js'
import { Table } from '../page/table.js'
import { describeShare, NOTHING } from '../page/words.js'
import type { Guess, SentenceText } from '../training/messages.js'
import type { ModelState } from '../training/model-state.js'
import { BEST, GAPS, READ_EVERY, SENTENCES } from '../training/reading.js'
import { GappedSentence } from './gapped-sentence.js'

/** What the card shows. */
export interface GuessesCardProps {
  readonly models: readonly ModelState[]
  readonly sentences: readonly SentenceText[]
  readonly recipe: Recipe
  /** Which sentence. */
  readonly chosen: number
  onChoose(sentence: number): void
}

/** The card. */
export function GuessesCard(props: GuessesCardProps): JSX.Element {
  const { models, sentences, recipe, chosen, onChoose } = props
  const answers = sentences[chosen]?.answers
  return (
    <Card id="guesses" title="What would you fill in?">
      <Select
        id="sentence"
        label="Sentence, from a speech that no model learns from"
        options={Array.from({ length: SENTENCES }, (_, i) => [String(i), `Sentence ${i + 1}`])}
        chosen={String(chosen)}
        onChange={(value) => onChoose(Number(value))}
      />
      <GappedSentence sentences={sentences} chosen={chosen} tokens={recipe.model.tokens} />
      <Table
        caption="the likeliest guesses for each gap"
        columns={[
          'Gap',
          ...models.map(({ positions, snapshot }) => (
            <>
              <ModelName positions={positions} />
              <small>{snapshot === null ? 'not begun' : `after ${snapshot.step} steps`}</small>
            </>
          )),
        ]}
        rows={Array.from({ length: GAPS }, (_, gap) => [
          <>
            {gap + 1}
            <small>{answers?.[gap] ?? NOTHING}</small>
          </>,
          ...models.map(({ positions, snapshot }) => (
            <Guesses
              key={positions}
              guesses={snapshot?.readings[chosen]?.guesses[gap] ?? []}
              answer={answers?.[gap]}
            />
          )),
        ])}
      />
      <p class="quiet">
        Below each number stands what was said. Both models guess anew every {READ_EVERY} steps.
      </p>
    </Card>
  )
}

interface GuessesProps {
  readonly guesses: readonly Guess[]
  readonly answer: string | undefined
}

function Guesses({ guesses, answer }: GuessesProps): JSX.Element {
  return (
    <ol class="guesses">
      {Array.from({ length: BEST }, (_, i) => {
        const guess = guesses[i]
        if (guess === undefined) return <li key={i}>{NOTHING}</li>
        const isRight = guess.text === answer
        return (
          <li key={i} class={isRight ? 'right' : ''}>
            <span>
              {isRight && <span aria-hidden="true">✓ </span>}
              {guess.text}
              {isRight && <span class="hidden-words"> (right)</span>}
            </span>{' '}
            <small>{describeShare(guess.probability)}</small>
          </li>
        )
      })}
    </ol>
  )
}
