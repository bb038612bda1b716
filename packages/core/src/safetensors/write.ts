/**
 * Tensors -> the bytes of a safetensors file: a new file, or a copy of an existing one in which
 * only some tensors' bytes differ. What is written here, `parseSafetensors` accepts.
 */
import { RopeError } from '../errors.js'
import {
  bitsPerElement,
  byteLengthOf,
  isSafetensorsDType,
  SAFETENSORS_DTYPES,
  type SafetensorsDType,
} from './element-types.js'
import { isWellFormed, METADATA_KEY, quote } from './header.js'
import { findTensor, MAX_HEADER_BYTES, type Safetensors } from './parse.js'

/** A tensor to write: dense, row-major. */
export interface SafetensorsInput {
  readonly name: string
  readonly dtype: SafetensorsDType
  readonly shape: readonly number[]
  /** Any typed array over the tensor's bytes, such as a Float32Array for F32. */
  readonly data: ArrayBufferView
}

/** The global of every engine, declared because the ES library does not list it. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array }

/**
 * The bytes of a safetensors file with these tensors. Wider types come first, so that every
 * payload is aligned; among equals the given order stays.
 *
 * @param metadata free text, such as a Map or `Object.entries` of a record; none when absent
 * @throws RopeError INVALID_TENSOR for a name that is taken, reserved or not well-formed Unicode,
 *   an unknown dtype, a bad shape, data of another size, or a header above the format's limit;
 *   INVALID_OPTION for metadata that is not text
 *
 * @example
 * ```ts
 * const bytes = writeSafetensors([
 *   { name: 'q', dtype: 'F32', shape: [2, 3], data: new Float32Array(6) },
 * ])
 * ```
 */
export function writeSafetensors(
  tensors: Iterable<SafetensorsInput>,
  metadata: Iterable<readonly [string, string]> = [],
): Uint8Array {
  const checked = checkInputs(tensors)
  checked.sort((a, b) => bitsPerElement(b.dtype) - bitsPerElement(a.dtype))
  const header = encodeHeader(checked, checkMetadata(metadata))
  const payload = checked.reduce((sum, { data }) => sum + data.byteLength, 0)
  const file = new Uint8Array(8 + header.length + payload)
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true)
  file.set(header, 8)
  let at = 8 + header.length
  for (const { data } of checked) {
    file.set(bytesOf(data), at)
    at += data.byteLength
  }
  return file
}

/**
 * A copy of a parsed file in which the named tensors hold other bytes. Header, order, offsets and
 * all other tensors stay as they are, byte for byte; the given file is not touched.
 *
 * @param replacements tensor name -> data of exactly that tensor's size in bytes
 * @throws RopeError INVALID_FILE for a name the file does not have; INVALID_TENSOR for data of
 *   another size
 */
export function replaceTensors(
  file: Safetensors,
  replacements: Iterable<readonly [string, ArrayBufferView]>,
): Uint8Array {
  const changes = [...replacements].map(([name, data]) => {
    const { byteOffset, byteLength } = findTensor(file, name)
    if (data.byteLength !== byteLength) {
      reject(name, `has ${byteLength} bytes in the file, but its data has ${data.byteLength}`)
    }
    return { data, byteOffset }
  })
  const copy = new Uint8Array(file.bytes)
  for (const { data, byteOffset } of changes) copy.set(bytesOf(data), byteOffset)
  return copy
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function reject(name: string, problem: string): never {
  throw new RopeError('INVALID_TENSOR', `tensor ${quote(name)} ${problem}`, { field: name })
}

function checkInputs(tensors: Iterable<SafetensorsInput>): SafetensorsInput[] {
  const names = new Set<string>()
  return Array.from(tensors, (tensor) => {
    const { name, dtype, shape, data } = tensor
    if (name === METADATA_KEY) reject(name, 'has a name that the format reserves; use another')
    if (names.has(name)) reject(name, 'is given twice; names must be unique')
    if (!isWellFormed(name))
      reject(name, 'has half a surrogate pair in its name; UTF-8 cannot hold it')
    names.add(name)
    if (!isSafetensorsDType(dtype)) {
      reject(name, `has dtype ${quote(String(dtype))}; accepted: ${SAFETENSORS_DTYPES.join(', ')}`)
    }
    checkShape(tensor)
    const bytes = byteLengthOf(dtype, shape)
    if (bytes !== data.byteLength) {
      const wanted = bytes === null ? 'too many' : `${bytes}`
      reject(
        name,
        `is ${dtype} [${shape.join(', ')}], ${wanted} bytes, but its data has ${data.byteLength}`,
      )
    }
    return tensor
  })
}

function checkShape({ name, shape }: SafetensorsInput): void {
  if (shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return
  reject(name, `has shape [${shape.join(', ')}]; accepted: non-negative integers`)
}

function checkMetadata(metadata: Iterable<readonly [string, string]>): Map<string, string> {
  const checked = new Map(metadata)
  for (const [key, value] of checked) {
    if (isText(key) && isText(value)) continue
    const given = `metadata ${quote(String(key))} is ${quote(String(value))}, a ${typeof value}`
    throw new RopeError('INVALID_OPTION', `${given}; accepted: strings of well-formed Unicode`, {
      field: 'metadata',
    })
  }
  return checked
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && isWellFormed(value)
}

/** Written by hand, because an object would reorder names such as "1" and swallow "__proto__". */
function encodeHeader(
  tensors: readonly SafetensorsInput[],
  metadata: ReadonlyMap<string, string>,
): Uint8Array {
  const members: string[] = []
  if (metadata.size > 0) {
    const texts = Array.from(
      metadata,
      ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
    )
    members.push(`"${METADATA_KEY}":{${texts.join(',')}}`)
  }
  let begin = 0
  for (const { name, dtype, shape, data } of tensors) {
    const end = begin + data.byteLength
    const entry = `{"dtype":"${dtype}","shape":${JSON.stringify(shape)},"data_offsets":[${begin},${end}]}`
    members.push(`${JSON.stringify(name)}:${entry}`)
    begin = end
  }
  return padHeader(new TextEncoder().encode(`{${members.join(',')}}`))
}

/** Spaces up to a multiple of 8 bytes, so that the payload is aligned. */
function padHeader(header: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil(header.length / 8) * 8).fill(0x20)
  padded.set(header)
  if (padded.length <= MAX_HEADER_BYTES) return padded
  const found = `the header takes ${padded.length} bytes, above the format's limit of ${MAX_HEADER_BYTES}`
  throw new RopeError('INVALID_TENSOR', `${found}; write fewer or shorter names`, {
    field: 'tensors',
  })
}
