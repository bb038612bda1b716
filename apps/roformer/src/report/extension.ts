/**
 * What schedules make of a model that has outgrown its context, in words and lines.
 */
import type { ExtensionOutcome } from '../extension/extend-model.js'
import { LENGTHS, type LossesAt } from '../extension/measure-lengths.js'
import type { Series } from './chart.js'
import type { Unit } from './comparison.js'

/** Before or after fine-tuning. */
export type Stage = 'before' | 'after'

/** The loss of the same last characters with ever more context, a row per schedule. */
export function extensionTable(
  outcomes: readonly ExtensionOutcome[],
  stage: Stage,
  unit: Unit,
): string {
  const header = `${'schedule'.padEnd(14)}${LENGTHS.map((length) => String(length).padStart(9)).join('')}`
  const rows = outcomes.map((outcome) => {
    const losses = outcome[stage].map(({ last }) => (last * unit.scale).toFixed(3).padStart(9))
    return `${outcome.name.padEnd(14)}${losses.join('')}`
  })
  return [header, ...rows].join('\n')
}

/** The loss by position at the greatest length, as lines of a chart. */
export function positionSeries(
  outcomes: readonly ExtensionOutcome[],
  stage: Stage,
  unit: Unit,
): Series[] {
  return outcomes.map((outcome) => ({
    name: outcome.name,
    points: pointsOf(outcome[stage].at(-1), unit),
  }))
}

function pointsOf(losses: LossesAt | undefined, unit: Unit): [number, number][] {
  const { byPosition = [], length = 0 } = losses ?? {}
  const each = length / byPosition.length
  return byPosition.map((loss, i) => [(i + 0.5) * each, loss * unit.scale])
}

/**
 * Sentences that the numbers make true: which schedules hold what the trained length gave, and which
 * is best, at the greatest length.
 */
export function extensionVerdicts(outcomes: readonly ExtensionOutcome[], unit: Unit): string[] {
  const trained = outcomes.find(({ name }) => name === 'default')?.before[0]?.last
  if (trained === undefined) return []
  const window = `the ${(trained * unit.scale).toFixed(3)} ${unit.name} of a window of ${LENGTHS[0]}`
  return (['before', 'after'] as const).map((stage) => {
    const ends = outcomes
      .map(({ name, [stage]: losses }) => ({ name, loss: losses.at(-1)?.last ?? Number.NaN }))
      .sort((a, b) => a.loss - b.loss)
    const say = ({ name, loss }: (typeof ends)[number]): string =>
      `${name} ${(loss * unit.scale).toFixed(3)}`
    const better = ends.filter(({ loss }) => loss < trained)
    const verdict =
      better.length === 0
        ? `no schedule is better than ${window}`
        : `better than ${window}: ${better.map(({ name }) => name).join(', ')}`
    const when = stage === 'before' ? 'as trained' : 'fine-tuned'
    return `${when}, the same characters with a context of ${LENGTHS.at(-1)}: ${ends.map(say).join(', ')}; ${verdict}`
  })
}
