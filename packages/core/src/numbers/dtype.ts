/**
 * Element types: what memory may hold, how wide it is, and which typed arrays carry it.
 * 16-bit floats travel as raw bits in a Uint16Array everywhere, and as a Float16Array where the
 * engine has one; the view that came in is the view that goes out.
 */
import { isList, reject, rejectBecause, show, tagOf } from '../check.js'
import { RopeError } from '../errors.js'
import { kindOf } from '../memory.js'

/** The element types that q and k may have. */
export type DType = 'float64' | 'float32' | 'float16' | 'bfloat16'

/** Every dtype, widest first. */
export const DTYPES: readonly DType[] = ['float64', 'float32', 'float16', 'bfloat16']

/**
 * The engine's Float16Array where there is one (Node 24, browsers since 2025). Declared here as
 * a structural type because the ES library of the compiler may not know it.
 */
export interface Float16ArrayLike {
  readonly [Symbol.toStringTag]: 'Float16Array'
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
  readonly length: number
  [index: number]: number
}

/** CPU memory as users hand it over. */
export type TensorData = Float64Array | Float32Array | Uint16Array | Float16ArrayLike

/** CPU memory as kernels see it: 16-bit floats are always raw bits. */
export type Elements = Float64Array | Float32Array | Uint16Array

/** Bytes of one element of a dtype; 2 for all that is not one. */
export function bytesPerElement(dtype: DType): 2 | 4 | 8 {
  if (dtype === 'float64') return 8
  return dtype === 'float32' ? 4 : 2
}

/** True when `value` is one of the four dtypes. */
export function isDType(value: unknown): value is DType {
  return DTYPES.includes(value as DType)
}

const KINDS: Readonly<Record<DType, readonly string[]>> = {
  float64: ['Float64Array'],
  float32: ['Float32Array'],
  float16: ['Uint16Array', 'Float16Array'],
  bfloat16: ['Uint16Array'],
}

const IMPLIED: Readonly<Record<string, DType>> = {
  Float64Array: 'float64',
  Float32Array: 'float32',
  Float16Array: 'float16',
}

/**
 * A dtype that must be stated.
 *
 * @throws RopeError INVALID_TENSOR when it is missing or unknown
 */
export function checkDType(dtype: unknown, field: string): DType {
  if (isDType(dtype)) return dtype
  return refuseDType(dtype, field)
}

function refuseDType(dtype: unknown, field: string): never {
  return reject('INVALID_TENSOR', `${field}.dtype`, dtype, DTYPES.join(', '))
}

/** Refuses memory that cannot be what it has to be, and says how it becomes that. */
function refuseData(data: unknown, dtype: DType | undefined, wanted: string, field: string): never {
  const cannot = dtype === undefined || data === undefined ? '' : `, which cannot hold ${dtype}`
  const what = data === undefined ? 'missing' : show(data)
  rejectBecause(
    'INVALID_TENSOR',
    field,
    `is ${what}${cannot}; accepted: ${wanted}${adviceOnData(data)}`,
  )
}

const BYTES: readonly string[] = ['Uint8Array', 'Uint8ClampedArray', 'Int8Array']

/** How what was given as data becomes an array of elements. */
export function adviceOnData(data: unknown): string {
  const kind = kindOf(data)
  if (kind !== undefined && BYTES.includes(kind)) {
    return '. Bytes, as of a Buffer, need a view: new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4), or new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) with a dtype; where byteOffset is no multiple of 4, or of 2, copy them first with new Uint8Array(data)'
  }
  if (isList(data)) return '; Float32Array.from(data) makes one of a list'
  if (['ArrayBuffer', 'SharedArrayBuffer'].includes(tagOf(data)))
    return '; new Float32Array(data) is a view of a buffer'
  return ''
}

/**
 * The dtype of a tensor from its data and the dtype its owner states.
 * A Uint16Array carries float16 and bfloat16 alike, so there the dtype must be stated.
 *
 * @throws RopeError INVALID_TENSOR when the dtype is missing, unknown, or cannot live in `data`
 */
export function resolveDType(data: unknown, stated: DType | undefined, field: string): DType {
  const kind = kindOf(data) ?? ''
  const dtype = stated ?? IMPLIED[kind]
  if (dtype === undefined && kind === 'Uint16Array') {
    throw new RopeError(
      'INVALID_TENSOR',
      `${field}: a Uint16Array may hold float16 or bfloat16; state it: { dtype: 'float16' } or { dtype: 'bfloat16' }`,
      { field: `${field}.dtype` },
    )
  }
  if (dtype !== undefined && !isDType(dtype)) {
    refuseDType(dtype, field)
  }
  if (dtype === undefined || !KINDS[dtype].includes(kind)) {
    const wanted = dtype === undefined ? Object.values(KINDS).flat() : KINDS[dtype]
    refuseData(data, dtype, [...new Set(wanted)].join(', '), `${field}.data`)
  }
  return dtype
}
