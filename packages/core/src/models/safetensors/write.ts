/**
 * Tensors -> the bytes of a safetensors file: a new file, or a copy of an existing one in which
 * only some tensors' bytes differ. What is written here, `parseSafetensors` accepts.
 */
import { checkFields, checkList, isList, reading, reject, show } from '../../check.js'
import { RopeError, type RopeErrorCode } from '../../errors.js'
import {
  bitsPerElement,
  byteLengthOf,
  isSafetensorsDType,
  SAFETENSORS_DTYPES,
  type SafetensorsDType,
} from './element-types.js'
import { isWellFormed, METADATA_KEY, quote } from './header.js'
import { checkParsed, findTensor, MAX_HEADER_BYTES, type Safetensors } from './parse.js'

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
  const pairs = readPairs(replacements, 'replacements', 'INVALID_TENSOR')
  const { bytes } = checkParsed(file)
  const changes = pairs.map(([key, data]) => {
    const name = key as string
    const { byteOffset, byteLength } = findTensor(file, name)
    if (!ArrayBuffer.isView(data)) return refuse(name, `has ${show(data)} for data; give an array`)
    if (data.byteLength !== byteLength) {
      refuse(name, `has ${byteLength} bytes in the file, but its data has ${data.byteLength}`)
    }
    return { data, byteOffset }
  })
  const copy = new Uint8Array(bytes)
  for (const { data, byteOffset } of changes) copy.set(bytesOf(data), byteOffset)
  return copy
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function refuse(name: string, problem: string): never {
  throw new RopeError('INVALID_TENSOR', `tensor ${quote(name)} ${problem}`, { field: name })
}

function checkInputs(tensors: Iterable<SafetensorsInput>): SafetensorsInput[] {
  const names = new Set<string>()
  return readAll(tensors).map((given) => {
    const tensor = checkInput(given)
    const { name, dtype, shape, data } = tensor
    if (name === METADATA_KEY) refuse(name, 'has a name that the format reserves; use another')
    if (names.has(name)) refuse(name, 'is given twice; names must be unique')
    if (!isWellFormed(name))
      refuse(name, 'has half a surrogate pair in its name; UTF-8 cannot hold it')
    names.add(name)
    if (!isSafetensorsDType(dtype)) {
      refuse(name, `has dtype ${show(dtype)}; accepted: ${SAFETENSORS_DTYPES.join(', ')}`)
    }
    const bytes = byteLengthOf(dtype, shape)
    if (bytes !== data.byteLength) {
      const wanted = bytes === null ? 'too many' : `${bytes}`
      refuse(
        name,
        `is ${dtype} [${shape.join(', ')}], ${wanted} bytes, but its data has ${data.byteLength}`,
      )
    }
    return tensor
  })
}

function readAll(tensors: unknown): readonly unknown[] {
  return readItems(tensors, 'tensors', 'a list or another iterable of tensors', 'INVALID_TENSOR')
}

/** A tensor whose fields are of the right types, each read once. */
function checkInput(given: unknown): SafetensorsInput {
  const code = 'INVALID_TENSOR'
  const keys = ['name', 'dtype', 'shape', 'data'] as const
  const fields = checkFields(given, 'tensor', keys, '{ name, dtype, shape, data }', code)
  const { name, dtype, data } = fields
  if (typeof name !== 'string') return reject('INVALID_TENSOR', 'name', name, 'a text')
  if (!ArrayBuffer.isView(data)) return refuse(name, `has ${show(data)} for data; give an array`)
  const shape = checkList(fields.shape, `the shape of ${quote(name)}`, 'a list of sizes', code)
  if (!shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)) {
    return refuse(name, `has shape ${show(shape)}; accepted: non-negative integers`)
  }
  return { name, dtype: dtype as SafetensorsDType, shape: shape as readonly number[], data }
}

/** Items of a list or any other iterable, each read once; a list that lies about its length ends soon. */
function readItems(
  given: unknown,
  field: string,
  accepted: string,
  code: RopeErrorCode,
): readonly unknown[] {
  if (isList(given)) return checkList(given, field, accepted, code)
  return reading(
    () => Array.from(given as Iterable<unknown>),
    () => reject(code, field, given, accepted),
  )
}

/** Pairs of a Map, a list or any other iterable. */
function readPairs(
  given: unknown,
  field: string,
  code: RopeErrorCode,
): readonly (readonly [unknown, unknown])[] {
  const accepted = 'pairs of a name and a value, such as a Map or the entries of an object'
  return readItems(given, field, accepted, code).map((pair) => {
    const [key, value] = checkList(pair, field, accepted, code)
    return [key, value]
  })
}

function checkMetadata(metadata: Iterable<readonly [string, string]>): Map<string, string> {
  const checked = new Map(readPairs(metadata, 'metadata', 'INVALID_OPTION') as [string, string][])
  for (const [key, value] of checked) {
    if (isText(key) && isText(value)) continue
    const given = `metadata ${show(key)} is ${show(value)}`
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
