/**
 * A case from its id, as results and links carry it: the way back from `caseId`.
 */
import { DTYPES, PAIRINGS, RopeError } from '@rope/core'
import { show } from '@rope/core/backend'
import { text } from '../readers.js'
import { MODEL_SHAPES } from './model-shape.js'
import { LAYOUTS, MOST_TOKENS, PLACES, type RotationCase } from './rotation-case.js'

/** A part of an id with the values that it may have. */
function oneOf<Value extends string>(
  accepted: readonly Value[],
  part: string | undefined,
  what: string,
): Value {
  const found = accepted.find((value) => value === part)
  if (found !== undefined) return found
  throw refusal(`${what} ${show(part ?? '')}; accepted: ${accepted.join(', ')}`)
}

function refusal(problem: string): RopeError {
  return new RopeError(
    'INVALID_OPTION',
    `the id of a case has ${problem}; ids look like 'llama-3-8b/4096/float32/half/bshd/in-place'`,
    { field: 'case' },
  )
}

function tokensOf(part: string | undefined): number {
  const tokens = /^[1-9]\d{0,6}$/.test(part ?? '') ? Number(part) : 0
  if (tokens >= 1 && tokens <= MOST_TOKENS) return tokens
  throw refusal(`${show(part ?? '')} tokens; accepted: 1 to ${MOST_TOKENS}`)
}

/**
 * The case with this id.
 *
 * @param id such as `llama-3-8b/4096/float32/half/bshd/in-place`
 * @throws RopeError INVALID_OPTION for what is no id; the message names the part that is wrong
 */
export function caseOf(id: string): RotationCase {
  const [model, tokens, dtype, pairing, layout, place, ...rest] = text(id, 'id').split('/')
  if (rest.length > 0) throw refusal(`${rest.length} parts too many`)
  const names = MODEL_SHAPES.map(({ name }) => name)
  const name = oneOf(names, model, 'model')
  const shape = MODEL_SHAPES.find((candidate) => candidate.name === name)
  if (shape === undefined) throw refusal(`model ${name}`)
  return {
    shape,
    tokens: tokensOf(tokens),
    dtype: oneOf(DTYPES, dtype, 'dtype'),
    pairing: oneOf(PAIRINGS, pairing, 'pairing'),
    layout: oneOf(LAYOUTS, layout, 'layout'),
    place: oneOf(PLACES, place, 'place'),
  }
}
