/**
 * Models that rotate only part of a head, by the conventions they use. Two things are independent
 * everywhere: the span that pairs up (`rotaryDim`, `windowOffset`) and what the exponents divide by
 * (the span, unless the schedule states `exponentDim`).
 */
import { checkAtLeast, checkInteger, checkRecord, checkWord, reject } from '../check.js'

/** The span of a head that pairs up. */
export interface RotarySpan {
  readonly headDim: number
  readonly rotaryDim: number
  readonly windowOffset: number
}

/** How a model says which part of a head turns. */
export type PartialConvention =
  /** The first `floor(headDim * share)` channels; exponents divide by as many. */
  | { readonly rule: 'leading'; readonly share: number }
  /** The first `rotaryDim` channels. */
  | { readonly rule: 'fixed'; readonly rotaryDim: number }
  /** The last `rotaryDim` channels, after those without position. */
  | { readonly rule: 'trailing'; readonly rotaryDim: number }
  /** All channels pair up, the first `share` of the pairs turns: schedule `proportional`. */
  | { readonly rule: 'proportional'; readonly share: number }
  /** Three equal axes of even width; what is left over passes. */
  | { readonly rule: 'thirds' }

/** Conventions by model family; the numbers are those of their released configs. */
export const PARTIAL_ROTARY: Readonly<
  Record<
    | 'gpt-neox'
    | 'stablelm'
    | 'qwen3-next'
    | 'qwen3.5'
    | 'nemotron'
    | 'glm'
    | 'zaya'
    | 'bamba'
    | 'laguna-full'
    | 'mimo-v2'
    | 'musicflamingo'
    | 'gptj'
    | 'codegen'
    | 'minimax'
    | 'deepseek-v3'
    | 'deepseek-v4'
    | 'gemma-4-full'
    | 'minimax-m3-vl',
    PartialConvention
  >
> = {
  'gpt-neox': { rule: 'leading', share: 0.25 },
  stablelm: { rule: 'leading', share: 0.25 },
  'qwen3-next': { rule: 'leading', share: 0.25 },
  'qwen3.5': { rule: 'leading', share: 0.25 },
  nemotron: { rule: 'leading', share: 0.5 },
  glm: { rule: 'leading', share: 0.5 },
  zaya: { rule: 'leading', share: 0.5 },
  bamba: { rule: 'leading', share: 0.5 },
  'laguna-full': { rule: 'leading', share: 0.5 },
  'mimo-v2': { rule: 'leading', share: 0.334 },
  musicflamingo: { rule: 'leading', share: 0.2 },
  gptj: { rule: 'fixed', rotaryDim: 64 },
  codegen: { rule: 'fixed', rotaryDim: 64 },
  minimax: { rule: 'fixed', rotaryDim: 64 },
  'deepseek-v3': { rule: 'trailing', rotaryDim: 64 },
  'deepseek-v4': { rule: 'trailing', rotaryDim: 64 },
  'gemma-4-full': { rule: 'proportional', share: 0.25 },
  'minimax-m3-vl': { rule: 'thirds' },
}

const RULES = ['leading', 'fixed', 'trailing', 'proportional', 'thirds'] as const

function checkConvention(given: PartialConvention): PartialConvention {
  const convention = checkRecord(given, 'convention', "{ rule: 'leading', share } or the like")
  const rule = checkWord(convention.rule, 'convention.rule', RULES)
  if (rule === 'leading' || rule === 'proportional') {
    return { rule, share: checkAtLeast(convention.share, 'convention.share', 0) }
  }
  if (rule === 'thirds') return { rule }
  return { rule, rotaryDim: checkInteger(convention.rotaryDim, 'convention.rotaryDim', 2, 65536) }
}

function widthOf(convention: PartialConvention, headDim: number): number {
  switch (convention.rule) {
    // The product is a float and rounds down, as int() does: 192 * 0.334 gives 64.
    case 'leading':
      return Math.floor(headDim * convention.share)
    case 'proportional':
      return headDim
    case 'thirds':
      return 6 * Math.floor(Math.floor((2 * Math.floor(headDim / 2)) / 3) / 2)
    default:
      return convention.rotaryDim
  }
}

/**
 * The span of a head that a convention pairs up, to be spread into options.
 *
 * @param convention a model family of `PARTIAL_ROTARY`, or a rule
 * @param headDim channels per head
 * @throws RopeError INVALID_OPTION when the span is odd, empty or wider than the head
 *
 * @example
 * ```ts
 * partialRotary('mimo-v2', 192) // { headDim: 192, rotaryDim: 64, windowOffset: 0 }
 * partialRotary('deepseek-v3', 192) // { headDim: 192, rotaryDim: 64, windowOffset: 128 }
 * ```
 */
export function partialRotary(
  convention: keyof typeof PARTIAL_ROTARY | PartialConvention,
  headDim: number,
): RotarySpan {
  const names = Object.keys(PARTIAL_ROTARY) as (keyof typeof PARTIAL_ROTARY)[]
  checkInteger(headDim, 'headDim', 2, 65536)
  const rule =
    typeof convention === 'object'
      ? checkConvention(convention)
      : PARTIAL_ROTARY[checkWord(convention, 'convention', names)]
  const rotaryDim = checkInteger(widthOf(rule, headDim), 'rotaryDim', 2, headDim)
  if (rotaryDim % 2 !== 0) {
    reject('INVALID_OPTION', 'rotaryDim', rotaryDim, 'an even width; channels rotate in pairs')
  }
  const windowOffset = rule.rule === 'trailing' ? headDim - rotaryDim : 0
  return { headDim, rotaryDim, windowOffset }
}
