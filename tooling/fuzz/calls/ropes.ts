/**
 * The ropes that the rotate fuzzer calls: small heads and odd ones, windows, every kind of rows.
 */
import { type RopeOptions, resolveConfig } from '@rope/core'

const base = 10000
const ramp = [1, 1.5, 2, 4]
const plain = { type: 'default', base } as const

const OPTIONS: readonly RopeOptions[] = [
  { headDim: 2, pairing: 'half', schedule: plain },
  { headDim: 8, pairing: 'interleaved', schedule: plain },
  { headDim: 12, pairing: 'half', rotaryDim: 8, windowOffset: 3, schedule: plain },
  { headDim: 64, pairing: 'half', schedule: { type: 'linear', base, factor: 4 } },
  { headDim: 77, pairing: 'interleaved', rotaryDim: 50, windowOffset: 27, schedule: plain },
  { headDim: 9, pairing: 'half', rotaryDim: 6, schedule: plain, angles: 'float32' },
  {
    headDim: 8,
    pairing: 'half',
    schedule: { type: 'dynamic', base, factor: 2, maxPositionEmbeddings: 8 },
  },
  {
    headDim: 16,
    pairing: 'interleaved',
    schedule: { type: 'yarn', base, factor: 4, originalMaxPositionEmbeddings: 64 },
  },
  {
    ...{ headDim: 8, pairing: 'half' },
    schedule: {
      ...{ type: 'longrope', base, shortFactor: ramp, longFactor: ramp.map((one) => 2 * one) },
      ...{ originalMaxPositionEmbeddings: 8, factor: 4 },
    },
  },
  {
    headDim: 8,
    pairing: 'interleaved',
    schedule: { type: 'xpos', base, tensor: 'q', scaleBase: 512 },
  },
  {
    ...{ headDim: 8, pairing: 'half', schedule: plain },
    axes: { kind: 'one-hot', count: 2, axisOfPair: [0, 1, 0, 1] },
  },
]

/** Their configs. */
export const CONFIGS = OPTIONS.map((options) => resolveConfig(options))
