/**
 * The text of a config.json as Python's json module writes it, which is not quite JSON: it has the
 * words Infinity, -Infinity and NaN.
 */
import { RopeError } from '../../errors.js'

/** A string, which stays as it is, or one of Python's words outside of strings. */
const WORDS = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g

/** JSON for one match; NaN has none, so it becomes a text that no number is read from. */
function asJson(match: string): string {
  if (match.endsWith('Infinity')) return match.startsWith('-') ? '-1e999' : '1e999'
  return match === 'NaN' ? '"NaN"' : match
}

/**
 * The value of a config.json. `Infinity` is the number; `NaN` is the text "NaN", which every key
 * that matters refuses.
 *
 * @param text the file, decoded
 * @throws RopeError INVALID_FILE when it is neither JSON nor what Python writes
 *
 * @example
 * ```ts
 * const json = parseConfigJson(await readFile('config.json', 'utf8'))
 * const config = fromHuggingFace(json)
 * ```
 */
export function parseConfigJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    try {
      return JSON.parse(text.replace(WORDS, asJson))
    } catch {
      const problem = cause instanceof Error ? cause.message : String(cause)
      throw new RopeError('INVALID_FILE', `the text is not valid JSON: ${problem}`, { cause })
    }
  }
}
