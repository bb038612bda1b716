/**
 * A comparison of variants in words: the table while they train, and what came of it.
 */
import type { LossAt, VariantState } from '../runs/state.js'
import type { Series } from './chart.js'

/** What a loss is told in: nats of a masked token, or bits of a character. */
export interface Unit {
  readonly name: string
  /** What a loss in nats is multiplied by. */
  readonly scale: number
}

/** Nats per masked token. */
export const NATS: Unit = { name: 'nats', scale: 1 }
/** Bits per character. */
export const BITS: Unit = { name: 'bits', scale: 1 / Math.LN2 }

/** The table of all variants. */
export function comparisonTable(
  states: readonly VariantState[],
  steps: number,
  unit: Unit,
): string {
  const loss = (value: number | undefined): string =>
    (value === undefined ? '' : (value * unit.scale).toFixed(3)).padStart(9)
  const header = `${'positions'.padEnd(12)}${'step'.padStart(12)}${'training'.padStart(9)}${'held out'.padStart(9)}  @rope/auto`
  const rows = states.map(({ positions, step, training, heldOut, measured }) => {
    const end = measured === undefined ? '' : `${loss(measured.loss)} (${measured.backend})`
    const done = `${step} of ${steps}`.padStart(12)
    return `${positions.padEnd(12)}${done}${loss(training)}${loss(heldOut.at(-1)?.[1])}${end}`
  })
  return [header, ...rows].join('\n')
}

/** The held-out losses as lines of a chart. */
export function heldOutSeries(states: readonly VariantState[], unit: Unit): Series[] {
  return states.map(({ positions, heldOut }) => ({
    name: positions,
    points: heldOut.map(([step, loss]) => [step, loss * unit.scale] as const),
  }))
}

/**
 * What is true at the last step that all variants reached: one sentence per rival of RoPE.
 */
export function verdicts(states: readonly VariantState[], unit: Unit): string[] {
  const rope = states.find(({ positions }) => positions === 'rope')
  if (rope === undefined) return []
  return states
    .filter((state) => state !== rope)
    .flatMap((rival) => {
      const common = lastCommon(rope.heldOut, rival.heldOut)
      if (common === undefined) return [`rope and ${rival.positions} have no step in common yet`]
      const [step, ofRope, ofRival] = common
      const gap = (ofRival - ofRope) * unit.scale
      const word = Math.abs(gap) < TIE ? 'a tie with' : gap > 0 ? 'below' : 'above'
      const numbers = `${(ofRope * unit.scale).toFixed(3)} and ${(ofRival * unit.scale).toFixed(3)} ${unit.name}`
      return [
        `after ${step} steps the held-out loss with rope is ${word} that with ${rival.positions}: ${numbers}, a gap of ${gap.toFixed(3)}`,
      ]
    })
}

/** A gap that seeds alone can make. */
const TIE = 0.05

function lastCommon(
  a: readonly LossAt[],
  b: readonly LossAt[],
): readonly [step: number, a: number, b: number] | undefined {
  const others = new Map(b)
  const shared = a.flatMap(([step, loss]) => {
    const other = others.get(step)
    return other === undefined ? [] : [[step, loss, other] as const]
  })
  return shared.at(-1)
}
