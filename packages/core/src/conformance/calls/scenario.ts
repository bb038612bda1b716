/**
 * Scenarios: one call of the public API as data, and what it means as a config and as positions.
 */
import type { AxesOptions } from '../../config/axes.js'
import { type AngleMode, type RopeConfig, resolveConfig } from '../../config/config.js'
import type { PairingName } from '../../contract/pairing.js'
import type { DType } from '../../numbers/dtype.js'
import type { Layout } from '../../plan/tensor.js'
import type { ScheduleOptions } from '../../schedule/schedule.js'
import type { Origin } from '../memory/arena.js'
import type { Spacing } from '../memory/placement.js'
import type { Via } from './perform.js'
import { type PositionForm, type PositionFormName, positionForm } from './position-forms.js'

/** A call, as data. */
export interface Scenario {
  readonly pairing: PairingName
  readonly dtype: DType
  readonly layout: Layout
  readonly batch: number
  readonly tokens: number
  /** Head counts; null leaves the tensor out. */
  readonly heads: { readonly q: number | null; readonly k: number | null }
  readonly headDim: number
  readonly rotaryDim: number
  readonly windowOffset: number
  readonly schedule: 'default' | 'linear' | 'custom'
  readonly angles: AngleMode
  readonly axes: 'single' | 'one-hot' | 'dense'
  /** A form by name, or the position of the first token. */
  readonly positions: PositionFormName | number
  readonly inverse: boolean
  /** `out` writes elsewhere in the same arrangement; `out-bhsd` in another one. */
  readonly target: 'in-place' | 'out' | 'out-bhsd'
  readonly spacing: Spacing
  readonly origin: Origin
  readonly float16Array: boolean
  readonly via: Via
}

function scheduleOf({ schedule }: Scenario, pairs: number): ScheduleOptions {
  if (schedule === 'default') return { type: 'default', base: 10000 }
  if (schedule === 'linear') return { type: 'linear', base: 500000, factor: 8 }
  const inverseFrequencies = Array.from({ length: pairs }, (_, i) =>
    i === 1 ? 0 : 2.5 / (1 + i * i),
  )
  return { type: 'custom', inverseFrequencies, attentionFactor: 1.2079441541679836 }
}

function axesOf({ axes }: Scenario, pairs: number): AxesOptions | null {
  if (axes === 'single') return null
  if (axes === 'one-hot') {
    return {
      kind: 'one-hot',
      count: 3,
      axisOfPair: Array.from({ length: pairs }, (_, i) => (i * 2) % 3),
    }
  }
  const weights = [0, 1, 2].map((axis) =>
    Array.from({ length: pairs }, (_, i) => (axis - 1) * 0.75 + i * 0.125),
  )
  return { kind: 'dense', weights }
}

/** The config of a scenario. */
export function configOf(scenario: Scenario): RopeConfig {
  const { headDim, rotaryDim, windowOffset, pairing, angles } = scenario
  const pairs = rotaryDim / 2
  const schedule = scheduleOf(scenario, pairs)
  return resolveConfig({
    headDim,
    rotaryDim,
    windowOffset,
    pairing,
    angles,
    schedule,
    axes: axesOf(scenario, pairs),
  })
}

/** The config whose rows a call applies: a shift never applies the attention factor again. */
export function appliedConfig(config: RopeConfig, via: Via): RopeConfig {
  const { schedule } = config
  if (via !== 'shift' || schedule.type !== 'custom') return config
  return {
    ...config,
    schedule: { type: 'custom', inverseFrequencies: schedule.inverseFrequencies },
  }
}

/** The positions of a scenario: as a user writes them, and what they stand for. */
export function positionsOf({ positions, batch, tokens, axes, via }: Scenario): PositionForm {
  const sizes = { batch, tokens, axes: axes === 'single' ? 1 : 3 }
  if (typeof positions === 'string') return positionForm(positions, sizes)
  // A shift by a number moves every token by it; any other call counts tokens from it.
  const step = via === 'shift' ? 0 : 1
  const row = Float64Array.from(
    { length: batch * tokens },
    (_, i) => positions + step * (i % tokens),
  )
  return { positions, rows: Array.from({ length: sizes.axes }, () => row) }
}
