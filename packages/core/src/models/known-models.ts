/**
 * What the code of a model knows about its rotations and a file of the model need not say: one
 * lookup for every reader. The facts of transformers' own models are recorded by running them
 * (`model-table.ts`); those of models whose code lies elsewhere are written by hand, each with its
 * source (`remote-models.ts`).
 */
import { show } from '../check.js'
import type { ModelFacts } from './model-facts.js'
import { MODEL_TABLE } from './model-table.js'
import { REMOTE_MODELS } from './remote-models.js'

let known: ReadonlyMap<string, ModelFacts> | undefined

/** The facts of a type; undefined for one that is in no table. */
export function modelFacts(type: unknown): ModelFacts | undefined {
  known ??= new Map(
    [...MODEL_TABLE, ...REMOTE_MODELS].flatMap(([facts, types]) =>
      types.split(' ').map((name) => [name, facts] as const),
    ),
  )
  if (typeof type !== 'string') return undefined
  // A model around a language model of its own is called like it.
  const facts = known.get(type) ?? known.get(`${type}_text`)
  return facts?.as === undefined ? facts : known.get(facts.as)
}

/** The known name that is spelled like this one but for capitals and signs: `llama` for `Llama`. */
export function likeName(given: unknown, known: readonly string[]): string | undefined {
  const plain = (name: unknown): string => show(name).toLowerCase().replace(/[-_.]/g, '')
  const wanted = plain(given)
  return known.find((name) => plain(name) === wanted)
}

/** Every type in the tables. */
export function knownModelTypes(): readonly string[] {
  modelFacts('')
  return [...(known?.keys() ?? [])]
}
