/**
 * Names at the ends of lines, moved apart where they would cover each other.
 */

/** A name, where its line ends, and where the name is written. */
export interface Label {
  readonly name: string
  readonly x: number
  readonly y: number
  /** As close to `y` as the others let it. */
  readonly at: number
}

/**
 * Labels for ends of lines on a logarithmic axis; lines that end at the same x share the room there.
 *
 * @param ends above 0
 * @param gap the smallest quotient of two neighbours
 */
export function spreadLabels(ends: readonly Omit<Label, 'at'>[], gap: number): readonly Label[] {
  const ceilings = new Map<number, number>()
  const descending = [...ends].sort((one, other) => other.y - one.y)
  return descending.map((end) => {
    const at = Math.min(end.y, ceilings.get(end.x) ?? Number.POSITIVE_INFINITY)
    ceilings.set(end.x, at / gap)
    return { ...end, at }
  })
}

/** The quotient of two values that are `pixels` apart on an axis of this height over these values. */
export function gapOf(values: readonly number[], pixels: number, height: number): number {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return (most / least) ** (pixels / height)
}

/** Pixels beside a chart of this width for the names of its lines. */
export function labelRoom(width: number): number {
  return Math.min(190, Math.max(120, width / 3))
}
