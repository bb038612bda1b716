/**
 * A call whose memory is known: its parts, and for each of them shader, bindings and where its
 * tensors begin. Depends on nothing but the plan and where its operands lie.
 */
import type { Plan } from '@rope/core/backend'
import { type Shader, shaderOf } from '../device/pipelines.js'
import { chooseAccess, type Offsets } from '../plan/access.js'
import { type Bound, bindTensors, type Touched } from '../plan/bindings.js'
import { copiesChannels, geometryOf, isApart } from '../plan/geometry.js'
import { planStrips, planWorkgroups, type Strips, type Workgroups } from '../plan/grid.js'
import {
  hasFirstHead,
  type Part,
  type Side,
  spanOfPart,
  splitPlan,
  startOf,
} from '../plan/parts.js'
import {
  type Access,
  elementsOf,
  type GpuDType,
  type PositionsSpec,
  rowLanesOf,
  type ShaderSpec,
} from '../shader/spec.js'
import type { Context } from './context.js'

/** Where an operand lies: buffers, and offsets in elements from their starts. */
export interface OperandMemory extends Offsets {
  readonly sourceBuffer: GPUBuffer
  readonly targetBuffer: GPUBuffer
}

/** One dispatch of a call. */
export interface PartArrangement {
  readonly part: Part
  readonly shader: Shader
  readonly strips: Strips
  readonly elements: number
  readonly rowLanes: number
  readonly bound: Bound
  /** Where each slice's source and target begin, in accesses from the start of their bindings. */
  readonly bases: readonly Offsets[]
  readonly workgroups: Workgroups
}

/** All dispatches of a call; none when there is nothing to rotate. */
export interface Arrangement {
  readonly access: Access
  readonly parts: readonly PartArrangement[]
}

const NAMES = ['q', 'k'] as const

function sides({ inPlace }: Plan): readonly Side[] {
  return inPlace ? ['source'] : ['source', 'target']
}

/** What a part of the plan touches: per slice its source, and its target when that is another. */
function touchedBy(plan: Plan, part: Part, memory: readonly OperandMemory[]): readonly Touched[] {
  const bytes = plan.dtype === 'float32' ? 4 : 2
  return part.slices.flatMap((slice) => {
    const own = memory[slice.operand] as OperandMemory
    return sides(plan).map((side): Touched => {
      const start = own[side] + startOf(plan, part, slice, side)
      const { low, high } = spanOfPart(plan, part, slice, side)
      return {
        name: `${side === 'target' ? 'out_' : ''}${NAMES[slice.operand]}`,
        written: plan.inPlace || side === 'target',
        buffer: own[`${side}Buffer`],
        firstByte: (start + low) * bytes,
        endByte: (start + high + 1) * bytes,
      }
    })
  })
}

/** The most invocations that one dispatch may have: their index is a 32-bit number. */
const MOST_INVOCATIONS = 2 ** 31

interface Sizes {
  readonly columns: number
  readonly rowBytes: number
}

function fits(
  context: Context,
  plan: Plan,
  part: Part,
  memory: readonly OperandMemory[],
  { columns, rowBytes }: Sizes,
): boolean {
  const { bindingLimit } = context
  const heads = part.slices.reduce((sum, slice) => sum + slice.heads.count, 0)
  const tokens = part.batch.count * part.tokens.count
  if (tokens * columns * heads >= MOST_INVOCATIONS) return false
  // Rows of a batch entry follow those of the one before; 256 bytes for where the binding begins.
  const rows = (part.batch.count - 1) * plan.tokens + part.tokens.count
  if (rows * rowBytes + 256 > bindingLimit) return false
  return bindTensors(touchedBy(plan, part, memory), bindingLimit) !== null
}

/** The spec of a part, but for what depends on its heads and bindings. */
function specOf(
  context: Context,
  plan: Plan,
  access: Access,
  positions: PositionsSpec | null,
): Omit<ShaderSpec, 'bindings' | 'operands' | 'counts'> {
  const dtype = plan.dtype as GpuDType
  return {
    dtype,
    nativeHalf: context.nativeHalf && dtype === 'float16' && access !== 'element',
    access,
    apart: isApart(plan, access),
    geometry: access === 'element' ? null : geometryOf(plan, access),
    copies: copiesChannels(plan),
    inPlace: plan.inPlace,
    positions,
    immediates: context.immediates,
  }
}

function arrangePart(
  context: Context,
  plan: Plan,
  part: Part,
  memory: readonly OperandMemory[],
  common: Omit<ShaderSpec, 'bindings' | 'operands' | 'counts'>,
): PartArrangement {
  const touched = touchedBy(plan, part, memory)
  const bound = bindTensors(touched, context.bindingLimit) as Bound
  const perSlice = sides(plan).length
  const spec: ShaderSpec = {
    ...common,
    counts: common.positions !== null && hasFirstHead(plan, part),
    bindings: bound.ranges.map(({ name, written }) => ({ name, written })),
    operands: part.slices.map(({ operand }, i) => ({
      name: NAMES[operand] as 'q' | 'k',
      source: bound.indices[i * perSlice] as number,
      target: bound.indices[i * perSlice + perSlice - 1] as number,
    })),
  }
  const elements = elementsOf(spec.access, spec.dtype)
  const { columns } = geometryOf(plan, spec.access)
  const tokens = part.batch.count * part.tokens.count
  const heads = part.slices.map((slice) => slice.heads.count)
  const strips = planStrips(tokens, columns, heads, context.spread)
  const invocations = tokens * columns * strips.total
  const bytes = spec.dtype === 'float32' ? 4 : 2
  const base = (i: number, side: Side): number => {
    const slice = part.slices[i] as Part['slices'][number]
    const index = bound.indices[i * perSlice + (side === 'target' ? perSlice - 1 : 0)] as number
    const start = (memory[slice.operand] as OperandMemory)[side] + startOf(plan, part, slice, side)
    return (start - (bound.ranges[index]?.offset ?? 0) / bytes) / elements
  }
  return {
    part,
    shader: shaderOf(context.device, spec),
    strips,
    elements,
    rowLanes: rowLanesOf(spec),
    bound,
    bases: part.slices.map((_, i) => ({ source: base(i, 'source'), target: base(i, 'target') })),
    workgroups: planWorkgroups(invocations, context.workgroupLimit),
  }
}

/**
 * Arranges a plan on memory.
 *
 * @throws RopeError UNSUPPORTED when the device can not bind even a single head
 */
export function arrange(
  context: Context,
  plan: Plan,
  memory: readonly OperandMemory[],
  positions: PositionsSpec | null,
): Arrangement {
  const access = chooseAccess(plan, memory)
  const common = specOf(context, plan, access, positions)
  const sizes = { columns: geometryOf(plan, access).columns, rowBytes: 8 * plan.pairs }
  const parts = splitPlan(plan, (part) => fits(context, plan, part, memory, sizes))
  return { access, parts: parts.map((part) => arrangePart(context, plan, part, memory, common)) }
}
