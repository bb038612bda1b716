/**
 * What one kind of layer of a config.json is read from. Types only.
 */
import type { ModelFacts } from '../model-facts.js'
import type { Notes } from '../notes.js'
import type { Json } from './parameters.js'

/** The settings of the model, and those of one kind of layer. */
export interface LayerSource {
  readonly config: Json
  readonly facts: ModelFacts
  readonly notes: Notes
  readonly parameters: Json
  /** The kind of layer, and which layers are of it. */
  readonly name: string
  readonly layers: readonly number[] | null
}
