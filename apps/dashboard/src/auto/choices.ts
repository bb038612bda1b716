/**
 * What `@rope/auto` chose, as rows of a map: a column for each number of tokens, a line for each
 * kind of call. No drawing here, so that numbers can be tested.
 */
import { type AutoResult, countedCells, isRight } from '@rope/bench/auto'
import { shortCase } from '../charts/short-case.js'

/** One field of the map. */
export interface ChoiceField {
  readonly tokens: string
  /** `float32, in wasm`: the dtype, and whose memory it is. */
  readonly line: string
  /** Who was chosen; `nobody` where nobody could make the call. */
  readonly chosen: string
  readonly best: string | null
  /** The time of the chosen one over that of the best. */
  readonly ratio: number | null
  readonly verdict: 'right' | 'wrong' | 'no choice'
}

/** What the map says in one line. */
export interface ChoiceSummary {
  /** Kinds of calls in which there was something to choose. */
  readonly counted: number
  readonly right: number
  /** The worst choice, as a multiple of the best time; null where a choice has no time. */
  readonly worst: number | null
}

/** The fields, in the order of the result. */
export function choiceFields({ cells }: AutoResult): readonly ChoiceField[] {
  const counted = new Set(countedCells(cells))
  return cells.map((cell) => {
    const { id, tokens, memory, chosen, best, ratio } = cell
    const place = memory === 'foreign' ? 'ordinary' : `in ${memory}`
    const verdict = isRight(cell) ? 'right' : 'wrong'
    return {
      tokens: String(tokens),
      line: [shortCase(id, { tokens: false, dtype: true }), place].join(', '),
      ...{ chosen: chosen ?? 'nobody', best, ratio },
      verdict: counted.has(cell) ? verdict : 'no choice',
    }
  })
}

/** How often it was right, and how far off. */
export function choiceSummary({ cells }: AutoResult): ChoiceSummary {
  const counted = countedCells(cells)
  const ratios = counted.map(({ ratio }) => ratio)
  const isTimed = ratios.length > 0 && !ratios.includes(null)
  return {
    counted: counted.length,
    right: counted.filter(isRight).length,
    worst: isTimed ? Math.max(...ratios.map((ratio) => ratio ?? 0)) : null,
  }
}
