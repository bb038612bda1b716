/**
 * Scores of rotated vectors, from their definition and in double precision.
 */

/** A pair of channels of q and of k. */
export type Pair = readonly [x: number, y: number]

/** A pair rotated to a position: (x cos - y sin, y cos + x sin). */
export function rotatePair([x, y]: Pair, angle: number): Pair {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return [x * cos - y * sin, y * cos + x * sin]
}

/**
 * The score of q at position `m` and k at position `n`: their product after rotation. It depends on
 * m - n alone (Su et al., RoFormer, 2021, equation 11).
 */
export function scoreOf(
  q: readonly Pair[],
  k: readonly Pair[],
  frequencies: readonly number[],
  m: number,
  n: number,
): number {
  return frequencies.reduce((sum, frequency, i) => {
    const [qx, qy] = rotatePair(q[i] ?? [0, 0], m * frequency)
    const [kx, ky] = rotatePair(k[i] ?? [0, 0], n * frequency)
    return sum + qx * kx + qy * ky
  }, 0)
}

/** The score of two vectors of ones at each distance, as a share of that at distance 0. */
export function decayOf(
  frequencies: readonly number[],
  distances: readonly number[],
): readonly number[] {
  const pairs = frequencies.length
  return distances.map(
    (distance) =>
      frequencies.reduce((sum, frequency) => sum + Math.cos(distance * frequency), 0) / pairs,
  )
}

/** Whole numbers from 0 to about `most`, dense where they are small. */
export function distancesTo(most: number, count = 240): readonly number[] {
  const steps = Array.from({ length: count }, (_, i) => Math.round(most ** (i / (count - 1))))
  return [0, ...new Set(steps)]
}
