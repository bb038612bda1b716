/**
 * The page: makes a session and shows it.
 */
import { render } from 'preact'
// biome-ignore lint/correctness/useImportExtensions: this one is data, not a module
import recorded from '../../recorded/mlm.json' with { type: 'json' }
import { RECIPES } from '../runs/recipe.js'
import { App } from './page/app.js'
import { PAGE_VISIBILITY } from './training/page-visibility.js'
import { createSession } from './training/session.js'
import { startLearnerWorker } from './training/start-worker.js'
import { fetchTextFile } from './training/text-file.js'

/** The seed that was recorded first, so that the live curves can be held against the faint ones. */
const SEED = recorded.outcomes[0]?.seed ?? 1

const root = document.getElementById('app')
if (root === null) throw new Error('the page has no element with the id app')
root.replaceChildren()
const recipe = RECIPES.mlm
const session = createSession(
  {
    ...{ recipe, seed: SEED },
    startWorker: startLearnerWorker,
    fetchText: () => fetchTextFile(document.baseURI),
    visibility: PAGE_VISIBILITY,
  },
  'sinusoidal',
)
render(<App session={session} recipe={recipe} recorded={recorded} />, root)
