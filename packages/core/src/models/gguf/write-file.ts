/**
 * A small GGUF file, version 3: metadata and float32 tensors, as `toGguf` gives them. Files with
 * a model's weights are the business of converters; this one is to be merged into such a file.
 * Source of the format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
 */
import { checkRecord, checkTypedArray, readDocument, shorten, show } from '../../check.js'
import { RopeError } from '../../errors.js'
import type { GgufValue } from './values.js'

/** The global of every engine, declared because the ES library does not list it. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array }

/** Numbers of GGUF's value types. */
const TYPE = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const
const ALIGNMENT = 32

/** Keys whose value is a float32 even when it is whole. */
const FLOAT =
  /\.(freq_base(_swa)?|compress_rope_freq_base|alpha|factor|attn_factor|yarn_\w+|(low|high)_freq_factor)$/

/** Bytes that grow. */
class Bytes {
  readonly #parts: Uint8Array[] = []
  length = 0

  push(bytes: Uint8Array): void {
    this.#parts.push(bytes)
    this.length += bytes.length
  }

  uint32(value: number): void {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setUint32(0, value, true)
    this.push(bytes)
  }

  int32(value: number): void {
    this.uint32(value >>> 0)
  }

  float32(value: number): void {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setFloat32(0, value, true)
    this.push(bytes)
  }

  uint64(value: number): void {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true)
    this.push(bytes)
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value)
    this.uint64(bytes.length)
    this.push(bytes)
  }

  /** Zeros up to a multiple of the alignment. */
  pad(): void {
    this.push(new Uint8Array((ALIGNMENT - (this.length % ALIGNMENT)) % ALIGNMENT))
  }

  join(): Uint8Array {
    const all = new Uint8Array(this.length)
    let at = 0
    for (const part of this.#parts) {
      all.set(part, at)
      at += part.length
    }
    return all
  }
}

/**
 * The bytes of a GGUF file with this metadata and these float32 tensors.
 *
 * @param metadata whole numbers become uint32, except for keys that are float32 by definition;
 *   lists hold int32, booleans or texts
 * @param tensors one-dimensional, by name
 * @throws RopeError INVALID_OPTION for a value that the format cannot hold
 */
export function writeGgufFile(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: Readonly<Record<string, Float32Array>>,
): Uint8Array {
  const values = Object.entries(readEntries(metadata, 'metadata')) as [string, GgufValue][]
  const entries = Object.entries(readEntries(tensors, 'tensors')).map(([name, data]) => {
    return [name, checkTypedArray(data, `tensors['${shorten(name)}']`, ['Float32Array'])] as const
  })
  const file = new Bytes()
  file.push(Uint8Array.of(0x47, 0x47, 0x55, 0x46))
  file.uint32(3)
  file.uint64(entries.length)
  file.uint64(values.length)
  for (const [key, value] of values) writeValue(file, key, value)
  let offset = 0
  for (const [name, data] of entries) {
    writeTensorInfo(file, name, data.length, offset)
    offset += Math.ceil(data.byteLength / ALIGNMENT) * ALIGNMENT
  }
  file.pad()
  for (const [, data] of entries) {
    for (const value of data) file.float32(value)
    file.pad()
  }
  return file.join()
}

function readEntries(given: unknown, field: string): Readonly<Record<string, unknown>> {
  checkRecord(given, field, 'an object of values by name')
  return readDocument(given, field, 'INVALID_OPTION') as Readonly<Record<string, unknown>>
}

function writeTensorInfo(file: Bytes, name: string, length: number, offset: number): void {
  file.text(name)
  file.uint32(1)
  file.uint64(length)
  file.uint32(0) // the type F32
  file.uint64(offset)
}

function writeValue(file: Bytes, key: string, value: GgufValue): void {
  file.text(key)
  if (typeof value === 'string') {
    file.uint32(TYPE.string)
    file.text(value)
  } else if (typeof value === 'boolean') {
    file.uint32(TYPE.bool)
    file.push(Uint8Array.of(Number(value)))
  } else if (typeof value === 'number') {
    writeNumber(file, key, value)
  } else if (Array.isArray(value)) {
    writeList(file, key, value)
  } else {
    reject(key, value)
  }
}

function writeNumber(file: Bytes, key: string, value: number): void {
  if (FLOAT.test(key) || !Number.isInteger(value)) {
    file.uint32(TYPE.float32)
    file.float32(value)
    return
  }
  if (value < 0 || value > 0xffffffff) reject(key, value)
  file.uint32(TYPE.uint32)
  file.uint32(value)
}

function writeList(file: Bytes, key: string, list: readonly unknown[]): void {
  const isFlags = list.every((item) => typeof item === 'boolean')
  const isWhole = list.every((item) => Number.isInteger(item) && Math.abs(Number(item)) < 2 ** 31)
  if (!isFlags && !isWhole) reject(key, list)
  file.uint32(TYPE.array)
  file.uint32(isFlags ? TYPE.bool : TYPE.int32)
  file.uint64(list.length)
  for (const item of list) {
    if (isFlags) file.push(Uint8Array.of(Number(item)))
    else file.int32(Number(item))
  }
}

function reject(key: string, value: unknown): never {
  const accepted = 'texts, booleans, numbers, and lists of whole numbers or booleans'
  throw new RopeError(
    'INVALID_OPTION',
    `metadata ${show(key)} is ${show(value)}; accepted: ${accepted}`,
    {
      field: key,
    },
  )
}
