/**
 * Random configs of the kinds that model files describe, for round trips between the forms.
 */
import fc from 'fast-check'
import { type RopeConfig, resolveConfig } from '../src/config/config.js'
import type { PairingName } from '../src/contract/pairing.js'
import type { ScheduleOptions } from '../src/schedule/schedule.js'

const base = fc.constantFrom(100, 10000, 160000, 500000, 1e6, 1e7, 12345.5)
const factor = fc.constantFrom(1, 1.5, 2, 8, 10, 32, 64)
const original = fc.constantFrom(1024, 2048, 4096, 8192, 32768)
const some = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined })

/** A record without the keys that came out undefined. */
function compact<Value extends object>(value: Value): Value {
  const given = Object.entries(value).filter(([, entry]) => entry !== undefined)
  return Object.fromEntries(given) as Value
}

function schedulesOf(pairs: number): Readonly<Record<string, fc.Arbitrary<unknown>>> {
  const divisor = fc.double({ min: 1, max: 64, noNaN: true })
  const divisors = fc.array(divisor, { minLength: pairs, maxLength: pairs })
  const yarn = {
    base,
    originalMaxPositionEmbeddings: original,
    betaFast: some(fc.constantFrom(32, 16, 1)),
    betaSlow: some(fc.constantFrom(1, 2)),
    truncate: some(fc.boolean()),
    mscale: some(fc.constantFrom(1, 0.707)),
    mscaleAllDim: some(fc.constantFrom(1, 0.707)),
  }
  return {
    default: fc.record({ type: fc.constant('default'), base }),
    linear: fc.record({ type: fc.constant('linear'), base, factor }),
    'ntk-alpha': fc.record({ type: fc.constant('ntk-alpha'), base, alpha: factor }),
    dynamic: fc.record({
      type: fc.constant('dynamic'),
      base,
      factor,
      maxPositionEmbeddings: original,
    }),
    'ntk-fixed': fc.record({ type: fc.constant('ntk-fixed'), base, factor }),
    'ntk-mixed': fc.record({
      type: fc.constant('ntk-mixed'),
      base,
      factor,
      mixedB: fc.constant(0.625),
    }),
    'ntk-by-parts': fc.record({
      type: fc.constant('ntk-by-parts'),
      base,
      factor,
      originalMaxPositionEmbeddings: original,
      ntkFactor: some(fc.constantFrom(0, 1)),
    }),
    yarn: fc.record({
      type: fc.constant('yarn'),
      factor,
      attentionFactor: some(fc.constantFrom(1, 1.25)),
      attnFactor: some(fc.constantFrom(1, 0.5)),
      extrapolationFactor: some(fc.constantFrom(0, 0.5)),
      scaleSoftmax: some(fc.constant(true)),
      ...yarn,
    }),
    'dynamic-yarn': fc.record({
      type: fc.constant('dynamic-yarn'),
      maxPositionEmbeddings: original,
      finetuned: some(fc.boolean()),
      ...yarn,
    }),
    longrope: fc.record({
      type: fc.constant('longrope'),
      base,
      shortFactor: divisors,
      longFactor: divisors,
      originalMaxPositionEmbeddings: original,
      factor: some(factor),
      attentionFactor: some(fc.constantFrom(1, 1.19)),
      shortMscale: some(fc.constantFrom(1, 1.1)),
      longMscale: some(fc.constantFrom(1, 1.2)),
    }),
    llama3: fc.record({
      type: fc.constant('llama3'),
      base,
      factor: fc.constantFrom(2, 8, 32),
      lowFreqFactor: fc.constantFrom(1, 0.5),
      highFreqFactor: fc.constantFrom(1, 4),
      originalMaxPositionEmbeddings: original,
    }),
    proportional: fc.record({
      type: fc.constant('proportional'),
      base,
      partialRotaryFactor: fc.constantFrom(0.25, 0.5, 1),
      factor: some(factor),
    }),
  }
}

/** Names of the schedules that `arbitraryConfig` makes. */
export const ARBITRARY_SCHEDULES: readonly string[] = Object.keys(schedulesOf(2))

/** Configs whose schedule is one of `types`. */
export function arbitraryConfig(
  types: readonly string[] = ARBITRARY_SCHEDULES,
): fc.Arbitrary<RopeConfig> {
  const shape = fc.record({
    headDim: fc.constantFrom(64, 96, 100, 128, 256),
    share: fc.constantFrom(1, 0.5, 0.25),
    pairing: fc.constantFrom<PairingName>('half', 'interleaved'),
    type: fc.constantFrom(...types),
  })
  return shape.chain(({ headDim, share, pairing, type }) => {
    const partial = type === 'proportional' ? 1 : share
    const pairs = Math.floor((headDim * partial) / 2)
    const schedule = schedulesOf(pairs)[type] as fc.Arbitrary<object>
    return schedule.map((options) =>
      resolveConfig({
        ...{ headDim, pairing, rotaryDim: 2 * pairs },
        schedule: compact(options) as ScheduleOptions,
      }),
    )
  })
}
