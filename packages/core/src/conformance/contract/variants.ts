/**
 * Variants: what deviates from a call, by name, as lists that can be multiplied. A family of cases
 * is a control and a few such lists.
 */

import type { PairingName } from '../../contract/pairing.js'
import type { DType } from '../../numbers/dtype.js'
import { needDType } from '../calls/numbers.js'
import { type RawCall, runRaw } from '../calls/raw.js'
import { type ConformanceCase, defineCase, type Trial, tryEach } from '../case.js'
import { seedOf } from '../memory/random.js'
import { KINDS } from '../values/values.js'

/** Deviations by what a message calls them. */
export type Variants = Readonly<Record<string, Partial<RawCall>>>

/** Every variant of one list with every variant of the other; both may not deviate in one thing. */
export function cross(first: Variants, second: Variants): Variants {
  return Object.fromEntries(
    Object.entries(first).flatMap(([a, change]) =>
      Object.entries(second).map(([b, other]) => [`${a}, ${b}`, { ...change, ...other }]),
    ),
  )
}

/** The first list, each variant with one of the second in turn. */
export function alternate(first: Variants, second: Variants): Variants {
  const others = Object.entries(second)
  return Object.fromEntries(
    Object.entries(first).map(([a, change], i) => {
      const [b, other] = others[i % others.length] as readonly [string, Partial<RawCall>]
      return [`${a}, ${b}`, { ...change, ...other }]
    }),
  )
}

/** A call without what every case states: pairing, dtype and seed. */
export type Control = Omit<RawCall, 'dtype' | 'pairing' | 'seed'>

/** Judges one pairing and dtype. */
export type KindBody = (
  trial: Trial,
  kind: readonly [PairingName, DType],
  seed: number,
) => void | Promise<void>

/** One case per pairing and dtype. */
export function kindCases(
  path: string,
  body: KindBody,
  kinds: typeof KINDS = KINDS,
): readonly ConformanceCase[] {
  return kinds.map((kind) => {
    const id = `${path}/${kind.join('/')}`
    return defineCase('contract', id, async (trial) => {
      needDType(trial, kind[1])
      await body(trial, kind, seedOf(id))
    })
  })
}

/** One case per pairing and dtype, which tries every variant of the control. */
export function variantCases(
  path: string,
  control: Control,
  variants: Variants,
): readonly ConformanceCase[] {
  return kindCases(path, (trial, [pairing, dtype], seed) =>
    tryEach(variants, (change) => runRaw(trial, { ...control, ...change, pairing, dtype, seed })),
  )
}
