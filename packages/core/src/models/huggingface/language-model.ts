/**
 * The language model's settings within a config.json: multimodal models keep them one or two levels
 * down, beside those of their towers.
 */
import { isRecord, readDocument, reject } from '../../check.js'
import type { Json } from './parameters.js'

/** Where a language model lies within a larger one, the outer ones first. */
const WITHIN: readonly string[] = [
  ...['thinker_config', 'text_config', 'llm_config', 'language_config', 'vlm_config'],
]

/** More levels than any file has. */
const DEEPEST = 4

/** The part that holds a language model; undefined where the settings are the model's own. */
function innerKey(config: Json): string | undefined {
  const found = WITHIN.find((key) => isRecord(config[key]))
  if (found !== undefined) return found
  // Other models have a small decoder beside their own layers.
  const isOuter = config.hidden_size === undefined && isRecord(config.decoder)
  return isOuter ? 'decoder' : undefined
}

/**
 * The settings of the language model within a parsed config.json: all of them, or what lies in `text_config`,
 * `thinker_config`, `llm_config`, `language_config`, `vlm_config` or `decoder`. A part without a
 * `model_type` keeps that of the model around it.
 *
 * @throws RopeError INVALID_CONFIG for what is no parsed config.json
 */
export function languageModel(config: Json): Json {
  const read = readDocument(config, 'the file', 'INVALID_CONFIG')
  let own = isRecord(read) ? read : reject('INVALID_CONFIG', 'config.json', config, 'a JSON object')
  for (let depth = 0; depth < DEEPEST; depth++) {
    const key = innerKey(own)
    if (key === undefined) return own
    own = { model_type: own.model_type, ...(own[key] as Json) }
  }
  return own
}
