/**
 * Models that are only tables: the ONNX caches and MLX arguments that `rope convert` writes, read
 * back as one profile.
 */

import { type PairingName, type RopeConfig, RopeError } from '@rope/core'
import { fromMlx, type MlxRope } from '@rope/core/mlx'
import { fromOnnx } from '@rope/core/onnx'
import { parseSafetensors, type Safetensors, tensorData } from '@rope/core/safetensors'
import { readWholeFile } from './files/read-file.js'
import { withRegularFile } from './files/regular-file.js'
import { oneLine } from './format/text.js'

/** True for the JSON of MLX arguments. */
export function isMlx(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && 'dims' in json && 'traditional' in json
}

/** The config of MLX arguments as JSON, where an infinite period is `"inf"`. */
export function mlxConfig(
  json: Readonly<Record<string, unknown>>,
  pairing: PairingName | undefined,
): RopeConfig {
  const { dims, head_dim: headDim = dims, freqs, traditional } = json
  const periods = Array.isArray(freqs)
    ? Float32Array.from(freqs, (period) => (period === 'inf' ? Number.POSITIVE_INFINITY : period))
    : null
  const isAdjacent = pairing === undefined ? traditional === true : pairing === 'interleaved'
  const rope = { ...json, traditional: isAdjacent, freqs: periods }
  return fromMlx(rope as unknown as MlxRope, headDim as number)
}

/**
 * Reads cos and sin caches from a safetensors file.
 *
 * @throws RopeError INVALID_FILE when it does not hold `cos_cache` and `sin_cache` in float32
 */
export async function readOnnx(
  path: string,
): Promise<(pairing: PairingName | undefined) => RopeConfig> {
  if (!(await mentions(path, '"cos_cache"'))) throw withoutCache('cos_cache')
  const bytes = await readWholeFile(path, Number.MAX_SAFE_INTEGER)
  const file = parseSafetensors(bytes, { source: oneLine(path) })
  const [cosCache, sinCache] = [cache(file, 'cos_cache'), cache(file, 'sin_cache')]
  const rotaryDim = 2 * (file.tensors.get('cos_cache')?.shape[1] ?? 0)
  const headDim = Number(file.metadata.get('head_dim') ?? rotaryDim)
  const stated = file.metadata.get('interleaved') === '1' ? 'interleaved' : 'half'
  return (pairing = stated) => fromOnnx({ cosCache, sinCache, headDim, rotaryDim, pairing })
}

/** Headers of weights are at most a few megabytes; the weights behind them need not be read. */
const HEADER = 1 << 24

/** Whether the header of a safetensors file has a word in it, or lies so that this cannot be said. */
async function mentions(path: string, word: string): Promise<boolean> {
  return withRegularFile(path, async ({ size, fill }) => {
    const start = new Uint8Array(Math.min(size, HEADER))
    await fill(start, 0)
    const length = start.length < 8 ? 0n : new DataView(start.buffer).getBigUint64(0, true)
    // A header that is not whole here is judged by the reader of the whole file.
    if (length === 0n || length + 8n > BigInt(start.length)) return true
    return new TextDecoder().decode(start.subarray(8, 8 + Number(length))).includes(word)
  })
}

function withoutCache(name: string): RopeError {
  const problem = `the file is safetensors with weights, and has no float32 tensor ${name} of two axes; pass the config.json beside it, a GGUF file, or caches that rope convert wrote`
  return new RopeError('INVALID_FILE', problem, { field: name })
}

function cache(file: Safetensors, name: string): Float32Array {
  const tensor = file.tensors.get(name)
  const data = tensor === undefined ? null : tensorData(file, name)
  if (data instanceof Float32Array && tensor?.shape.length === 2) return data
  throw withoutCache(name)
}
