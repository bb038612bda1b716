/**
 * Memory of every kind, with everything else that a call can be: windows, offsets, spacings,
 * layouts, in place and out of place, and from one kind into another. Backends treat memory of
 * their own, shared memory and all other by different code.
 */

import { RAW_CONTROL } from '../calls/raw.js'
import type { ConformanceCase } from '../case.js'
import type { Origin } from '../memory/arena.js'
import { SPACINGS } from '../memory/placement.js'
import { alternate, type Control, cross, type Variants, variantCases } from './variants.js'

const CONTROL: Control = {
  ...RAW_CONTROL,
  batch: 2,
  tokens: 3,
  batchStride: 3,
  heads: [3, 1],
  headDim: 18,
}

const WINDOWS: Variants = {
  'all channels': { pairs: 9 },
  leading: { pairs: 6 },
  trailing: { pairs: 6, windowOffset: 6 },
  middle: { pairs: 5, windowOffset: 3 },
  'one pair': { pairs: 1, windowOffset: 7 },
}

/** How source and target are arranged: the same for both. */
const ARRANGEMENTS: Variants = {
  ...Object.fromEntries(
    SPACINGS.map((spacing) => [spacing, { spacing, targetSpacing: spacing }] as const),
  ),
  bhsd: { layout: 'bhsd' },
  sbhd: { layout: 'sbhd' },
  'bhsd padded': { layout: 'bhsd', spacing: 'padded', targetSpacing: 'padded' },
  'bhsd channel-step': { layout: 'bhsd', spacing: 'channel-step', targetSpacing: 'channel-step' },
}

const TARGETS: Variants = {
  out: { inPlace: false },
  'out to bhsd': { inPlace: false, targetLayout: 'bhsd', targetSpacing: 'offset' },
  'out backwards': { inPlace: false, direction: -1, targetSpacing: 'dense' },
}

const PLACES = cross(WINDOWS, ARRANGEMENTS)

/** Every window in every arrangement, in place, and to targets in turn. */
const ALL: Variants = {
  ...alternate(PLACES, { 'in place': {}, 'in place, backwards': { direction: -1 } }),
  ...alternate(PLACES, TARGETS),
}

const ORIGINS: readonly Origin[] = ['local', 'shared', 'allocated']

/** From one kind of memory to every other. */
const MIXED = ORIGINS.flatMap((origin) =>
  ORIGINS.filter((targetOrigin) => targetOrigin !== origin).map((targetOrigin) => ({
    origin,
    targetOrigin,
  })),
)

/** The dimension of memory, crossed with the others. */
export function memoryCases(): readonly ConformanceCase[] {
  const across = alternate(alternate(ARRANGEMENTS, WINDOWS), TARGETS)
  return [
    ...(['shared', 'allocated'] as const).flatMap((origin) =>
      variantCases(`memory/${origin}`, { ...CONTROL, origin }, ALL),
    ),
    ...MIXED.flatMap(({ origin, targetOrigin }) =>
      variantCases(
        `memory/${origin}-to-${targetOrigin}`,
        { ...CONTROL, origin, targetOrigin },
        across,
      ),
    ),
  ]
}
