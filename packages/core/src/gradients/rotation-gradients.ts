/**
 * Gradients of the rotation with respect to what it is made of. The gradient of q and k themselves
 * is the rotation back (`inverse: true`); this file has the rest, for learned positions, learned
 * frequencies and learned axes. With outputs (x', y') and their gradients (gx, gy) of one pair,
 *
 *     d/d angle = gy x' - gx y'          summed over heads
 *
 * and angle = sum over axes of position[a] * weight[a][i] * frequency[i] gives all others.
 */

import { checkKeys, checkRecord } from '../check.js'
import type { AxesOptions } from '../config/axes.js'
import { axisCount } from '../config/axes.js'
import { computeFrequencies, type RopeConfig, regimeFor, resolveConfig } from '../config/config.js'
import type { Plan, View } from '../contract/backend.js'
import { RopeError } from '../errors.js'
import type { DType, Elements } from '../numbers/dtype.js'
import { decodeBFloat16, decodeFloat16 } from '../numbers/half-float.js'
import { makePlan } from '../plan/plan.js'
import type { Layout, Tensor } from '../plan/tensor.js'
import { expandPositions, type PositionTable } from '../positions/expand.js'
import { type Positions, readPositions } from '../positions/forms.js'
import { lengthInForce } from '../rotation/length-in-force.js'
import { checkStatedLength } from '../rotation/tables.js'
import { dependsOnLength } from '../schedule/registry.js'

/** A rotation that was made, and the gradient that came back for it. */
export interface GradientInput {
  /** q or k as the rotation left it. */
  readonly output: Tensor
  /** The gradient with respect to it, of the same shape. */
  readonly gradient: Tensor
  readonly positions: Positions
  /** Tokens in the sequence, for schedules that depend on it; else the largest position plus one. */
  readonly length?: number | bigint
  /** The layout of tensors that state none. */
  readonly layout?: Layout
}

/** Gradients of one tensor's rotation; add those of q and k. */
export interface RotationGradients {
  /** Per axis, one for each row of positions: [tokens], or [batch * tokens]. */
  readonly positions: readonly Float64Array[]
  /** Per pair. */
  readonly frequencies: Float64Array
  /** Per axis and pair: the weights of dense axes (and, formally, of any). */
  readonly weights: readonly Float64Array[]
  readonly attentionFactor: number
}

function reader(dtype: DType, elements: Elements): (at: number) => number {
  if (dtype === 'float16') return (at) => decodeFloat16(elements[at] as number)
  if (dtype === 'bfloat16') return (at) => decodeBFloat16(elements[at] as number)
  return (at) => elements[at] as number
}

/** One of the two tensors: how to read channel `channel` of a token's head. */
type Read = (batch: number, token: number, head: number, channel: number) => number

function readTensor(plan: Plan, view: View): Read {
  const { source } = plan.operands[0] as Plan['operands'][number]
  const read = reader(plan.dtype, view.source)
  return (b, t, h, c) =>
    read(
      view.sourceOffset +
        b * source.batch +
        t * source.token +
        h * source.head +
        c * source.channel,
    )
}

/** d/d angle and A times d/d A of every row and pair. */
interface AngleGradients {
  readonly angles: Float64Array
  readonly radial: number
}

function angleGradients(
  plan: Plan,
  output: Read,
  gradient: Read,
  rows: PositionTable,
): AngleGradients {
  const { pairs, windowOffset, pairing } = plan
  const { heads } = plan.operands[0] as Plan['operands'][number]
  const angles = new Float64Array(rows.rows * pairs)
  let radial = 0
  for (let b = 0; b < plan.batch; b++) {
    for (let t = 0; t < plan.tokens; t++) {
      const row = (b * rows.batchStride + t) * pairs
      for (let h = 0; h < heads; h++) {
        for (let i = 0; i < pairs; i++) {
          const x = windowOffset + i * pairing.step
          const y = x + pairing.partner
          const [outX, outY] = [output(b, t, h, x), output(b, t, h, y)]
          const [gradX, gradY] = [gradient(b, t, h, x), gradient(b, t, h, y)]
          angles[row + i] = (angles[row + i] as number) + gradY * outX - gradX * outY
          radial += gradX * outX + gradY * outY
        }
      }
    }
  }
  return { angles, radial }
}

/** The weight of an axis on a pair. */
function weightOf(axes: AxesOptions | null, axis: number, i: number): number {
  if (axes === null) return 1
  if (axes.kind === 'one-hot') return axes.axisOfPair[i] === axis ? 1 : 0
  return axes.weights[axis]?.[i] as number
}

/**
 * Gradients with respect to positions, frequencies, axis weights and the attention factor.
 *
 * @param given the config of the rotation
 * @throws RopeError INVALID_TENSOR, INVALID_POSITIONS; UNSUPPORTED for xPos and FoPE, whose rows are
 *   more than a rotation
 *
 * @example
 * ```ts
 * rope.rotate({ q, positions }) // forward, q becomes the output
 * // ... the loss gives dq, the gradient of the output ...
 * const { frequencies } = rotationGradients(rope.config, { output: q, gradient: dq, positions })
 * rope.rotate({ q: dq, positions, inverse: true }) // dq becomes the gradient of the input
 * ```
 */
export function rotationGradients(given: RopeConfig, input: GradientInput): RotationGradients {
  const config = resolveConfig(given)
  const record = checkRecord(input, 'input', '{ output, gradient, positions }')
  checkKeys(record, 'input', ['output', 'gradient', 'layout', 'positions', 'length'])
  const { output, gradient, layout, positions, length } = record as unknown as GradientInput
  const planned = makePlan(config, { q: output, out: { q: gradient } }, layout)
  const { plan } = planned
  const axes = axisCount(config.axes)
  const sources = readPositions(positions, axes)
  const table = expandPositions(sources, plan.batch, plan.tokens, axes)
  const tables = {
    dependsOnLength: dependsOnLength(config.schedule),
    regime: (tokens: number) => regimeFor(config, tokens),
  }
  const of = computeFrequencies(
    config,
    lengthInForce(tables, sources, table, checkStatedLength(length)),
  )
  if (of.decay !== undefined || of.mixture !== undefined) {
    throw new RopeError(
      'UNSUPPORTED',
      `schedule '${config.schedule.type}' does more to rows than turn them; its gradients are not known here`,
      { field: 'schedule.type' },
    )
  }
  const [view] = planned.views as readonly [View]
  const gradientPlan = makePlan(config, { q: gradient }, layout)
  const { angles, radial } = angleGradients(
    plan,
    readTensor(plan, view),
    readTensor(gradientPlan.plan, gradientPlan.views[0] as View),
    table,
  )
  return {
    ...chainRule(config, table, angles, of.inverseFrequencies),
    attentionFactor: radial / of.attentionFactor,
  }
}

function chainRule(
  { axes, rotaryDim }: RopeConfig,
  table: PositionTable,
  angles: Float64Array,
  inverseFrequencies: Float64Array,
): Omit<RotationGradients, 'attentionFactor'> {
  const pairs = rotaryDim / 2
  const positions = table.axes.map(() => new Float64Array(table.rows))
  const weights = table.axes.map(() => new Float64Array(pairs))
  const frequencies = new Float64Array(pairs)
  table.axes.forEach((ids, axis) => {
    const ofPosition = positions[axis] as Float64Array
    const ofWeight = weights[axis] as Float64Array
    for (let row = 0; row < table.rows; row++) {
      const position = ids[row] as number
      for (let i = 0; i < pairs; i++) {
        const angle = angles[row * pairs + i] as number
        const weight = weightOf(axes, axis, i)
        const frequency = inverseFrequencies[i] as number
        ofPosition[row] = (ofPosition[row] as number) + angle * weight * frequency
        ofWeight[i] = (ofWeight[i] as number) + angle * position * frequency
        frequencies[i] = (frequencies[i] as number) + angle * position * weight
      }
    }
  })
  return { positions, frequencies, weights }
}
