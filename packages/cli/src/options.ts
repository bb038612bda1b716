/**
 * Values on the command line, parsed strictly: what is not entirely a number is not a number.
 */
import { PAIRINGS, type PairingName, RopeError } from '@rope/core'
import { checkPairing } from '@rope/core/backend'
import { InvalidArgumentError, Option } from 'commander'

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** A finite decimal number such as `12`, `-3`, `0.5` or `1e6`. */
export function parseNumber(text: string): number {
  const value = NUMBER.test(text.trim()) ? Number(text) : Number.NaN
  if (Number.isFinite(value)) return value
  throw new InvalidArgumentError('Accepted: a finite number such as 12, -3 or 0.5.')
}

/** Numbers separated by commas, such as `0,1,5`. */
export function parseNumbers(text: string): readonly number[] {
  return text.split(',').map((item, index) => {
    try {
      return parseNumber(item)
    } catch {
      throw new InvalidArgumentError(
        `Item ${index + 1} is ${JSON.stringify(item)}; accepted: finite numbers separated by commas, such as 0,1,5.`,
      )
    }
  })
}

/** Names separated by commas, such as `q,k`. */
export function parseNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.every((name) => name !== '')) return names
  throw new InvalidArgumentError('Accepted: names separated by commas, such as q,k.')
}

/** One of the pairings; what other programs call it is refused with the name that it has here. */
export function parsePairing(text: string): PairingName {
  try {
    return checkPairing(text, 'it')
  } catch (error) {
    const said = RopeError.isInstance(error) ? error.message : ''
    const [, advice] = /accepted: 'half' or 'interleaved'; (.*)/.exec(said) ?? []
    const more = advice === undefined ? '' : ` (${advice})`
    throw new InvalidArgumentError(`Allowed choices are ${PAIRINGS.join(', ')}.${more}`)
  }
}

/** `--json`, the same for every command that has it. */
export function jsonOption(): Option {
  return new Option('--json', 'print JSON instead of text')
}

/** `--backend NAME`, the same for every command that has it. */
export function backendOption(description: string): Option {
  return new Option('--backend <name>', description)
}

/** `--profile NAME`, the same for every command that has it. */
export function profileOption(): Option {
  return new Option(
    '--profile <name>',
    'one profile of a model that has several (see rope inspect)',
  )
}

/** `--pairing NAME`, the same for every command that has it. */
export function pairingOption(): Option {
  return new Option(
    '--pairing <name>',
    "which channels form a pair, instead of the model's own pairing",
  )
    .choices(PAIRINGS)
    .argParser(parsePairing)
}

/** `--length N`: a whole number of tokens. */
export function lengthOption(description: string): Option {
  return new Option('--length <n>', description).argParser((text) => {
    const length = parseNumber(text)
    if (Number.isSafeInteger(length) && length > 0) return length
    throw new InvalidArgumentError('Accepted: a whole number above 0.')
  })
}
