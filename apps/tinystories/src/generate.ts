/**
 * Greedy decoding: the model reads the prompt, then its best-scored token is always the next one.
 */
import { indexOfLargest } from './matrix.js'
import type { Llama } from './model.js'

/** What to generate. */
export interface GenerateOptions {
  /** The tokens to begin with; the first one starts the story and is not yielded. */
  readonly prompt: readonly number[]
  /** Most tokens to yield, those of the prompt included. */
  readonly tokens: number
  /** Tokens that end the story. */
  readonly stopAt: readonly number[]
}

/** Yields the prompt's tokens and then the story's, each as soon as it is known. */
export async function* generate(model: Llama, options: GenerateOptions): AsyncGenerator<number> {
  const { prompt, tokens, stopAt } = options
  let token = prompt[0] ?? 0
  for (let position = 0; position < tokens; position += 1) {
    const scores = await model.forward(token, position)
    const prompted = prompt[position + 1]
    token = prompted ?? indexOfLargest(scores)
    if (prompted === undefined && stopAt.includes(token)) return
    yield token
  }
}
