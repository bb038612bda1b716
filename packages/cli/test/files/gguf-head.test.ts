/**
 * The head of a GGUF file against the parser and the writer of @huggingface/gguf.
 */
import {
  type GGUFTypedMetadata,
  gguf,
  serializeGgufMetadata,
  GGUFValueType as Type,
} from '@huggingface/gguf'
import { describe, expect, test } from 'vitest'
import { pick, seededRandom } from '../../../../tooling/fuzz/random.js'
import { type GgufHead, parseGgufHead } from '../../src/files/gguf-head.js'
import { readOpenGguf } from '../../src/files/read-gguf.js'
import { damaged, GGUF_FILES } from '../fuzz/gguf-seeds.js'
import { openInMemory } from '../fuzz/memory-file.js'

type Entries = Readonly<Record<string, { readonly value: unknown; readonly type: Type }>>

/** One value of each type. */
const ENTRIES: Entries = {
  'general.architecture': { value: 'llama', type: Type.STRING },
  'a.uint8': { value: 200, type: Type.UINT8 },
  'a.int8': { value: -100, type: Type.INT8 },
  'a.uint16': { value: 60000, type: Type.UINT16 },
  'a.int16': { value: -30000, type: Type.INT16 },
  'a.uint32': { value: 4e9, type: Type.UINT32 },
  'a.int32': { value: -2e9, type: Type.INT32 },
  'a.float32': { value: 0.5, type: Type.FLOAT32 },
  'a.bool': { value: true, type: Type.BOOL },
  'a.uint64': { value: 2n ** 63n, type: Type.UINT64 },
  'a.int64': { value: -(2n ** 62n), type: Type.INT64 },
  'a.float64': { value: 0.1, type: Type.FLOAT64 },
  'a.text': { value: 'Größe', type: Type.STRING },
}

interface Format {
  readonly version: 1 | 2 | 3
  readonly littleEndian: boolean
}

function written(entries: object, { version, littleEndian }: Format): Uint8Array {
  const counts = {
    version: { value: version, type: Type.UINT32 },
    tensor_count: { value: 0n, type: Type.UINT64 },
    kv_count: { value: BigInt(Object.keys(entries).length), type: Type.UINT64 },
  }
  const all = { ...counts, ...entries } as unknown as GGUFTypedMetadata
  return serializeGgufMetadata(all, { littleEndian })
}

const V3: Format = { version: 3, littleEndian: true }

describe.each([1, 2, 3] as const)('version %i', (version) => {
  test.each([true, false])('every type of value; little-endian: %s', (littleEndian) => {
    const head = parseGgufHead(written(ENTRIES, { version, littleEndian }))
    const values = Object.entries(ENTRIES).map(([key, { value }]) => [key, value])
    expect(head).toEqual({ metadata: Object.fromEntries(values), tensorInfos: [] })
  })
})

/** What the other parser makes of a file; null when it refuses it, or reads past its end. */
async function others(bytes: Uint8Array): Promise<GgufHead | null> {
  const answer = async (): Promise<Response> => new Response(new Uint8Array(bytes))
  try {
    const read = await gguf('https://file.invalid/', { fetch: answer })
    if (read.tensorInfoByteRange[1] > bytes.length) return null
    const { version, tensor_count, kv_count, ...metadata } = read.metadata
    const tensorInfos = read.tensorInfos.map(({ name, dtype, shape, offset }) => ({
      ...{ name, type: dtype, shape: shape.map(Number) },
      byteOffset: Number(read.tensorDataOffset + offset),
    }))
    return { metadata, tensorInfos }
  } catch {
    return null
  }
}

function own(bytes: Uint8Array): GgufHead | null {
  try {
    return parseGgufHead(bytes)
  } catch {
    return null
  }
}

/** Axes of more than 2^32 numbers are refused there, and here where the tensor is read. */
const hasHugeAxis = (head: GgufHead | null): boolean =>
  head?.tensorInfos.some(({ shape }) => shape.some((size) => size > 2 ** 32)) === true

test('damaged files are read as the other parser reads them, or refused by both', async () => {
  const random = seededRandom(1)
  let read = 0
  for (let i = 0; i < 300; i++) {
    const bytes = damaged(random, pick(random, GGUF_FILES))
    const head = own(bytes)
    if (hasHugeAxis(head)) continue
    expect(head).toEqual(await others(bytes))
    if (head !== null) read++
  }
  expect(read).toBeGreaterThan(100)
  expect(read).toBeLessThan(300)
})

const TOKENS = {
  'tokenizer.ggml.tokens': {
    value: Array.from({ length: 100_000 }, (_, i) => `token ${i}`),
    type: Type.ARRAY,
    subType: Type.STRING,
  },
}

test('a vocabulary is passed over, and what follows it is read', async () => {
  const bytes = written({ ...TOKENS, ...ENTRIES }, V3)
  expect(bytes.length).toBeGreaterThan(2 ** 20)
  const { metadata } = await readOpenGguf(openInMemory('model.gguf', bytes))
  expect(Object.keys(metadata)).toEqual(Object.keys(ENTRIES))
})

test('a head is whole from its last byte on, and no earlier', () => {
  const bytes = GGUF_FILES[1] as Uint8Array
  const whole = parseGgufHead(bytes)
  const heads = Array.from(bytes, (_, length) => (length < 4 ? null : own(bytes.slice(0, length))))
  const end = heads.findIndex((head) => head !== null)
  const [weights] = whole?.tensorInfos ?? []
  expect(Math.ceil(end / 32) * 32).toBe(weights?.byteOffset)
  expect(heads.slice(end).every((head) => head !== null)).toBe(true)
  expect(heads.at(-1)).toEqual(whole)
})

describe('what is no head is refused in words', () => {
  /** A file of one key with this type, and these bytes for its value. */
  const withValue = (...words: readonly number[]): Uint8Array => {
    const start = written({ a: { value: 0, type: Type.UINT8 } }, V3).slice(0, 8 + 16 + 9)
    return Uint8Array.from([...start, ...new Uint8Array(Uint32Array.from(words).buffer)])
  }
  const LIST = [Type.ARRAY, 1, 0]
  const nested = [Type.ARRAY, ...LIST, ...LIST, ...LIST, ...LIST, Type.UINT8, 0, 0]

  test.each<readonly [what: string, bytes: Uint8Array, problem: RegExp]>([
    ['another beginning', new TextEncoder().encode('GGML....'), /does not begin with "GGUF"/],
    ['a version', Uint8Array.from([0x47, 0x47, 0x55, 0x46, 4, 0, 0, 0]), /version 4; accepted: 1/],
    ['a type of value', withValue(13, 0), /a value of type 13; accepted: 0 to 12/],
    ['a type of item', withValue(Type.ARRAY, 13, 1, 0), /a value of type 13/],
    ['lists within lists', withValue(...nested), /to a depth above 4/],
    ['a list longer than the file', withValue(Type.ARRAY, 0, 9, 0), /ends before its metadata/],
    [
      'a list longer than any',
      withValue(Type.ARRAY, 0, 2 ** 20 + 1, 0),
      /a list of 1048577 values/,
    ],
    ['a text longer than the file', withValue(Type.STRING, 5, 0, 0), /ends before its metadata/],
  ])('%s', async (_, bytes, problem) => {
    await expect(readOpenGguf(openInMemory('model.gguf', bytes))).rejects.toThrow(problem)
  })

  test('axes, and where weights begin', () => {
    const [, bytes] = GGUF_FILES as readonly Uint8Array[]
    const file = Buffer.from(bytes as Uint8Array)
    file.writeUInt32LE(5, file.indexOf('rope_freqs.weight') + 'rope_freqs.weight'.length)
    expect(() => parseGgufHead(file)).toThrow(/a tensor of 5 axes; accepted: up to 4/)
    const alignment = { 'general.alignment': { value: 0, type: Type.UINT32 } }
    expect(() => parseGgufHead(written(alignment, V3))).toThrow(/general.alignment is not a whole/)
  })

  test('a head longer than any', async () => {
    const start = withValue(Type.STRING, 2 ** 30, 0)
    const size = 2 ** 31
    const fill = async (target: Uint8Array): Promise<void> => target.set(start)
    const file = { path: 'model.gguf', size, fill, checkUnchanged: async () => undefined }
    await expect(readOpenGguf(file)).rejects.toThrow(/metadata takes more than 64.0 MiB/)
  })
})
