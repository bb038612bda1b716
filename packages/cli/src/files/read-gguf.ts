/**
 * Reads what a GGUF file says about RoPE: its metadata, through @huggingface/gguf, and its factor
 * tensors. Nothing else of the file is read, and nothing is fetched.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { FACTOR_TENSORS, type GgufRope, RopeError } from '@rope/core'
import { quoted } from '../format/text.js'
import { fileError } from './file-error.js'

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

const MAGIC = 0x46554747
/** ggml's number of float32. */
const F32 = 0
/** More numbers than any head has pairs. */
const LONGEST = 65536

/** True when the file begins as a GGUF file does; false for anything else and for no file. */
export async function isGgufFile(path: string): Promise<boolean> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, 'r')
    if (!(await handle.stat()).isFile()) return false
    const start = new Uint8Array(4)
    await handle.read(start, 0, 4, 0)
    return new DataView(start.buffer).getUint32(0, true) === MAGIC
  } catch {
    // Whatever is wrong with the file, the reader of config.json says it better.
    return false
  } finally {
    await handle?.close()
  }
}

/**
 * The metadata, tensor list and factor tensors of a GGUF file.
 *
 * @throws RopeError INVALID_FILE when it cannot be read or is not a GGUF file
 */
export async function readGguf(path: string): Promise<GgufFile> {
  const { metadata, tensorInfos } = await parse(path)
  return { metadata, tensorInfos, tensors: await readFactors(path, tensorInfos) }
}

async function parse(path: string): Promise<{
  readonly metadata: GgufRope['metadata']
  readonly tensorInfos: readonly GgufTensor[]
}> {
  // Loaded only when there is a GGUF file, since no other command needs it.
  const { gguf } = await import('@huggingface/gguf')
  try {
    const { metadata, tensorInfos, tensorDataOffset } = await gguf(path, { allowLocalFile: true })
    const infos = tensorInfos.map(({ name, dtype, shape, offset }) => ({
      name,
      type: dtype,
      shape: shape.map(Number),
      byteOffset: Number(tensorDataOffset + offset),
    }))
    return { metadata: metadata as unknown as GgufRope['metadata'], tensorInfos: infos }
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause)
    const message = `${quoted(path)} is not a GGUF file that can be read: ${problem}; fetch it again`
    throw new RopeError('INVALID_FILE', message, { field: path, cause })
  }
}

async function readFactors(
  path: string,
  infos: readonly GgufTensor[],
): Promise<Record<string, Float32Array>> {
  const wanted = infos.filter(({ name }) =>
    FACTOR_TENSORS.some(
      (factor) => name === `${factor}.weight` || name === `blk.0.${factor}.weight`,
    ),
  )
  const tensors: Record<string, Float32Array> = {}
  if (wanted.length === 0) return tensors
  const handle = await open(path, 'r')
  try {
    for (const info of wanted) tensors[info.name] = await readFloats(handle, info, path)
  } catch (error) {
    throw RopeError.isInstance(error) ? error : fileError('read', path, error)
  } finally {
    await handle.close()
  }
  return tensors
}

async function readFloats(
  handle: FileHandle,
  { name, type, shape, byteOffset }: GgufTensor,
  path: string,
): Promise<Float32Array> {
  const length = shape.reduce((product, size) => product * size, 1)
  const fail = (problem: string): RopeError =>
    new RopeError('INVALID_FILE', `${quoted(path)}: tensor ${quoted(name)} ${problem}`, {
      field: name,
    })
  if (type !== F32) throw fail(`has ggml type ${type}; accepted: 0 (float32)`)
  if (length > LONGEST) throw fail(`has ${length} numbers; accepted: up to ${LONGEST}`)
  const bytes = new Uint8Array(4 * length)
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, byteOffset)
  if (bytesRead < bytes.length) throw fail('ends after the file does; fetch the file again')
  const view = new DataView(bytes.buffer)
  return Float32Array.from({ length }, (_, i) => view.getFloat32(4 * i, true))
}
