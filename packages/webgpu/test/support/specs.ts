/**
 * Every kind of shader there is: accesses, dtypes, pairings, targets, positions.
 */
import type { Plan } from '@rope/core/backend'
import { copiesChannels, geometryOf, isApart } from '../../src/plan/geometry.js'
import type { Access, GpuDType, PositionsSpec, ShaderSpec } from '../../src/shader/spec.js'
import { makeTestPlan, type PlanOptions } from './plans.js'

const IN_PLACE: Pick<ShaderSpec, 'bindings' | 'operands'> = {
  bindings: [
    { name: 'q', written: true },
    { name: 'k', written: true },
  ],
  operands: [
    { name: 'q', source: 0, target: 0 },
    { name: 'k', source: 1, target: 1 },
  ],
}

const OUT_OF_PLACE: Pick<ShaderSpec, 'bindings' | 'operands'> = {
  bindings: [
    { name: 'q', written: false },
    { name: 'out_q', written: true },
  ],
  operands: [{ name: 'q', source: 0, target: 1 }],
}

export interface SpecOptions extends PlanOptions {
  readonly access?: Access
  readonly nativeHalf?: boolean
  readonly positions?: PositionsSpec
  readonly immediates?: boolean
}

/** The spec of a plan in separate buffers. */
export function makeSpec(options: SpecOptions = {}): ShaderSpec {
  const { access = 'vec4', nativeHalf = false, positions = null, immediates = true } = options
  const plan: Plan = makeTestPlan(options)
  return {
    dtype: plan.dtype as GpuDType,
    nativeHalf,
    access,
    apart: isApart(plan, access),
    geometry: access === 'element' ? null : geometryOf(plan, access),
    copies: copiesChannels(plan),
    ...(plan.inPlace ? IN_PLACE : OUT_OF_PLACE),
    inPlace: plan.inPlace,
    positions,
    counts: positions !== null,
    immediates,
  }
}

const DTYPES: readonly GpuDType[] = ['float32', 'float16', 'bfloat16']

function accessesOf(dtype: GpuDType): readonly Access[] {
  return dtype === 'float32' ? ['vec4', 'vec2', 'element'] : ['vec4', 'vec2', 'word', 'element']
}

/** One spec of every kind that a device with or without `shader-f16` can be asked for. */
export function everySpec(shaderF16: boolean): readonly ShaderSpec[] {
  return DTYPES.flatMap((dtype) =>
    accessesOf(dtype).flatMap((access) =>
      (['half', 'interleaved'] as const).flatMap((pairing) =>
        [true, false].flatMap((inPlace) => {
          const nativeHalf = shaderF16 && dtype === 'float16' && access !== 'element'
          const common = {
            dtype,
            access,
            pairing,
            inPlace,
            nativeHalf,
            pairs: 32,
            windowOffset: 16,
          }
          return [
            makeSpec(common),
            makeSpec({ ...common, immediates: false }),
            makeSpec({ ...common, positions: { dtype: 'int32', outOfRange: 'skip' } }),
            makeSpec({ ...common, positions: { dtype: 'int64', outOfRange: 'clamp' } }),
            makeSpec({
              ...common,
              positions: { dtype: 'uint32', outOfRange: 'clamp' },
              immediates: false,
            }),
          ]
        }),
      ),
    ),
  )
}
