/**
 * What a file is, by its first bytes and not by its name: models come in many formats, and only some
 * of them say how the model rotates.
 */
import { RopeError } from '@rope/core'
import { quoted } from '../format/text.js'
import { withRegularFile } from './regular-file.js'

/** Formats that are read; null for what may be a config.json. */
export type ModelFormat = 'gguf' | 'safetensors' | null

/** The longest header of a safetensors file that is believed. */
const LONGEST_HEADER = 100_000_000n

const startsWith = (text: string) => (start: Uint8Array) =>
  [...text].every((letter, i) => start[i] === letter.charCodeAt(0))

/** A length in eight bytes, then the JSON of the header. */
function isSafetensors(start: Uint8Array): boolean {
  const length = new DataView(start.buffer).getBigUint64(0, true)
  return length > 1n && length <= LONGEST_HEADER && start[8] === 0x7b
}

/** A protobuf whose first field is a small version and whose second is one of a model's. */
function isOnnx(start: Uint8Array): boolean {
  const [tag, version = 0, next = 0] = start
  return (
    tag === 0x08 && version > 0 && version < 32 && [0x12, 0x1a, 0x22, 0x3a, 0x42].includes(next)
  )
}

/** A page, as a server sends it instead of a file: no config begins with this sign. */
function isPage(start: Uint8Array): boolean {
  return new TextDecoder().decode(start).trimStart().startsWith('<')
}

/** A mark of UTF-16, or a brace with the zero byte that it has there. */
function isUtf16([first, second]: Uint8Array): boolean {
  const pair = [first, second].join()
  return ['255,254', '254,255', '123,0', '0,123'].includes(pair)
}

const BESIDE = 'pass the config.json beside it'

/** Formats that hold weights or graphs and not how a model rotates, and what to pass instead. */
const FOREIGN: readonly (readonly [is: (start: Uint8Array) => boolean, what: string])[] = [
  [isOnnx, `is an ONNX model, whose rotations are nodes of its graph; ${BESIDE}`],
  [startsWith('PK\x03\x04'), `is a zip archive, such as PyTorch's .bin, .pt and .pth; ${BESIDE}`],
  [
    (start) => start[0] === 0x80 && (start[1] ?? 0) <= 5,
    `is a Python pickle (.bin, .pt); ${BESIDE}`,
  ],
  [startsWith('\x89HDF'), `is an HDF5 file (.h5); ${BESIDE}`],
  [startsWith('\x93NUMPY'), `is a NumPy array; ${BESIDE}`],
  [
    startsWith('version https://git-lfs.'),
    'is a pointer of Git LFS, which stands for the file; fetch the file itself (git lfs pull)',
  ],
  [isPage, 'is a page in HTML or XML, such as of a login or an error; fetch the file itself'],
  [startsWith('\x1f\x8b'), 'is compressed by gzip; unpack it'],
  [startsWith('\x28\xb5\x2f\xfd'), 'is compressed by Zstandard; unpack it'],
  [startsWith('\xfd7zXZ'), 'is compressed by xz; unpack it'],
  [startsWith('BZh'), 'is compressed by bzip2; unpack it'],
  [isUtf16, 'is text in UTF-16; save it in UTF-8'],
  [startsWith('ggml'), 'is a model in an old format of ggml; convert it to GGUF'],
]

/** How many bytes tell the formats apart. */
const START = 32

/**
 * The format of a file.
 *
 * @throws RopeError INVALID_FILE for formats that do not say how a model rotates, by their name
 */
export async function recognise(path: string): Promise<ModelFormat> {
  const start = await firstBytes(path)
  if (start === null) return null
  if (startsWith('GGUF')(start)) return 'gguf'
  if (isSafetensors(start)) return 'safetensors'
  refuseForeign(start, quoted(path), path)
  return null
}

/**
 * Refuses formats that do not say how a model rotates.
 *
 * @param start the first bytes
 * @throws RopeError INVALID_FILE, by their name
 */
export function refuseForeign(start: Uint8Array, name: string, field: string): void {
  const foreign = FOREIGN.find(([is]) => is(start.subarray(0, START)))
  if (foreign === undefined) return
  throw new RopeError('INVALID_FILE', `${name} ${foreign[1]}`, { field })
}

async function firstBytes(path: string): Promise<Uint8Array | null> {
  try {
    return await withRegularFile(path, async (file) => {
      const start = new Uint8Array(START)
      await file.fill(start.subarray(0, Math.min(START, file.size)), 0)
      return start
    })
  } catch {
    // Whatever is wrong with the file, the reader of config.json says it better.
    return null
  }
}

/**
 * Refuses the JSON that says which file holds which weight.
 *
 * @throws RopeError INVALID_FILE
 */
export function refuseIndex(json: unknown, path: string): void {
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, 'weight_map')) return
  const problem = 'is an index of weight files (weight_map), and not a config'
  throw new RopeError('INVALID_FILE', `${quoted(path)} ${problem}; ${BESIDE}`, { field: path })
}
