/**
 * Valid options of every schedule, with small heads: what the fuzzers begin with.
 */
import type { RopeOptions } from '../../src/config/config.js'
import type { ScheduleOptions } from '../../src/schedule/schedule.js'

const L0 = 'originalMaxPositionEmbeddings'
const ramp = [1, 1.5, 2, 4]

/** One set of options or more per schedule, for windows of four pairs. */
const SCHEDULES: readonly ScheduleOptions[] = [
  { type: 'default', base: 10000 },
  { type: 'default', base: 500000, exponentDim: 16 },
  { type: 'linear', base: 10000, factor: 4 },
  { type: 'ntk', base: 10000, factor: 2 },
  { type: 'ntk-alpha', base: 10000, alpha: 1000 },
  { type: 'ntk-fixed', base: 10000, factor: 8 },
  { type: 'ntk-mixed', base: 10000, factor: 8, mixedB: 0.625 },
  {
    type: 'ntk-by-parts',
    base: 10000,
    factor: 8,
    [L0]: 2048,
    ntkFactor: 1,
    extrapolationFactor: 1,
  },
  { type: 'dynamic', base: 10000, factor: 2, maxPositionEmbeddings: 2048 },
  { type: 'dynamic', base: 10000, factor: 2, maxPositionEmbeddings: 2048, frozenLength: 8192 },
  { type: 'yarn', base: 10000, factor: 4, [L0]: 4096, betaFast: 32, betaSlow: 1, truncate: true },
  {
    ...{ type: 'yarn', base: 10000, factor: 40, [L0]: 4096, mscale: 1, mscaleAllDim: 0.707 },
    ...{ scaleSoftmax: true, attnFactor: 1, extrapolationFactor: 1, mscaleCoefficient: 0.1 },
  },
  { type: 'dynamic-yarn', base: 10000, [L0]: 2048, maxPositionEmbeddings: 8192, finetuned: true },
  { type: 'longrope', base: 10000, shortFactor: ramp, longFactor: ramp, [L0]: 4096, factor: 32 },
  {
    ...{ type: 'longrope', base: 10000, shortFactor: ramp, longFactor: ramp, [L0]: 4096 },
    ...{ shortMscale: 1.1, longMscale: 1.2, frozenLength: 8192 },
  },
  { type: 'llama3', base: 500000, factor: 8, lowFreqFactor: 1, highFreqFactor: 4, [L0]: 8192 },
  { type: 'proportional', base: 1e6, partialRotaryFactor: 0.5, factor: 8 },
  { type: 'xpos', base: 10000, tensor: 'k', scaleBase: 512, centre: 100 },
  {
    ...{ type: 'fope', base: 10000, restSin: 0 },
    cosCoefficients: [
      [1, 0.1],
      [0.2, 1],
    ],
    sinCoefficients: [
      [1, -0.1],
      [0.2, 1],
    ],
  },
  { type: 'pixel', maxFrequency: 10 },
  {
    type: 'axial',
    families: [
      { base: 10000, dim: 4 },
      { base: 100, dim: 4, multiplier: 2 },
    ],
    familyOfPair: [0, 0, 1, 1],
    exponentOfPair: [0, 2, 0, 2],
  },
  {
    type: 'custom',
    inverseFrequencies: [1, 0.1, -0.01, 0],
    attentionFactor: 1.1,
    softmaxScale: 0.9,
  },
]

const AXES: readonly RopeOptions['axes'][] = [
  null,
  { kind: 'one-hot', count: 2, axisOfPair: [0, 1, 0, 1] },
  {
    kind: 'dense',
    weights: [
      [1, 0, 0.5, 2],
      [0, 1, -0.5, 1],
    ],
  },
]

/** Every schedule with every kind of axes, windows and angle modes. */
export const OPTIONS: readonly RopeOptions[] = SCHEDULES.flatMap((schedule, index) =>
  AXES.filter((axes) => axes === null || schedule.type !== 'xpos').map(
    (axes, which): RopeOptions => ({
      headDim: 12,
      pairing: index % 2 === 0 ? 'half' : 'interleaved',
      schedule,
      rotaryDim: 8,
      windowOffset: which,
      axes: axes ?? null,
      angles: which === 1 ? 'float32' : 'exact',
    }),
  ),
)
