/**
 * Which of the addresses are trained on, and which are kept for measuring.
 */

/** The addresses, in two parts that share none. */
export interface Addresses {
  readonly training: readonly string[]
  /** Every tenth address: what a model is measured on and never sees. */
  readonly heldOut: readonly string[]
}

/** Splits the texts of all addresses, in the order of their years. */
export function splitAddresses(texts: readonly string[]): Addresses {
  return {
    training: texts.filter((_, i) => i % 10 !== 9),
    heldOut: texts.filter((_, i) => i % 10 === 9),
  }
}
