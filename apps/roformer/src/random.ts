/**
 * Random numbers that are the same everywhere: whole-number arithmetic and sums alone, no function
 * whose last bit an engine may choose. One stream per purpose, so that a draw more in one place
 * changes nothing in another.
 */

/** A stream of random numbers. */
export interface Random {
  /** From 0 up to, not including, 1. */
  uniform(): number
  /** A whole number from 0 up to, not including, `bound`. */
  below(bound: number): number
  /** Mean 0, variance 1: the sum of twelve uniform numbers, less six. */
  normal(): number
}

/**
 * The stream of a seed and a purpose.
 *
 * @param purpose such as 'weights'
 */
export function createRandom(seed: number, purpose: string): Random {
  let state = hashText(`${purpose} ${seed}`)
  // Mulberry32: a counter through a mixing function.
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    uniform,
    below: (bound) => Math.floor(uniform() * bound),
    normal() {
      let sum = -6
      for (let i = 0; i < 12; i++) sum += uniform()
      return sum
    },
  }
}

/** FNV-1a of a text's code units. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}
