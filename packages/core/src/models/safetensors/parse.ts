/**
 * Bytes -> a checked description of every tensor in them. The file is treated as hostile: each
 * number of the header is checked before it is used, and no byte of the payload is read.
 * Source: the format's description at https://github.com/huggingface/safetensors.
 */
import { checkFields, checkRecord, checkTypedArray, reject, show } from '../../check.js'
import { RopeError } from '../../errors.js'
import { kindOf } from '../../memory.js'
import {
  bitsPerElement,
  byteLengthOf,
  isSafetensorsDType,
  SAFETENSORS_DTYPES,
  type SafetensorsDType,
} from './element-types.js'
import { type HeaderEntry, quote, readHeader } from './header.js'

/** The longest header the format allows. */
export const MAX_HEADER_BYTES = 100_000_000

/** Bytes of the header's length, an unsigned little-endian integer. */
const LENGTH_BYTES = 8

/** One tensor of a file: where it lies and how to read it. */
export interface SafetensorsTensor {
  readonly name: string
  readonly dtype: SafetensorsDType
  /** Sizes of the axes, row-major; empty for a scalar. */
  readonly shape: readonly number[]
  /** First byte, counted from the start of the file. */
  readonly byteOffset: number
  readonly byteLength: number
}

/** A parsed file: a description of `bytes`, which it does not copy. */
export interface Safetensors {
  /** The whole file. */
  readonly bytes: Uint8Array
  /** The free text of `__metadata__`; empty when the file has none. */
  readonly metadata: ReadonlyMap<string, string>
  /** The tensors by name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>
}

/** How to parse. */
export interface SafetensorsOptions {
  /** What to call the file in error messages; `safetensors` when absent. */
  readonly source?: string
}

/** A tensor's elements; 16-bit floats are raw bits, as everywhere, and 4, 6 and 8-bit floats bytes. */
export type SafetensorsData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array

type Fail = (problem: string, fix: string, field?: string) => never

/** The global of every engine, declared because the ES library does not list it. */
declare const TextDecoder: new (
  label: string,
  options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }

/**
 * Parses and checks a whole safetensors file.
 *
 * @param bytes the file from its first byte to its last; kept, not copied
 * @throws RopeError INVALID_FILE, naming the tensor, for anything that the format does not allow:
 *   a header that is truncated, too long, not UTF-8 or not JSON, duplicate keys, an unknown dtype,
 *   a shape that does not fit its bytes, ranges that overlap, leave holes or leave the file
 *
 * @example
 * ```ts
 * const file = parseSafetensors(bytes, { source: 'model.safetensors' })
 * for (const { name, dtype, shape } of file.tensors.values()) console.log(name, dtype, shape)
 * ```
 */
export function parseSafetensors(bytes: Uint8Array, options: SafetensorsOptions = {}): Safetensors {
  const { source = 'safetensors' } = checkRecord(options, 'options', '{ source }')
  if (typeof source !== 'string') reject('INVALID_OPTION', 'source', source, 'a text')
  const fail = failFor(source)
  if (kindOf(bytes) !== 'Uint8Array') {
    fail(`given ${show(bytes)}`, "pass the file's bytes as a Uint8Array")
  }
  const headerBytes = headerLength(bytes, fail)
  const text = decodeHeader(bytes, headerBytes, fail)
  const header = readHeader(text, (problem, name) => {
    const where = name === undefined ? '' : `tensor ${quote(name)}: `
    return fail(`${where}${problem}`, WRITE_AGAIN, name)
  })
  const dataStart = LENGTH_BYTES + headerBytes
  const tensors = header.entries.map((entry) => checkEntry(entry, dataStart, bytes.length, fail))
  tensors.sort((a, b) => a.byteOffset - b.byteOffset || a.byteLength - b.byteLength)
  checkCoverage(tensors, dataStart, bytes.length, fail)
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  return { bytes, metadata: header.metadata, tensors: byName }
}

/**
 * The bytes of one tensor, in place: writing to them writes to the file's bytes.
 *
 * @throws RopeError INVALID_FILE when the file has no tensor of that name
 */
export function tensorBytes(file: Safetensors, name: string): Uint8Array {
  const { byteOffset, byteLength } = findTensor(file, name)
  return checkParsed(file).bytes.subarray(byteOffset, byteOffset + byteLength)
}

/**
 * The elements of one tensor as the typed array of its dtype (complex64 as pairs of float32).
 * A view of the file's bytes where these are aligned, a copy otherwise.
 *
 * @throws RopeError INVALID_FILE when the file has no tensor of that name
 */
export function tensorData(file: Safetensors, name: string): SafetensorsData {
  const { dtype } = findTensor(file, name)
  const bytes = tensorBytes(file, name)
  const ArrayType = arrayTypeOf(dtype)
  const width = ArrayType.BYTES_PER_ELEMENT
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes)
  return new ArrayType(aligned.buffer, aligned.byteOffset, aligned.byteLength / width)
}

/** The tensor of a name, or INVALID_FILE with the names there are. */
export function findTensor(file: Safetensors, name: string): SafetensorsTensor {
  const { tensors } = checkParsed(file)
  if (typeof name !== 'string') return reject('INVALID_FILE', 'name', name, 'the name of a tensor')
  const tensor = tensors.get(name)
  if (tensor !== undefined) return tensor
  const names = [...tensors.keys()].slice(0, 8).map(quote)
  const more = tensors.size > names.length ? `, and ${tensors.size - names.length} more` : ''
  throw new RopeError(
    'INVALID_FILE',
    `the file has no tensor ${quote(name)}; it has ${names.join(', ') || 'none'}${more}`,
    { field: name },
  )
}

const PARTS = ['bytes', 'metadata', 'tensors'] as const

/** A file as `parseSafetensors` gives it; INVALID_FILE for anything else. */
export function checkParsed(file: Safetensors): Safetensors {
  const code = 'INVALID_FILE'
  const parts = checkFields(file, 'file', PARTS, 'what parseSafetensors gives', code)
  const { metadata, tensors } = parts
  if (!isMap(tensors)) return reject(code, 'file.tensors', tensors, 'a Map')
  const bytes = checkTypedArray(parts.bytes, 'file.bytes', ['Uint8Array'], code)
  return { bytes, tensors, metadata: metadata as Safetensors['metadata'] }
}

/** True for a Map, whatever realm it is of. */
function isMap(value: unknown): value is Safetensors['tensors'] {
  try {
    return Map.prototype.has.call(value, '') !== undefined
  } catch {
    return false
  }
}

const TRUNCATED = 'the file is truncated or not a safetensors file: fetch or write it again'
const WRITE_AGAIN = 'write the file again with a safetensors library'

/** Makes the function that throws this parse's errors. */
function failFor(source: string): Fail {
  return (problem, fix, field) => {
    const details = field === undefined ? {} : { field: shorten(field) }
    throw new RopeError('INVALID_FILE', `${source}: ${problem}; ${fix}`, details)
  }
}

function shorten(name: string): string {
  return name.length > 80 ? `${name.slice(0, 77)}...` : name
}

function headerLength(bytes: Uint8Array, fail: Fail): number {
  if (bytes.length < LENGTH_BYTES) {
    const found = `${bytes.length} bytes long, too short for the ${LENGTH_BYTES} of the header's length`
    return fail(found, TRUNCATED)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES)
  const length = view.getBigUint64(0, true)
  const following = bytes.length - LENGTH_BYTES
  if (length > BigInt(MAX_HEADER_BYTES)) {
    const found = `the header's length is ${length} bytes, above the format's limit of ${MAX_HEADER_BYTES}`
    return fail(found, 'this is not a safetensors file, or it was damaged: fetch or write it again')
  }
  if (length > BigInt(following)) {
    return fail(`the header's length is ${length} bytes, but only ${following} follow`, TRUNCATED)
  }
  return Number(length)
}

function decodeHeader(bytes: Uint8Array, length: number, fail: Fail): string {
  // A copy, since decoders refuse shared memory. The byte order mark must stay to be refused.
  const header = new Uint8Array(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length))
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header)
  } catch {
    return fail('the header is not valid UTF-8', WRITE_AGAIN)
  }
}

function checkEntry(
  entry: HeaderEntry,
  dataStart: number,
  fileLength: number,
  fail: Fail,
): SafetensorsTensor {
  const { name, dtype, shape } = entry
  const stop = (problem: string, fix: string): never =>
    fail(`tensor ${quote(name)}: ${problem}`, fix, name)
  if (!isSafetensorsDType(dtype)) {
    return stop(`dtype is ${quote(dtype)}`, `accepted: ${SAFETENSORS_DTYPES.join(', ')}`)
  }
  const [begin, end] = entry.dataOffsets
  if (begin === undefined || end === undefined || entry.dataOffsets.length !== 2) {
    return stop(`data_offsets has ${entry.dataOffsets.length} numbers`, 'accepted: [begin, end]')
  }
  const range = `data_offsets is [${begin}, ${end}]`
  if (begin > end) return stop(`${range}, which ends before it begins`, WRITE_AGAIN)
  const dataLength = fileLength - dataStart
  if (end > dataLength)
    return stop(`${range}, but only ${dataLength} bytes of data follow`, TRUNCATED)
  const byteLength = byteLengthOf(dtype, shape)
  if (byteLength !== end - begin) {
    const wanted = byteLength === null ? 'too many' : `${byteLength}`
    const found = `dtype ${dtype} (${bitsPerElement(dtype)} bits) and shape ${showShape(shape)} make ${wanted} bytes`
    return stop(`${found}, but ${range}, ${end - begin} bytes`, WRITE_AGAIN)
  }
  const place = { byteOffset: dataStart + begin, byteLength }
  return Object.freeze({ name, dtype, shape: Object.freeze(shape), ...place })
}

function showShape(shape: readonly number[]): string {
  return `[${shape.slice(0, 8).join(', ')}${shape.length > 8 ? `, and ${shape.length - 8} more` : ''}]`
}

/** The format wants each byte of data in exactly one tensor. Tensors come sorted by their bytes. */
function checkCoverage(
  tensors: readonly SafetensorsTensor[],
  dataStart: number,
  fileLength: number,
  fail: Fail,
): void {
  let covered = dataStart
  let previous = ''
  for (const { name, byteOffset, byteLength } of tensors) {
    const begin = byteOffset - dataStart
    if (byteOffset < covered) {
      const found = `tensor ${quote(name)} starts at byte ${begin} of the data, inside ${quote(previous)}`
      fail(found, `ranges must not overlap: ${WRITE_AGAIN}`, name)
    }
    if (byteOffset > covered) {
      const found = `tensor ${quote(name)} starts at byte ${begin} of the data, but the ones before it end at ${covered - dataStart}`
      fail(found, `ranges must leave no hole: ${WRITE_AGAIN}`, name)
    }
    covered = byteOffset + byteLength
    previous = name
  }
  if (covered !== fileLength) {
    const found = `the last ${fileLength - covered} bytes of the file belong to no tensor`
    fail(found, `every byte must: ${WRITE_AGAIN}`)
  }
}

/** What the constructors of `SafetensorsData` have in common. */
interface ArrayType {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): SafetensorsData
}

const ARRAY_TYPES: Readonly<Partial<Record<SafetensorsDType, ArrayType>>> = {
  F64: Float64Array,
  F32: Float32Array,
  C64: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  U64: BigUint64Array,
  I64: BigInt64Array,
  U32: Uint32Array,
  I32: Int32Array,
  U16: Uint16Array,
  I16: Int16Array,
  I8: Int8Array,
}

/** Types without an array of their own (booleans, 4, 6 and 8-bit floats) are bytes. */
function arrayTypeOf(dtype: SafetensorsDType): ArrayType {
  return ARRAY_TYPES[dtype] ?? Uint8Array
}
