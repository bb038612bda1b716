/**
 * A result in a link: compressed, in the part of the address that no browser sends to a server.
 */
import type { BenchResult } from '@rope/bench'
import { type ReadResult, readResultText } from './read-result.js'

/** Characters of the longest link that is read or made. */
const LONGEST_LINK = 512 * 1024

/** Bytes that a link may unpack to: small input can be made to become gigabytes. */
const MOST_UNPACKED = 8 * 2 ** 20

/** A result as text for a hash: deflate-raw, in base64url. Null when it is too long for a link. */
export async function packResult(result: BenchResult): Promise<string | null> {
  const bytes = new TextEncoder().encode(JSON.stringify(result))
  const packed = await bytesOf(through(bytes, new CompressionStream('deflate-raw')), MOST_UNPACKED)
  if (packed === null) return null
  const text = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
  return text.length > LONGEST_LINK ? null : text
}

/** The way back; never rejects. */
export async function unpackResult(text: string): Promise<ReadResult> {
  if (text.length > LONGEST_LINK) return { result: null, problem: 'the link is too long' }
  const damaged = { result: null, problem: 'the link is damaged: it does not unpack' }
  try {
    const base64 = text.replaceAll('-', '+').replaceAll('_', '/')
    const packed = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
    const unpacking = through(packed, new DecompressionStream('deflate-raw'))
    const bytes = await bytesOf(unpacking, MOST_UNPACKED)
    if (bytes === null) return { result: null, problem: 'the link unpacks to too much' }
    const read = readResultText(new TextDecoder().decode(bytes))
    return read.problem === null
      ? read
      : { ...read, problem: `the link is damaged: ${read.problem}` }
  } catch {
    return damaged
  }
}

function through(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): ReadableStream<Uint8Array> {
  return new Blob([bytes]).stream().pipeThrough(transform)
}

/** Everything that a stream has; null when that is more than `most`. */
async function bytesOf(
  stream: ReadableStream<Uint8Array>,
  most: number,
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > most) {
      await reader.cancel()
      return null
    }
    chunks.push(value)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
