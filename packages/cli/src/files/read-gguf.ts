/**
 * Reads what a GGUF file says about RoPE: its metadata, through @huggingface/gguf, and its factor
 * tensors. Nothing else of the file is read, and nothing is fetched.
 */

import { RopeError } from '@rope/core'
import { FACTOR_TENSORS, type GgufRope } from '@rope/core/gguf'
import { quoted } from '../format/text.js'
import { type RegularFile, withRegularFile } from './regular-file.js'

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

/** What is read of a GGUF file. */
export interface GgufFile extends GgufRope {
  readonly tensorInfos: readonly GgufTensor[]
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
  const { metadata, tensorInfos } = await parse(file)
  const tensors = await readFactors(file, tensorInfos)
  await file.checkUnchanged()
  return { metadata, tensorInfos, tensors }
}

/** What the parser is told to read; it never sees the path, so no path can be taken for an address. */
const NOWHERE = 'https://file.invalid/'

async function parse(file: RegularFile): Promise<{
  readonly metadata: GgufRope['metadata']
  readonly tensorInfos: readonly GgufTensor[]
}> {
  // Loaded only when there is a GGUF file, since no other command needs it.
  const { gguf } = await import('@huggingface/gguf')
  try {
    const parsed = await gguf(NOWHERE, { fetch: (_, options) => answerRange(file, options) })
    const { metadata, tensorInfos, tensorDataOffset, tensorInfoByteRange } = parsed
    // The parser sees zeros beyond the end of the file, and takes them for what it looks for.
    if (tensorInfoByteRange[1] > file.size) throw new Error(ENDS)
    const infos = tensorInfos.map(({ name, dtype, shape, offset }) => ({
      name,
      type: dtype,
      shape: shape.map(Number),
      byteOffset: Number(tensorDataOffset + offset),
    }))
    return { metadata: metadata as unknown as GgufRope['metadata'], tensorInfos: infos }
  } catch (cause) {
    if (RopeError.isInstance(cause)) throw cause
    const name = quoted(file.path)
    const problem = cause instanceof Error ? cause.message : String(cause)
    const message = `${name} is not a GGUF file that can be read: ${problem}; fetch it again`
    throw new RopeError('INVALID_FILE', message, { field: file.path, cause })
  }
}

const ENDS = 'it ends before its metadata does'

/** Answers the parser's request for a range of bytes out of the file. */
async function answerRange(file: RegularFile, options?: RequestInit): Promise<Response> {
  const range = /^bytes=(\d+)-(\d+)$/.exec(new Headers(options?.headers).get('range') ?? '')
  const [start, last] = [Number(range?.[1]), Number(range?.[2])]
  if (!(start < file.size)) throw new Error(ENDS)
  const bytes = new Uint8Array(Math.min(last + 1, file.size) - start)
  await file.fill(bytes, start)
  return new Response(bytes)
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
