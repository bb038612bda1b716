/**
 * One change to a valid call that makes it wrong, or nearly so.
 */
import { chance, pick, type Random, whole } from '../random.js'
import type { CallCase, TensorCase } from './call.js'

type Change<Part> = (random: Random, part: Part) => object

const SIZES: readonly number[] = [0, 1, -1, 0.5, 2 ** 31, 2 ** 53, Number.NaN]
const STEPS: readonly number[] = [0, 1, -1, 2, 0.5, 4096, 2 ** 40]

/** A copy of a list with one entry near what it was, or far from it. */
function nudged(
  random: Random,
  list: readonly number[],
  far: readonly number[],
): readonly number[] {
  const at = whole(random, 0, list.length - 1)
  const near = (list[at] as number) + pick(random, [-1, 1])
  return Object.assign([...list], { [at]: chance(random, 0.6) ? near : pick(random, far) })
}

const TENSOR_CHANGES: readonly Change<TensorCase>[] = [
  (random, { shape }) => ({ shape: nudged(random, shape, SIZES) }),
  (random, { shape }) => ({ shape: shape.slice(0, whole(random, 0, shape.length)) }),
  (random, { strides, shape }) => ({ strides: nudged(random, strides ?? shape, STEPS) }),
  (_, { strides, shape }) => ({ strides: [...(strides ?? shape), 1] }),
  (random, { offset = 0 }) => ({
    offset: pick(random, [offset + 1, offset - 1, -1, 0.5, 2 ** 53]),
  }),
  (random, { length }) => ({ length: Math.max(0, length - whole(random, 1, 8)) }),
  (random, { byteOffset }) => ({ byteOffset: Math.max(0, byteOffset - 8 * whole(random, 1, 20)) }),
  (random) => ({ dtype: pick(random, ['float64', 'float32', 'float16', 'bfloat16', 'float8']) }),
  (random) => ({ layout: pick(random, [undefined, 'bshd', 'bhsd', 'thd', 'flat', 'dhsb']) }),
  (random) => ({ carrier: pick(random, ['float64', 'float32', 'float16', 'plain list']) }),
  (random) => ({ carrier: pick(random, ['detached', 'Int8Array']) }),
  (random) => ({ memory: pick(random, ['local', 'shared', 'own']) }),
]

const POSITIONS: readonly unknown[] = [
  ...[Number.NaN, 2 ** 53, '1', null, undefined, [], {}, [1, 2, 3, 4, 5, 6, 7, 8, 9], ['1']],
  ...[{ offsets: [] }, { offsets: [1], axes: [1] }, { axes: [] }, { axes: [1, 2, 3] }],
  ...[{ sequenceLengths: [1, 0.5] }, { cumulativeLengths: [1, 2] }, new Date(0), [Number.NaN]],
]

/** Memory that another tensor of the call has too: the very same, or a little beside it. */
function overlapping(random: Random, { q, k, out }: CallCase): object {
  const tensor = q ?? k
  if (tensor === undefined) return {}
  const beside = { ...tensor, byteOffset: tensor.byteOffset + 8 * whole(random, 0, 4) }
  if (out === undefined) return k === undefined ? { out: { q: beside } } : { k: beside }
  return { out: { ...out, [q === undefined ? 'k' : 'q']: beside } }
}

const CALL_CHANGES: readonly Change<CallCase>[] = [
  (random) => ({ positions: pick(random, POSITIONS) }),
  (random) => ({ length: pick(random, [0, -1, 0.5, 2 ** 53, '8', null, 8n]) }),
  (random) => ({ inverse: pick(random, ['yes', 1, null, {}]) }),
  (random) => ({ [pick(random, ['q', 'k', 'out'])]: pick(random, [undefined, null, 1, []]) }),
  (_, { out }) => ({ out: out === undefined ? {} : { q: out.q } }),
  overlapping,
  overlapping,
]

/** The same call with something changed. */
export function breakCall(random: Random, call: CallCase): CallCase {
  const tensors = (['q', 'k'] as const).filter((name) => call[name] !== undefined)
  const name = chance(random, 0.6) ? tensors[whole(random, 0, tensors.length - 1)] : undefined
  if (name === undefined) return { ...call, ...pick(random, CALL_CHANGES)(random, call) }
  const isOut = call.out !== undefined && chance(random, 0.5)
  const tensor = (isOut ? call.out?.[name] : call[name]) as TensorCase
  const other = { ...tensor, ...pick(random, TENSOR_CHANGES)(random, tensor) }
  if (isOut) return { ...call, out: { ...call.out, [name]: other } as CallCase['out'] }
  return { ...call, [name]: other }
}
