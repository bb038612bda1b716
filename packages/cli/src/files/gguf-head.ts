/**
 * The head of a GGUF file, out of its first bytes: the metadata and the list of tensors, in either
 * byte order. It is read from front to back, and a size is believed as far as there are bytes.
 * Source of the format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
 */

/** A tensor of a GGUF file. */
export interface GgufTensor {
  readonly name: string
  /** ggml's number of the type. */
  readonly type: number
  /** Sizes from the innermost axis, as GGUF lists them. */
  readonly shape: readonly number[]
  /** First byte, counted from the start of the file. */
  readonly byteOffset: number
}

/** What stands before the weights. */
export interface GgufHead {
  /** Without the vocabulary, which is most of it and says nothing about RoPE. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly tensorInfos: readonly GgufTensor[]
}

/** Most axes of a tensor in ggml. */
const MOST_AXES = 4
/** Lists within lists: none are known, and the format has no limit. */
const DEEPEST = 4
/** More than there are tokens in any vocabulary; a byte in a file is eight in a list. */
const MOST_ITEMS = 2 ** 20
/** Where weights begin when the file does not say: at a multiple of this. */
const ALIGNMENT = 32

/** GGUF's numbers of the types of value that are no scalars. */
const [TEXT, LIST] = [8, 9]

/** What a reader throws where the bytes end. */
class EndOfBytes extends Error {}

/** Bytes one after the other, as the values that they stand for. */
class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #decoder = new TextDecoder()
  #isLittle = true
  #version = 3
  /** Lists that the next value stands in. */
  #depth = 0
  /** The next byte. */
  at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** Where the next `length` bytes begin; they are passed over. */
  skip(length: number): number {
    const { at } = this
    if (length > this.#bytes.length - at) throw new EndOfBytes()
    this.at += length
    return at
  }

  uint32(): number {
    return this.#view.getUint32(this.skip(4), this.#isLittle)
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.skip(8), this.#isLittle)
  }

  /** A count or length: 32 bits in version 1. One above 2^53 is rounded, and too long anyway. */
  size(): number {
    return this.#version === 1 ? this.uint32() : Number(this.uint64())
  }

  text(): string {
    const length = this.size()
    const start = this.skip(length)
    return this.#decoder.decode(this.#bytes.subarray(start, start + length))
  }

  /** What the file begins with: the byte order and the version are those of all that follows. */
  start(): void {
    const at = this.skip(8)
    if (this.#decoder.decode(this.#bytes.subarray(at, at + 4)) !== 'GGUF') {
      throw new Error('it does not begin with "GGUF"')
    }
    // A small number in the other byte order is a large one.
    this.#isLittle = (this.#view.getUint32(at + 4, true) & 0xffff) !== 0
    this.#version = this.#view.getUint32(at + 4, this.#isLittle)
    if (this.#version >= 1 && this.#version <= 3) return
    throw new Error(`it has version ${this.#version}; accepted: 1 to 3`)
  }

  value(type: number): unknown {
    const scalar = SCALARS[type]
    if (scalar !== undefined) {
      const [width, get] = scalar
      return get(this.#view, this.skip(width), this.#isLittle)
    }
    if (type === TEXT) return this.text()
    if (type !== LIST) throw new Error(`it has a value of type ${type}; accepted: 0 to 12`)
    const list: unknown[] = []
    this.#forItems((item) => list.push(this.value(item)))
    return list
  }

  /** Passes over a value, without making the texts of a vocabulary. */
  skipValue(type: number): void {
    if (type === TEXT) this.skip(this.size())
    else if (type === LIST) this.#forItems((item) => this.skipValue(item))
    else this.value(type)
  }

  #forItems(read: (type: number) => void): void {
    this.#depth++
    if (this.#depth > DEEPEST) throw new Error(`it has lists to a depth above ${DEEPEST}`)
    const [type, length] = [this.uint32(), this.size()]
    if (length > MOST_ITEMS) {
      throw new Error(`it has a list of ${length} values; accepted: up to ${MOST_ITEMS}`)
    }
    for (let i = 0; i < length; i++) read(type)
    this.#depth--
  }
}

type Scalar = readonly [
  bytes: number,
  get: (view: DataView, at: number, isLittle: boolean) => number | bigint | boolean,
]

/** By their number; a text and a list are none. */
const SCALARS: readonly (Scalar | undefined)[] = [
  [1, (view, at) => view.getUint8(at)],
  [1, (view, at) => view.getInt8(at)],
  [2, (view, at, isLittle) => view.getUint16(at, isLittle)],
  [2, (view, at, isLittle) => view.getInt16(at, isLittle)],
  [4, (view, at, isLittle) => view.getUint32(at, isLittle)],
  [4, (view, at, isLittle) => view.getInt32(at, isLittle)],
  [4, (view, at, isLittle) => view.getFloat32(at, isLittle)],
  [1, (view, at) => view.getUint8(at) !== 0],
  undefined,
  undefined,
  [8, (view, at, isLittle) => view.getBigUint64(at, isLittle)],
  [8, (view, at, isLittle) => view.getBigInt64(at, isLittle)],
  [8, (view, at, isLittle) => view.getFloat64(at, isLittle)],
]

function readMetadata(reader: Reader, keys: number): GgufHead['metadata'] {
  const entries: [string, unknown][] = []
  for (let i = 0; i < keys; i++) {
    const [key, type] = [reader.text(), reader.uint32()]
    if (key.startsWith('tokenizer.')) reader.skipValue(type)
    else entries.push([key, reader.value(type)])
  }
  return Object.fromEntries(entries)
}

/** A tensor whose offset is counted from where the weights begin. */
function readTensor(reader: Reader): GgufTensor {
  const [name, axes] = [reader.text(), reader.uint32()]
  if (axes > MOST_AXES)
    throw new Error(`it has a tensor of ${axes} axes; accepted: up to ${MOST_AXES}`)
  const shape = Array.from({ length: axes }, () => reader.size())
  return { name, shape, type: reader.uint32(), byteOffset: Number(reader.uint64()) }
}

function readHead(reader: Reader): GgufHead {
  reader.start()
  const [tensors, keys] = [reader.size(), reader.size()]
  const metadata = readMetadata(reader, keys)
  const infos: GgufTensor[] = []
  while (infos.length < tensors) infos.push(readTensor(reader))
  const alignment = Number(metadata['general.alignment'] ?? ALIGNMENT)
  if (!Number.isSafeInteger(alignment) || alignment <= 0) {
    throw new Error('its general.alignment is not a whole number above 0')
  }
  const start = Math.ceil(reader.at / alignment) * alignment
  const tensorInfos = infos.map((info) => ({ ...info, byteOffset: start + info.byteOffset }))
  return { metadata, tensorInfos }
}

/**
 * The head of a file; null when the bytes end before it does.
 *
 * @param bytes the first bytes of the file, or all
 * @throws Error for what is no head, with what is wrong
 */
export function parseGgufHead(bytes: Uint8Array): GgufHead | null {
  try {
    return readHead(new Reader(bytes))
  } catch (error) {
    if (error instanceof EndOfBytes) return null
    throw error
  }
}
