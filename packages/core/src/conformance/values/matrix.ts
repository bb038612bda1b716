/**
 * The matrix of values cases, as data: one control, and what may deviate from it, one thing at a
 * time. A new feature of the specification is a new line here.
 */
import type { Scenario } from '../calls/scenario.js'

/** The control without what every case states: pairing, dtype and layout. */
export const CONTROL: Omit<Scenario, 'pairing' | 'dtype' | 'layout'> = {
  batch: 2,
  tokens: 5,
  heads: { q: 4, k: 2 },
  headDim: 16,
  rotaryDim: 16,
  windowOffset: 0,
  schedule: 'default',
  angles: 'exact',
  axes: 'single',
  positions: 'start',
  inverse: false,
  target: 'in-place',
  spacing: 'dense',
  origin: 'local',
  float16Array: false,
  via: 'direct',
}

/** One thing that is not as in the control. */
export interface Deviation {
  /** As in the id: what deviates, and how. */
  readonly label: string
  readonly change: Partial<Scenario>
}

function deviation(label: string, change: Partial<Scenario>): Deviation {
  return { label, change }
}

const PACKED: Partial<Scenario> = { layout: 'thd', batch: 1 }

/** Which channels rotate. */
const WINDOWS: readonly Deviation[] = [
  deviation('window=leading', { rotaryDim: 8 }),
  deviation('window=trailing', { rotaryDim: 8, windowOffset: 8 }),
  deviation('window=middle', { rotaryDim: 6, windowOffset: 3 }),
  deviation('window=one-pair', { rotaryDim: 2, windowOffset: 5 }),
]

/** Which tensors take part. */
const OPERANDS: readonly Deviation[] = [
  deviation('operands=q', { heads: { q: 4, k: null } }),
  deviation('operands=k', { heads: { q: null, k: 2 } }),
  deviation('operands=more-k', { heads: { q: 1, k: 5 } }),
  deviation('operands=equal', { heads: { q: 3, k: 3 } }),
]

/** Where results go. */
const TARGETS: readonly Deviation[] = [
  deviation('target=out', { target: 'out' }),
  deviation('target=out-bhsd', { target: 'out-bhsd' }),
]

/** How memory is strided. */
const SPACINGS: readonly Deviation[] = [
  deviation('spacing=offset', { spacing: 'offset' }),
  deviation('spacing=padded', { spacing: 'padded' }),
  deviation('spacing=channel-step', { spacing: 'channel-step' }),
  deviation('spacing=reversed-tokens', { spacing: 'reversed-tokens' }),
  deviation('spacing=reversed-heads', { spacing: 'reversed-heads' }),
  deviation('spacing=reversed', { spacing: 'reversed' }),
]

/** Which frequencies, and how angles are computed. */
const SCHEDULES: readonly Deviation[] = [
  deviation('schedule=linear', { schedule: 'linear' }),
  deviation('schedule=custom', { schedule: 'custom' }),
  deviation('angles=float32', { angles: 'float32', positions: 'uint16' }),
  deviation('angles=float32/schedule=linear', {
    angles: 'float32',
    schedule: 'linear',
    positions: 'uint16',
  }),
  deviation('angles=float32/schedule=custom', {
    angles: 'float32',
    schedule: 'custom',
    positions: 'uint16',
  }),
]

/** How positions are written: the forms that reach kernels as different rows. */
const POSITIONS: readonly Deviation[] = [
  deviation('positions=zero', { positions: 'zero' }),
  deviation('positions=negative-start', { positions: 'negative-start' }),
  deviation('positions=list', { positions: 'list' }),
  deviation('positions=float64-fractional', { positions: 'float64-fractional' }),
  deviation('positions=batch-ids', { positions: 'batch-ids' }),
  deviation('positions=batch-offsets', { positions: 'batch-offsets' }),
  deviation('positions=sequence-lengths', { ...PACKED, positions: 'sequence-lengths' }),
]

/** What differs only in how core makes rows of it; one dtype suffices. */
export const ROW_VARIANTS: readonly Deviation[] = [
  deviation('angles=float32/axes=one-hot', {
    angles: 'float32',
    axes: 'one-hot',
    positions: 'axes',
  }),
  deviation('angles=float32/axes=dense', { angles: 'float32', axes: 'dense', positions: 'axes' }),
  deviation('positions=bigint', { positions: 'bigint' }),
  deviation('positions=fractional-start', { positions: 'fractional-start' }),
  deviation('positions=float32-fractional', { positions: 'float32-fractional' }),
  deviation('positions=int32-negative', { positions: 'int32-negative' }),
  deviation('positions=uint32', { positions: 'uint32' }),
  deviation('positions=int16', { positions: 'int16' }),
  deviation('positions=uint16', { positions: 'uint16' }),
  deviation('positions=int8', { positions: 'int8' }),
  deviation('positions=uint8', { positions: 'uint8' }),
  deviation('positions=int64', { positions: 'int64' }),
  deviation('positions=uint64', { positions: 'uint64' }),
  deviation('positions=batch-int64', { positions: 'batch-int64' }),
  deviation('positions=sequence-lengths-offsets', {
    ...PACKED,
    positions: 'sequence-lengths-offsets',
  }),
  deviation('positions=cumulative-lengths', { ...PACKED, positions: 'cumulative-lengths' }),
  deviation('positions=cumulative-lengths-offsets', {
    ...PACKED,
    positions: 'cumulative-lengths-offsets',
  }),
]

/** Several positions per token. */
const AXES: readonly Deviation[] = [
  deviation('axes=one-hot', { axes: 'one-hot', positions: 'axes' }),
  deviation('axes=one-hot/positions=axes-batch', { axes: 'one-hot', positions: 'axes-batch' }),
  deviation('axes=one-hot/positions=start', { axes: 'one-hot' }),
  deviation('axes=dense', { axes: 'dense', positions: 'axes' }),
  deviation('axes=dense/positions=batch-offsets', { axes: 'dense', positions: 'batch-offsets' }),
]

/** Which way, which call, which memory. */
const CALLS: readonly Deviation[] = [
  deviation('inverse', { inverse: true }),
  deviation('inverse/schedule=custom', { inverse: true, schedule: 'custom' }),
  deviation('via=async', { via: 'async' }),
  deviation('via=at', { via: 'at', positions: 'batch-ids' }),
  deviation('via=bind', { via: 'bind', positions: 77 }),
  deviation('via=bind/target=out', { via: 'bind', positions: -2.5, target: 'out' }),
  deviation('via=shift', { via: 'shift', positions: -131, heads: { q: null, k: 2 } }),
  deviation('via=shift/schedule=custom', {
    via: 'shift',
    positions: 40,
    schedule: 'custom',
    heads: { q: null, k: 2 },
  }),
  deviation('via=shift/positions=list', {
    via: 'shift',
    positions: 'list',
    heads: { q: null, k: 2 },
  }),
  deviation('memory=shared', { origin: 'shared' }),
  deviation('memory=shared/target=out', { origin: 'shared', target: 'out' }),
  deviation('memory=allocated', { origin: 'allocated' }),
  deviation('memory=allocated/target=out', { origin: 'allocated', target: 'out' }),
]

/** For float16 alone: the engine's own array type. */
export const FLOAT16_ARRAYS: readonly Deviation[] = [
  deviation('array=Float16Array', { float16Array: true }),
  deviation('array=Float16Array/target=out', { float16Array: true, target: 'out' }),
]

/** Sizes at which kernels change their loops: long rows, one token, one head. */
const EXTENTS: readonly Deviation[] = [
  deviation('extent=one-token', { batch: 1, tokens: 1 }),
  deviation('extent=one-head', { heads: { q: 1, k: 1 } }),
  deviation('extent=many-tokens', { batch: 1, tokens: 67 }),
  deviation('extent=wide-head', { headDim: 128, rotaryDim: 128 }),
  deviation('extent=odd-head-dim', { headDim: 13, rotaryDim: 10, windowOffset: 1 }),
  deviation('extent=many-heads', { heads: { q: 32, k: 8 }, headDim: 64, rotaryDim: 64, tokens: 2 }),
]

/** Every deviation that each pairing and dtype is tried with. */
export const DEVIATIONS: readonly Deviation[] = [
  ...WINDOWS,
  ...OPERANDS,
  ...TARGETS,
  ...SPACINGS,
  ...SCHEDULES,
  ...POSITIONS,
  ...AXES,
  ...CALLS,
  ...EXTENTS,
]

/** What the seeded combinations draw from: one list per dimension, all of which go together. */
export const COMBINED: readonly (readonly Deviation[])[] = [
  WINDOWS,
  OPERANDS,
  TARGETS,
  SPACINGS,
  SCHEDULES.slice(0, 2),
  [deviation('inverse', { inverse: true })],
]
