/**
 * From shares of attention to how dark a cell of the map is.
 */

/** The share that is drawn darkest, of everything that is compared. */
export function darkestShare(maps: readonly Float32Array[], tokens: number): number {
  const most = maps.reduce((best, map) => map.reduce((one, share) => Math.max(one, share), best), 0)
  // While attention is even, all of it is faint.
  return Math.max(most, Math.min(1, EVEN / tokens))
}

/** The darkest share is so many times that of even attention, at least. */
const EVEN = 8

/** Opacity of every cell, from 0 to 255: the root of its share, so that small ones are seen, too. */
export function opacities(map: Float32Array, darkest: number): Uint8ClampedArray {
  return Uint8ClampedArray.from(map, (share) => 255 * Math.sqrt(share / darkest))
}
