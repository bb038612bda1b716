/**
 * One story: a prompt, a rope and a pairing in; text out, piece by piece, and the time taken.
 */
import { type PairingName, type Rope, RopeError } from '@rope/core'
import { generate } from './generate.js'
import { Llama } from './model.js'
import type { ModelFiles } from './model-files.js'

/** What to tell. */
export interface StoryOptions {
  /** What rotates, made of the model's RoPE config for this pairing. */
  readonly rope: Rope
  readonly pairing: PairingName
  readonly prompt: string
  /** Most tokens, those of the prompt included. */
  readonly tokens: number
}

/** A story that can be told: everything that could be wrong has been checked. */
export interface Story {
  /**
   * Tells it once, until its end or until `signal` is aborted, whichever comes first.
   *
   * @param onText gets each piece of text, the prompt's too, as soon as it is known
   */
  tell(onText: OnText, signal?: AbortSignal): Promise<StoryTime>
}

/** Receives a piece of text and the time so far; the story waits for what it returns. */
export type OnText = (text: string, time: StoryTime) => void | Promise<void>

/** How long a story took. */
export interface StoryTime {
  /** Tokens the model was run on. */
  readonly tokens: number
  readonly milliseconds: number
  /** The part of `milliseconds` spent in RoPE. */
  readonly ropeMilliseconds: number
}

/**
 * Makes a story ready to be told.
 *
 * @throws RopeError INVALID_OPTION when the prompt leaves no room for a story, or the model's context
 *   has no room for `tokens`
 */
export function prepareStory(files: ModelFiles, options: StoryOptions): Story {
  const { rope, pairing, tokens } = options
  const prompt = encodePrompt(files, options.prompt, tokens)
  const model = new Llama(files.config, files.weights(pairing), rope, tokens)
  return { tell: (onText, signal) => tell(files, model, { prompt, tokens, onText, signal }) }
}

interface TellOptions {
  readonly prompt: readonly number[]
  readonly tokens: number
  readonly onText: OnText
  readonly signal: AbortSignal | undefined
}

async function tell(files: ModelFiles, model: Llama, options: TellOptions): Promise<StoryTime> {
  const { config, tokenizer } = files
  const { onText, signal } = options
  const text = tokenizer.stream()
  const start = performance.now()
  let tokens = 0
  const time = (): StoryTime => ({
    tokens,
    milliseconds: performance.now() - start,
    ropeMilliseconds: model.ropeTime,
  })
  const stopAt = [config.startToken, config.endToken]
  for await (const token of generate(model, { ...options, stopAt })) {
    tokens += 1
    await onText(text.push(token), time())
    if (signal?.aborted === true) break
  }
  await onText(text.end(), time())
  return time()
}

/** The prompt's tokens, the start token first, if they leave room for a story. */
function encodePrompt(files: ModelFiles, prompt: string, tokens: number): number[] {
  const { config, tokenizer } = files
  if (!(Number.isInteger(tokens) && tokens >= 1 && tokens <= config.contextLength)) {
    reject(
      'tokens',
      `${tokens} tokens are asked for; accepted: 1 to ${config.contextLength}, the model's context`,
    )
  }
  // Encoding takes quadratic time, so a prompt that cannot fit is not encoded.
  const least = Math.ceil(prompt.length / tokenizer.longestPiece)
  if (least > tokens) rejectPrompt(`at least ${least}`, tokens)
  const encoded = tokenizer.encode(prompt)
  const taken = encoded.length - 1
  if (taken >= tokens) rejectPrompt(`${taken}`, tokens)
  return encoded
}

function rejectPrompt(taken: string, tokens: number): never {
  const fix = 'shorten it or raise the number of tokens'
  return reject(
    'prompt',
    `the prompt takes ${taken} of ${tokens} tokens and leaves none for a story; ${fix}`,
  )
}

function reject(field: string, message: string): never {
  throw new RopeError('INVALID_OPTION', message, { field })
}
