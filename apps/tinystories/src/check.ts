/**
 * `--check`: every expected text, with every available backend and both pairings. Greedy decoding
 * takes the best of 512 tokens 256 times, so one wrong rotation soon tells another story.
 */

import { absenceText, type BackendEntry, detectBackends } from '@rope/auto/backends'
import { createRope, PAIRINGS, type PairingName, RopeError } from '@rope/core'
import type { Backend } from '@rope/core/backend'
import type { ExpectedText, ModelFiles } from './model-files.js'
import { openBackend } from './open-backend.js'
import { prepareStory } from './story.js'

/** The length of the expected texts, in tokens after the start token. */
export const EXPECTED_TOKENS = 256

/** What came of one backend, pairing and prompt, in words; passed or not. */
export interface CheckResult {
  readonly passed: boolean
  readonly line: string
}

/** What to check. */
export interface CheckOptions {
  readonly backends: readonly BackendEntry[]
  /** One backend only, by name; all that are available when absent. */
  readonly backend?: string
  readonly texts: readonly ExpectedText[]
  /** Receives one line about each backend that cannot run here. */
  readonly onSkip: (line: string) => void
}

/**
 * Yields one result per backend, pairing and text, as soon as each is known.
 *
 * @throws RopeError UNAVAILABLE when the named backend, or every one, cannot run here
 */
export async function* check(
  files: ModelFiles,
  options: CheckOptions,
): AsyncGenerator<CheckResult> {
  for (const name of await namesOf(options)) {
    const backend = await openBackend(name, options.backends)
    try {
      for (const pairing of PAIRINGS) {
        for (const text of options.texts) yield await checkText(files, backend, pairing, text)
      }
    } finally {
      backend.dispose()
    }
  }
}

/**
 * Where two texts differ first, with what stands there in each; null when they are equal.
 * The place is counted in UTF-16 units from 0.
 */
export function firstDifference(found: string, expected: string): string | null {
  if (found === expected) return null
  let at = 0
  while (at < found.length && found[at] === expected[at]) at += 1
  const excerpt = (text: string): string => JSON.stringify(text.slice(at, at + 24))
  const before = JSON.stringify(found.slice(Math.max(0, at - 24), at))
  return `differs at character ${at}, after ${before}: expected ${excerpt(expected)}, found ${excerpt(found)}`
}

/** What to open: undefined stands for any, so that opening it says why there is none. */
async function namesOf(options: CheckOptions): Promise<readonly (string | undefined)[]> {
  if (options.backend !== undefined) return [options.backend]
  const names: string[] = []
  for (const found of await detectBackends(options.backends)) {
    if (found.available) {
      found.discard()
      names.push(found.name)
    } else options.onSkip(`${found.name} is not available: ${absenceText(found)}`)
  }
  return names.length === 0 ? [undefined] : names
}

async function checkText(
  files: ModelFiles,
  backend: Backend,
  pairing: PairingName,
  { prompt, text }: ExpectedText,
): Promise<CheckResult> {
  const subject = `${backend.name}, ${pairing}, ${JSON.stringify(prompt)}`
  let found = ''
  try {
    const rope = createRope(files.ropeConfig(pairing), { backend })
    const story = prepareStory(files, { rope, pairing, prompt, tokens: EXPECTED_TOKENS })
    await story.tell((piece) => {
      found += piece
    })
  } catch (error) {
    if (!RopeError.isInstance(error)) throw error
    return { passed: false, line: `FAIL ${subject}: ${error.message}` }
  }
  const difference = firstDifference(found, text)
  if (difference !== null) return { passed: false, line: `FAIL ${subject}: ${difference}` }
  return { passed: true, line: `pass ${subject}: the expected ${text.length} characters` }
}
