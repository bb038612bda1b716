/**
 * The four files of a model: parses them and checks that they belong together. Where they lie, on a
 * disk or behind an address, is the reader's business.
 */

import { type PairingName, type RopeConfig, RopeError } from '@rope/core'
import { fromHuggingFace } from '@rope/core/huggingface'
import { parseSafetensors } from '@rope/core/safetensors'
import { type ModelConfig, readModelConfig } from './model-config.js'
import { readTokenizer, type Tokenizer } from './tokenizer.js'
import { countParameters, permuteWeights, readWeights, type Weights } from './weights.js'

/**
 * Reads one file of a model by its name, such as `config.json`; rejects with a RopeError
 * INVALID_FILE that says why it cannot.
 */
export type ReadFile = (name: string) => Promise<Uint8Array>

/** A model as it was read: weights in the pairing of Hugging Face, `half`. */
export interface ModelFiles {
  readonly config: ModelConfig
  readonly tokenizer: Tokenizer
  readonly parameters: number
  /** The RoPE config for a pairing. */
  ropeConfig(pairing: PairingName): RopeConfig
  /** The weights for a pairing. */
  weights(pairing: PairingName): Weights
}

/** A prompt and the text that greedy decoding makes of it. */
export interface ExpectedText {
  readonly prompt: string
  readonly text: string
}

/**
 * Reads a model.
 *
 * @throws RopeError INVALID_FILE or INVALID_CONFIG when a file is missing, damaged, or does not
 *   fit the others
 */
export async function readModel(read: ReadFile): Promise<ModelFiles> {
  const [configBytes, tokenizerBytes, weightBytes] = await Promise.all([
    read('config.json'),
    read('tokenizer.json'),
    read('model.safetensors'),
  ])
  const json = parseJson('config.json', configBytes)
  const config = readModelConfig(json)
  const tokenizer = readTokenizer(parseJson('tokenizer.json', tokenizerBytes), config.startToken)
  if (tokenizer.size !== config.vocabularySize) {
    fail(
      `tokenizer.json has ${tokenizer.size} pieces, but config.json a vocab_size of ${config.vocabularySize}; use the files of one model`,
    )
  }
  const file = parseSafetensors(weightBytes, { source: 'model.safetensors' })
  const halfWeights = readWeights(file, config)
  return {
    config,
    tokenizer,
    parameters: countParameters(file),
    ropeConfig: (pairing) => fromHuggingFace(json, { pairing }),
    weights: (pairing) =>
      pairing === 'half' ? halfWeights : permuteWeights(halfWeights, config, 'half', pairing),
  }
}

/**
 * Reads the texts that the model must tell, token for token.
 *
 * @throws RopeError INVALID_FILE when the file is missing or holds none
 */
export async function readExpectedTexts(read: ReadFile): Promise<readonly ExpectedText[]> {
  const json = parseJson('expected.json', await read('expected.json')) as {
    readonly cases?: unknown
  } | null
  const cases = json?.cases
  if (Array.isArray(cases) && cases.length > 0 && cases.every(isExpectedText)) return cases
  return fail(
    'expected.json holds no texts; accepted: { "cases": [{ "prompt": ..., "text": ... }] }',
  )
}

function isExpectedText(value: unknown): value is ExpectedText {
  const { prompt, text } = (value ?? {}) as Partial<Record<keyof ExpectedText, unknown>>
  return typeof prompt === 'string' && typeof text === 'string'
}

function parseJson(name: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return fail(`${name} of the model is not JSON in UTF-8; fetch the project again`)
  }
}

function fail(message: string): never {
  throw new RopeError('INVALID_FILE', message)
}
