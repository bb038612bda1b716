/**
 * Dense axes: every position drives every pair, with learned weights (RoPE-Mixed, LightGlue, Mochi).
 *
 *     angle[t, i] = sum over axes a of position[a][t] * weights[a][i]
 */
import { checkInteger, checkNumbers, reject } from '../check.js'
import type { RopeOptions } from '../config.js'
import type { PairingName } from '../layout/pairing.js'
import type { Tensor } from '../layout/tensor.js'

/** What a dense rope needs besides its weights. */
export interface DenseHead {
  readonly headDim: number
  /** Interleaved when absent, as in the published models. */
  readonly pairing?: PairingName
}

/**
 * A dense rope from weights in radians per position.
 *
 * @param weights [axes][pairs]
 * @throws RopeError INVALID_OPTION
 */
export function denseRope(weights: readonly (readonly number[])[], head: DenseHead): RopeOptions {
  const pairs = weights[0]?.length ?? 0
  const rows = weights.map((row, axis) => checkNumbers(row, `weights[${axis}]`, pairs))
  return {
    headDim: head.headDim,
    rotaryDim: 2 * checkInteger(pairs, 'weights[0].length', 1, head.headDim / 2),
    pairing: head.pairing ?? 'interleaved',
    schedule: { type: 'custom', inverseFrequencies: Array<number>(pairs).fill(1) },
    axes: { kind: 'dense', weights: rows },
  }
}

/**
 * One dense rope per head, for weights that differ between heads: rotate `headView(q, h)` with the
 * h-th.
 *
 * @param weights [axes][heads][pairs]
 * @throws RopeError INVALID_OPTION
 */
export function denseRopesByHead(
  weights: readonly (readonly (readonly number[])[])[],
  head: DenseHead,
): readonly RopeOptions[] {
  const heads = weights[0]?.length ?? 0
  return Array.from({ length: heads }, (_, h) =>
    denseRope(
      weights.map(
        (ofAxis, axis) =>
          ofAxis[h] ?? reject('INVALID_OPTION', `weights[${axis}]`, ofAxis, `${heads} heads`),
      ),
      head,
    ),
  )
}

/** The place of the head axis in a contiguous tensor's shape. */
const HEAD_AXIS = { bshd: 2, bhsd: 1, sbhd: 2, thd: 1 } as const

/**
 * One head of a contiguous q or k as a tensor of its own over the same memory.
 *
 * @param tensor in layout bshd, bhsd, sbhd or thd, named in the tensor
 * @throws RopeError INVALID_TENSOR
 */
export function headView(tensor: Tensor, head: number): Tensor {
  const { layout, shape, strides, offset = 0 } = tensor
  if (layout === undefined || !Object.hasOwn(HEAD_AXIS, layout) || strides !== undefined) {
    const accepted = `${Object.keys(HEAD_AXIS).join(', ')}, without strides`
    return reject('INVALID_TENSOR', 'tensor.layout', layout, accepted)
  }
  const axis = HEAD_AXIS[layout as keyof typeof HEAD_AXIS]
  const heads = shape[axis] ?? 0
  if (!(Number.isInteger(head) && head >= 0 && head < heads)) {
    return reject('INVALID_TENSOR', 'head', head, `a whole number below ${heads}`)
  }
  const own = shape.map((_, i) => shape.slice(i + 1).reduce((product, size) => product * size, 1))
  return {
    ...tensor,
    shape: shape.map((size, i) => (i === axis ? 1 : size)),
    strides: own,
    offset: offset + head * (own[axis] as number),
  }
}
