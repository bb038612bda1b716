/**
 * Dense axes: every position drives every pair, with learned weights (RoPE-Mixed, LightGlue, Mochi).
 *
 *     angle[t, i] = sum over axes a of position[a][t] * weights[a][i]
 */
import { checkInteger, checkList, checkRecord, reject } from '../check.js'
import type { RopeOptions } from '../config/config.js'
import { checkPairing } from '../contract/check-pairing.js'
import type { PairingName } from '../contract/pairing.js'
import { checkAnyNumbers, checkNumbers } from '../numbers/lists.js'
import { checkSizes, type Tensor } from '../plan/tensor.js'

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
  const given = checkRecord(head, 'head', '{ headDim, pairing }')
  const headDim = checkInteger(given.headDim, 'headDim', 2, 65536)
  const list = checkList(weights, 'weights', 'a list of rows, one per axis')
  checkInteger(list.length, 'weights.length', 1, 64)
  const pairs = checkAnyNumbers(list[0], 'weights[0]').length
  const rows = Array.from(list, (row, axis) => checkNumbers(row, `weights[${axis}]`, pairs))
  return {
    headDim,
    rotaryDim: 2 * checkInteger(pairs, 'weights[0].length', 1, headDim / 2),
    pairing: checkPairing(given.pairing ?? 'interleaved', 'pairing'),
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
  const list = checkList(weights, 'weights', 'a list of axes')
  checkInteger(list.length, 'weights.length', 1, 64)
  const axes = Array.from(list, (ofAxis, axis) =>
    checkList(ofAxis, `weights[${axis}]`, 'a list of rows, one per head'),
  )
  const heads = checkInteger(axes[0]?.length, 'weights[0].length', 0, 65536)
  return Array.from({ length: heads }, (_, h) =>
    denseRope(
      axes.map(
        (ofAxis, axis) =>
          (ofAxis[h] ??
            reject('INVALID_OPTION', `weights[${axis}]`, ofAxis, `${heads} heads`)) as number[],
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
  const accepted = 'a tensor with data, shape and layout'
  const record = checkRecord(tensor, 'tensor', accepted, 'INVALID_TENSOR') as unknown as Tensor
  const { layout, strides, offset = 0 } = record
  if (typeof layout !== 'string' || !Object.hasOwn(HEAD_AXIS, layout) || strides !== undefined) {
    const layouts = `${Object.keys(HEAD_AXIS).join(', ')}, without strides`
    return reject('INVALID_TENSOR', 'tensor.layout', layout, layouts)
  }
  const shape = checkSizes(record.shape, 'tensor')
  checkInteger(offset, 'tensor.offset', 0, Number.MAX_SAFE_INTEGER)
  const axis = HEAD_AXIS[layout as keyof typeof HEAD_AXIS]
  const heads = shape[axis] ?? 0
  if (!(Number.isInteger(head) && head >= 0 && head < heads)) {
    return reject('INVALID_TENSOR', 'head', head, `a whole number below ${heads}`)
  }
  const own = shape.map((_, i) => shape.slice(i + 1).reduce((product, size) => product * size, 1))
  return {
    ...record,
    shape: shape.map((size, i) => (i === axis ? 1 : size)),
    strides: own,
    offset: offset + head * (own[axis] as number),
  }
}
