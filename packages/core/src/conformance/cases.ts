/**
 * All cases of the suite, in a fixed order. Ids are unique and stable.
 */
import type { ConformanceCase } from './case.js'
import { contractCases } from './contract/contract.js'
import { gigabytesCases } from './contract/gigabytes.js'
import { goldenCases } from './golden/golden.js'
import { propertiesCases } from './properties/properties.js'
import { valuesCases } from './values/values.js'

/** Which cases: those whose id starts with a text, or passes a test. */
export type CaseFilter = string | ((id: string) => boolean)

/** What is among the cases beside those that are quick. */
export interface CaseOptions {
  /** Cases that need gigabytes of addresses or memory as well; false when absent. */
  readonly large?: boolean | undefined
}

/**
 * The cases of the suite.
 *
 * @param filter all of them when absent
 * @param options whether the large ones are among them
 *
 * @example
 * ```ts
 * conformanceCases('contract/tails').length
 * ```
 */
export function conformanceCases(
  filter?: CaseFilter,
  { large = false }: CaseOptions = {},
): readonly ConformanceCase[] {
  const quick = [...valuesCases(), ...goldenCases(), ...propertiesCases(), ...contractCases()]
  const all = large ? [...quick, ...gigabytesCases()] : quick
  if (filter === undefined) return all
  const keep = typeof filter === 'string' ? (id: string) => id.startsWith(filter) : filter
  return all.filter(({ id }) => keep(id))
}
