/**
 * A pairing by its name; what other libraries call it is refused with the name that it has here.
 */
import { checkWord, rejectBecause, show } from '../check.js'
import type { RopeErrorCode } from '../errors.js'
import { PAIRINGS, type PairingName } from './pairing.js'

/** Names elsewhere, without capitals and signs: of libraries and functions. */
const ELSEWHERE: Readonly<Record<PairingName, readonly string[]>> = {
  half: [
    ...['neox', 'gptneox', 'ropetypeneox'],
    ...['rotatehalf', 'halfrotate', 'halfhalf', 'splithalf', 'halfsplit', 'halves'],
    ...['hf', 'huggingface', 'transformers', 'noninterleaved'],
    ...['nontraditional'],
  ],
  interleaved: [
    ...['gptj', 'rotateeverytwo', 'everytwo', 'norm', 'normal', 'ropetypenorm'],
    ...['adjacent', 'interleave', 'interleaving', 'alternating', 'evenodd', 'pairwise'],
    ...['complex', 'roformer', 'meta', 'traditional'],
  ],
}

/** Names that stand for either, and what decides. */
const EITHER: Readonly<Record<string, string>> = {
  llama:
    "of Llama there are both: weights of the Hugging Face Hub are 'half'; Meta's own, and those in GGUF files, 'interleaved'",
}

/** `GGML_ROPE_TYPE_NEOX`, `ggml norm` and `gpt-neox` as the list has them. */
function plain(name: string): string {
  const letters = name
    .slice(0, 64)
    .toLowerCase()
    .replace(/[^a-z0-9]|^is_?|[_-]?style$/g, '')
  const own = letters.replace(/^(?:llamacpp|llama|ggml|gguf)(?=.)/, '')
  return own !== letters && /^\d+$/.test(own) ? 'llama' : own
}

function adviceFor(given: string): string | undefined {
  const name = plain(given)
  if (Object.hasOwn(EITHER, name)) return EITHER[name]
  const known = PAIRINGS.find((pairing) => ELSEWHERE[pairing].includes(name))
  return known && `what is called ${show(given)} elsewhere is '${known}' here`
}

/**
 * One of the pairings.
 *
 * @throws RopeError of the given kind; for a name of another library it says which pairing it is
 */
export function checkPairing(
  value: unknown,
  field: string,
  code: RopeErrorCode = 'INVALID_OPTION',
): PairingName {
  const advice = typeof value === 'string' ? adviceFor(value) : undefined
  if (advice === undefined) return checkWord(value, field, PAIRINGS, code)
  return rejectBecause(
    code,
    field,
    `is ${show(value)}; accepted: 'half' or 'interleaved'; ${advice}`,
  )
}
