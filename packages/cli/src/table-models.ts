/**
 * Models that are only tables: the ONNX caches and MLX arguments that `rope convert` writes, read
 * back as one profile.
 */

import { type PairingName, type RopeConfig, RopeError } from '@rope/core'
import { fromMlx, type MlxRope } from '@rope/core/mlx'
import { fromOnnx } from '@rope/core/onnx'
import { parseSafetensors, type Safetensors, tensorData } from '@rope/core/safetensors'
import { readWholeFile } from './files/read-file.js'
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

/** True for a file that may hold ONNX caches. */
export function isTableFile(path: string): boolean {
  return path.endsWith('.safetensors')
}

/**
 * Reads cos and sin caches from a safetensors file.
 *
 * @throws RopeError INVALID_FILE when it does not hold `cos_cache` and `sin_cache` in float32
 */
export async function readOnnx(
  path: string,
): Promise<(pairing: PairingName | undefined) => RopeConfig> {
  const bytes = await readWholeFile(path, Number.MAX_SAFE_INTEGER)
  const file = parseSafetensors(bytes, { source: oneLine(path) })
  const [cosCache, sinCache] = [cache(file, 'cos_cache'), cache(file, 'sin_cache')]
  const rotaryDim = 2 * (file.tensors.get('cos_cache')?.shape[1] ?? 0)
  const headDim = Number(file.metadata.get('head_dim') ?? rotaryDim)
  const stated = file.metadata.get('interleaved') === '1' ? 'interleaved' : 'half'
  return (pairing = stated) => fromOnnx({ cosCache, sinCache, headDim, rotaryDim, pairing })
}

function cache(file: Safetensors, name: string): Float32Array {
  const tensor = file.tensors.get(name)
  const data = tensor === undefined ? null : tensorData(file, name)
  if (data instanceof Float32Array && tensor?.shape.length === 2) return data
  const problem = `the file has no float32 tensor ${name} of two axes; pass a config.json, a GGUF file, or caches that rope convert wrote`
  throw new RopeError('INVALID_FILE', problem, { field: name })
}
