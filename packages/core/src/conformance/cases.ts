/**
 * All cases of the suite, in a fixed order. Ids are unique and stable.
 */
import type { ConformanceCase } from './case.js'
import { contractCases } from './contract.js'
import { goldenCases } from './golden.js'
import { propertiesCases } from './properties.js'
import { valuesCases } from './values.js'

/** Which cases: those whose id starts with a text, or passes a test. */
export type CaseFilter = string | ((id: string) => boolean)

/**
 * The cases of the suite.
 *
 * @param filter all of them when absent
 *
 * @example
 * ```ts
 * conformanceCases('contract/tails').length
 * ```
 */
export function conformanceCases(filter?: CaseFilter): readonly ConformanceCase[] {
  const all = [...valuesCases(), ...goldenCases(), ...propertiesCases(), ...contractCases()]
  if (filter === undefined) return all
  const keep = typeof filter === 'string' ? (id: string) => id.startsWith(filter) : filter
  return all.filter(({ id }) => keep(id))
}
