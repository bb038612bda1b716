/**
 * Buffers on the GPU where memory of the CPU is wanted: known by what they look like, whatever made
 * them, and refused with the way to rotate them.
 */
import { isRecord, reading, rejectBecause, tagOf } from '../check.js'
import type { RopeErrorCode } from '../errors.js'

/** True for a GPUBuffer of any implementation. */
function isGpuBuffer(value: unknown): boolean {
  if (!isRecord(value)) return false
  return reading(
    () =>
      tagOf(value) === 'GPUBuffer' ||
      (typeof value.size === 'number' && typeof value.usage === 'number'),
    () => false,
  )
}

/**
 * Refuses a GPUBuffer, and a record that has one as its data or its buffer.
 *
 * @throws RopeError of the given kind
 */
export function refuseGpuBuffer(value: unknown, field: string, code: RopeErrorCode): void {
  if (!isRecord(value)) return
  const found = [value, fieldOf(value, 'data'), fieldOf(value, 'buffer')].findIndex(isGpuBuffer)
  if (found < 0) return
  const name = [field, `${field}.data`, `${field}.buffer`][found] as string
  rejectBecause(
    code,
    name,
    "is a GPUBuffer; accepted: typed arrays; a kernel of '@rope/webgpu' rotates buffers: const kernel = await backend.prepare(config, { q: { shape, layout, dtype } }), then kernel.encode(pass, { q: { buffer }, positions }), or shift: delta for positions",
  )
}

function fieldOf(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return reading(
    () => value[key],
    () => undefined,
  )
}
