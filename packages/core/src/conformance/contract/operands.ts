/**
 * Operands that are not alike: one dense and the other with a step between channels, one in place
 * and the other not, one in memory of the backend's own. Nothing of q may be taken for k.
 */

import { type OperandPlace, RAW_CONTROL } from '../calls/raw.js'
import type { ConformanceCase } from '../case.js'
import { type Control, cross, type Variants, variantCases } from './variants.js'

const CONTROL: Control = {
  ...RAW_CONTROL,
  batch: 2,
  tokens: 3,
  batchStride: 3,
  heads: [3, 2],
  headDim: 18,
  pairs: 9,
}

type Places = Readonly<Record<string, Partial<OperandPlace>>>

/** How one operand differs from the other, by what a case is called. */
const UNLIKE: Readonly<Record<string, Places>> = {
  spacing: {
    offset: { spacing: 'offset' },
    padded: { spacing: 'padded' },
    'channel-step': { spacing: 'channel-step' },
    'reversed-tokens': { spacing: 'reversed-tokens' },
    'reversed-heads': { spacing: 'reversed-heads' },
    reversed: { spacing: 'reversed' },
  },
  layout: {
    bhsd: { layout: 'bhsd', targetLayout: 'bshd' },
    sbhd: { layout: 'sbhd', targetLayout: 'bshd' },
    'bhsd with steps': { layout: 'bhsd', targetLayout: 'bshd', spacing: 'channel-step' },
  },
  target: {
    out: { inPlace: false },
    'out to bhsd': { inPlace: false, targetLayout: 'bhsd' },
    'out with steps': { inPlace: false, targetSpacing: 'channel-step' },
    'out from steps': { inPlace: false, spacing: 'channel-step' },
    'out and reversed': { inPlace: false, targetSpacing: 'reversed' },
    'in place': { inPlace: true },
    'in place with steps': { inPlace: true, spacing: 'channel-step' },
    'in place and offset': { inPlace: true, spacing: 'offset' },
    'in place and bhsd': { inPlace: true, layout: 'bhsd' },
  },
  'memory=shared': {
    shared: { origin: 'shared' },
    'shared in place': { origin: 'shared', inPlace: true },
    'from shared': { origin: 'shared', targetOrigin: 'local', inPlace: false },
    'to shared': { targetOrigin: 'shared', inPlace: false },
  },
  'memory=allocated': {
    allocated: { origin: 'allocated' },
    'allocated in place': { origin: 'allocated', inPlace: true },
    'from allocated': { origin: 'allocated', targetOrigin: 'local', inPlace: false },
    'to allocated': { targetOrigin: 'allocated', inPlace: false },
    'allocated with steps': { origin: 'allocated', spacing: 'channel-step' },
  },
}

function forEither(places: Places): Variants {
  return Object.fromEntries(
    Object.entries(places).flatMap(([name, place]) => [
      [`q ${name}`, { each: [place, {}] }] as const,
      [`k ${name}`, { each: [{}, place] }] as const,
    ]),
  )
}

const WHOLE: Variants = { 'in place': {}, out: { inPlace: false } }

const WINDOWS: Variants = {
  'all channels': {},
  window: { pairs: 5, windowOffset: 3, direction: -1 },
}

/** Every unlikeness, of q and of k, in calls in place and out of place, with and without a window. */
export function operandsCases(): readonly ConformanceCase[] {
  return Object.entries(UNLIKE).flatMap(([name, places]) =>
    variantCases(`operands/${name}`, CONTROL, cross(cross(forEither(places), WHOLE), WINDOWS)),
  )
}
