/**
 * Values: what comes out, against the two oracles, over the matrix of scenarios.
 */

import { PAIRINGS, type PairingName } from '../../contract/pairing.js'
import { DTYPES, type DType } from '../../numbers/dtype.js'
import { LAYOUTS, type Layout } from '../../plan/tensor.js'
import { runScenario } from '../calls/run-scenario.js'
import type { Scenario } from '../calls/scenario.js'
import { type ConformanceCase, defineCase } from '../case.js'
import { pick, type Random, seededRandom, seedOf } from '../memory/random.js'
import {
  COMBINED,
  CONTROL,
  DEVIATIONS,
  type Deviation,
  FLOAT16_ARRAYS,
  ROW_VARIANTS,
} from './matrix.js'

/** Every pairing with every dtype. */
export const KINDS: readonly (readonly [PairingName, DType])[] = PAIRINGS.flatMap((pairing) =>
  DTYPES.map((dtype): readonly [PairingName, DType] => [pairing, dtype]),
)

function scenarioOf(
  pairing: PairingName,
  dtype: DType,
  layout: Layout,
  deviations: readonly Deviation[],
): Scenario {
  const batch = layout === 'thd' ? { batch: 1 } : {}
  const changes = deviations.map(({ change }) => change)
  return Object.assign({}, CONTROL, { pairing, dtype, layout }, batch, ...changes)
}

function valuesCase(
  pairing: PairingName,
  dtype: DType,
  layout: Layout,
  deviations: readonly Deviation[],
): ConformanceCase {
  const scenario = scenarioOf(pairing, dtype, layout, deviations)
  const labels = deviations.length === 0 ? ['control'] : deviations.map(({ label }) => label)
  const path = [pairing, dtype, scenario.layout, ...labels].join('/')
  return defineCase('values', path, (trial) => runScenario(trial, scenario, seedOf(path)))
}

function casesOfKind([pairing, dtype]: readonly [PairingName, DType]): readonly ConformanceCase[] {
  const special = dtype === 'float16' ? FLOAT16_ARRAYS : dtype === 'float32' ? ROW_VARIANTS : []
  return [
    ...LAYOUTS.map((layout) => valuesCase(pairing, dtype, layout, [])),
    ...[...DEVIATIONS, ...special].map((one) => valuesCase(pairing, dtype, 'bshd', [one])),
  ]
}

/** A few deviations of different dimensions, in a layout drawn with them. */
function combination(random: Random): ConformanceCase {
  const [pairing, dtype] = pick(random, KINDS)
  const layout = pick(random, LAYOUTS)
  const deviations = COMBINED.filter(() => random() < 0.6).map((dimension) =>
    pick(random, dimension),
  )
  return valuesCase(pairing, dtype, layout, deviations)
}

const COMBINATIONS = 80
const COMBINATION_SEED = 20210420

/** The seeded combinations that are not among the cases already. */
function combinations(taken: ReadonlySet<string>): readonly ConformanceCase[] {
  const random = seededRandom(COMBINATION_SEED)
  const drawn = Array.from({ length: COMBINATIONS }, () => combination(random))
  const byId = new Map(drawn.map((one) => [one.id, one]))
  return [...byId.values()].filter(({ id }) => !taken.has(id))
}

/** The values family. */
export function valuesCases(): readonly ConformanceCase[] {
  const systematic = KINDS.flatMap(casesOfKind)
  return [...systematic, ...combinations(new Set(systematic.map(({ id }) => id)))]
}
