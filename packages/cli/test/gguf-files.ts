/**
 * GGUF files with weights, made by hand: version 3, one data section, tensors of any ggml type.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './helpers.js'

/** A tensor as its bytes. */
export interface GgufWeights {
  readonly name: string
  /** ggml's number of the type. */
  readonly type: number
  /** Innermost axis first. */
  readonly shape: readonly number[]
  readonly data: Uint8Array
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
const text = (value: string): Buffer => Buffer.concat([u64(value.length), Buffer.from(value)])
const pad = (length: number): Buffer => Buffer.alloc((32 - (length % 32)) % 32)

/** Writes a file of architecture `llama` with these tensors and returns its path. */
export function ggufWeightsFile(tensors: readonly GgufWeights[]): string {
  const key = [text('general.architecture'), u32(8), text('llama')]
  const head: Buffer[] = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(1), ...key]
  let offset = 0
  for (const { name, type, shape, data } of tensors) {
    head.push(text(name), u32(shape.length), ...shape.map(u64), u32(type), u64(offset))
    offset += data.length + pad(data.length).length
  }
  const header = Buffer.concat(head)
  const body = tensors.flatMap(({ data }) => [Buffer.from(data), pad(data.length)])
  const path = join(temporaryFolder(), 'weights.gguf')
  writeFileSync(path, Buffer.concat([header, pad(header.length), ...body]))
  return path
}
