/**
 * Reads what a GGUF file says about RoPE: its head and its factor tensors. Nothing else of the file
 * is read.
 */
import { RopeError } from '@rope/core'
import { FACTOR_TENSORS, type GgufRope } from '@rope/core/gguf'
import { quoted, bytes as showBytes } from '../format/text.js'
import { type GgufHead, type GgufTensor, parseGgufHead } from './gguf-head.js'
import { type RegularFile, withRegularFile } from './regular-file.js'

/** What is read of a GGUF file. */
export interface GgufFile extends GgufHead, GgufRope {
  readonly metadata: GgufHead['metadata']
}

/** ggml's number of float32. */
const F32 = 0
/** More numbers than any head has pairs. */
const LONGEST = 65536

/**
 * The metadata, tensor list and factor tensors of a GGUF file.
 *
 * @throws RopeError INVALID_FILE when it cannot be read or is not a GGUF file
 */
export async function readGguf(path: string): Promise<GgufFile> {
  return withRegularFile(path, readOpenGguf)
}

/** The same of a file that is open. */
export async function readOpenGguf(file: RegularFile): Promise<GgufFile> {
  const { metadata, tensorInfos } = await readHead(file)
  const tensors = await readFactors(file, tensorInfos)
  await file.checkUnchanged()
  return { metadata, tensorInfos, tensors }
}

/** Bytes to begin with: as much as the head of most files without a vocabulary. */
const FIRST = 2 ** 20
/** More than the largest vocabularies take. */
const MOST = 2 ** 26

/** The head of a file, out of as many of its first bytes as it takes. */
async function readHead(file: RegularFile): Promise<GgufHead> {
  for (let length = FIRST; length <= MOST; length *= 4) {
    const bytes = new Uint8Array(Math.min(length, file.size))
    await file.fill(bytes, 0)
    const head = parse(file, bytes)
    if (head !== null) return head
    if (bytes.length === file.size) throw refuseHead(file, 'it ends before its metadata does')
  }
  throw refuseHead(file, `its metadata takes more than ${showBytes(MOST)}`)
}

function parse(file: RegularFile, bytes: Uint8Array): GgufHead | null {
  try {
    return parseGgufHead(bytes)
  } catch (cause) {
    throw refuseHead(file, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function refuseHead({ path }: RegularFile, problem: string, cause?: unknown): RopeError {
  const message = `${quoted(path)} is not a GGUF file that can be read: ${problem}; fetch it again`
  return new RopeError('INVALID_FILE', message, { field: path, cause })
}

async function readFactors(
  file: RegularFile,
  infos: readonly GgufTensor[],
): Promise<Record<string, Float32Array>> {
  const wanted = infos.filter(({ name }) =>
    FACTOR_TENSORS.some(
      (factor) => name === `${factor}.weight` || name === `blk.0.${factor}.weight`,
    ),
  )
  const tensors: Record<string, Float32Array> = {}
  for (const info of wanted) {
    if (Object.hasOwn(tensors, info.name)) throw refuse(file, info, 'is there twice')
    tensors[info.name] = await readFloats(file, info)
  }
  return tensors
}

async function readFloats(file: RegularFile, info: GgufTensor): Promise<Float32Array> {
  const { type, shape, byteOffset } = info
  const length = shape.reduce((product, size) => product * size, 1)
  if (type !== F32) throw refuse(file, info, `has ggml type ${type}; accepted: 0 (float32)`)
  if (length > LONGEST) {
    throw refuse(file, info, `has ${length} numbers; accepted: up to ${LONGEST}`)
  }
  const bytes = new Uint8Array(4 * length)
  if (byteOffset + bytes.length > file.size) {
    throw refuse(file, info, 'ends after the file does; fetch the file again')
  }
  await file.fill(bytes, byteOffset)
  const view = new DataView(bytes.buffer)
  return Float32Array.from({ length }, (_, i) => view.getFloat32(4 * i, true))
}

function refuse({ path }: RegularFile, { name }: GgufTensor, problem: string): RopeError {
  return new RopeError('INVALID_FILE', `${quoted(path)}: tensor ${quoted(name)} ${problem}`, {
    field: name,
  })
}
