/**
 * Fields that nobody reads. A call that says more than is done would be done wrongly in silence, and
 * so would a tensor whose memory is described in another library's words: both are refused. The
 * questions are asked of every call, remembered ones included; the answers cost what they must.
 */
import { isRecord, nearest, reading, rejectBecause, shorten, show } from '../check.js'
import type { RopeErrorCode } from '../errors.js'
import { refuseGpuBuffer } from '../numbers/gpu-buffer.js'

/** Fields of the tensors of a call. */
export const CALL_KEYS: readonly string[] = ['q', 'k', 'out', 'inverse']

/** Fields of a call that says where its tokens stand as well. */
export const PLACED_KEYS: readonly string[] = ['q', 'k', 'out', 'inverse', 'positions', 'length']

/** Fields of `out`. */
const OUT_KEYS: readonly string[] = ['q', 'k']

const FIXED = 'fixed already: make another step, or call rotate of the rope'

/** What other libraries and other parts of a call would call it, and what to write here. */
const MEANT: Readonly<Record<string, string>> = {
  reverse: "write 'inverse'",
  backward: "write 'inverse'",
  direction: "write 'inverse: true'",
  output: "write 'out'",
  target: "write 'out'",
  destination: "write 'out'",
  query: "write 'q'",
  key: "write 'k'",
  v: 'values are not rotated: leave it out',
  value: 'values are not rotated: leave it out',
  position: "write 'positions'",
  positionIds: "write 'positions'",
  position_ids: "write 'positions'",
  offset: "a tensor's stands in the tensor; where tokens stand is 'positions'",
  sequenceLength: "write 'length'",
  positions: FIXED,
  length: FIXED,
  layout: 'it stands in each tensor, or once for all in createRope',
  dtype: 'it stands in each tensor',
  schedule: 'it is fixed by createRope',
  data: 'a tensor stands under its name: q: { data, shape }, also in out',
  shape: 'a tensor stands under its name: q: { data, shape }, also in out',
}

const STRIDES = "write 'strides', in elements"
const OFFSET = "write 'offset', in elements"

/** Words of other libraries for what a tensor is; ours say the same thing, or say it in elements. */
const FOREIGN: Readonly<Record<string, string>> = {
  ...{ stride: STRIDES, Strides: STRIDES, step: STRIDES, order: "write 'layout' or 'strides'" },
  ...{ start: OFFSET, Offset: OFFSET, Layout: "write 'layout'" },
  ...{ DType: "write 'dtype'", dType: "write 'dtype'" },
  dims: "write 'shape'",
  sizes: "write 'shape'",
  byteOffset: OFFSET,
  byteStrides: STRIDES,
  out: 'it stands in the call: { q, out: { q } }',
  inverse: 'it stands in the call: { q, inverse }',
  positions: 'they stand in the call: { q, positions }',
}

const FOREIGN_KEYS = /* @__PURE__ */ Object.keys(FOREIGN)

/** True when a call has a field beside `keys`. */
export function hasUnreadKey(call: object, keys: readonly string[]): boolean {
  for (const key in call) if (!keys.includes(key)) return true
  const { out } = call as { readonly out?: unknown }
  if (out === undefined) return false
  for (const key in out as object) if (!OUT_KEYS.includes(key)) return true
  return false
}

/** True when a tensor is described in foreign words. */
export function hasForeignField(tensor: object): boolean {
  const { stride, dims, sizes, byteOffset, byteStrides, out, inverse, positions } =
    tensor as Readonly<Record<string, unknown>>
  const { Strides, step, order, start, Offset, Layout, DType, dType } = tensor as Readonly<
    Record<string, unknown>
  >
  return (
    (stride ??
      dims ??
      sizes ??
      byteOffset ??
      byteStrides ??
      out ??
      inverse ??
      positions ??
      Strides ??
      step ??
      order ??
      start ??
      Offset ??
      Layout ??
      DType ??
      dType) !== undefined
  )
}

/**
 * Refuses a call with fields that nobody reads.
 *
 * @throws RopeError INVALID_OPTION, naming the field and what was probably meant
 */
export function checkCallKeys(call: unknown, keys: readonly string[]): void {
  checkOwn(call, 'a call', '', keys, 'INVALID_OPTION')
  const out = isRecord(call)
    ? reading(
        () => call.out,
        () => undefined,
      )
    : undefined
  checkOwn(out, 'out', 'out.', OUT_KEYS, 'INVALID_TENSOR')
}

function checkOwn(
  record: unknown,
  name: string,
  prefix: string,
  keys: readonly string[],
  code: RopeErrorCode,
): void {
  if (!isRecord(record)) return
  const all = reading(
    () => enumerable(record),
    () => [],
  )
  const unread = all.find((key) => !keys.includes(key))
  if (unread === undefined) return
  const near = nearest(unread, keys)
  const meant = Object.hasOwn(MEANT, unread) ? MEANT[unread] : near && `did you mean '${near}'?`
  rejectBecause(
    code,
    `${prefix}${shorten(unread)}`,
    `is no field of ${name}; accepted: ${keys.join(', ')}${meant === undefined ? '' : ` (${meant})`}`,
  )
}

function enumerable(record: object): readonly string[] {
  const keys: string[] = []
  for (const key in record) keys.push(key)
  return keys
}

/**
 * Refuses a tensor that is described in another library's words, or lies on the GPU.
 *
 * @throws RopeError INVALID_TENSOR, saying what to write
 */
export function checkTensorFields(tensor: unknown, field: string): void {
  if (!isRecord(tensor)) return
  refuseGpuBuffer(tensor, field, 'INVALID_TENSOR')
  const read = (key: string): unknown =>
    reading(
      () => tensor[key],
      () => undefined,
    )
  const foreign = FOREIGN_KEYS.find((key) => (read(key) ?? null) !== null)
  if (foreign === undefined) return
  rejectBecause(
    'INVALID_TENSOR',
    `${field}.${foreign}`,
    `is ${show(read(foreign))}, which is not read here: ${FOREIGN[foreign]}`,
  )
}
