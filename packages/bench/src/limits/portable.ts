/**
 * The limits that every engine can measure: 128-bit vectors in WebAssembly, one thread, in memory
 * of its own. They belong to no backend, so that no backend can flatter itself.
 */
import { RopeError } from '@rope/core'
import { limitModule, TURN_BYTES } from './limit-module.js'

/** The name of these limits in specs. */
export const PORTABLE_LIMITS = 'portable'

/** Arrays in their own memory, and the two limits over them. */
export interface PortableLimits {
  readonly sources: readonly Float32Array[]
  readonly targets: readonly Float32Array[]
  /** Multiplies every source by `factor`, `repeat` times over. */
  scale(factor: number, repeat: number): void
  /** Copies every source to its target, `repeat` times over. */
  copy(repeat: number): void
}

interface Exports {
  scale(start: number, end: number, factor: number, repeat: number): void
  copy(target: number, source: number, bytes: number, repeat: number): void
}

/** The part of the engine's WebAssembly that is needed; the ES library does not declare it. */
interface Engine {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer }
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

const PAGE_BYTES = 65536

/**
 * Makes arrays of the given lengths, sources one after the other and then their targets.
 *
 * @throws RopeError UNAVAILABLE where the engine has no WebAssembly with vectors, or no memory left
 */
export function createPortableLimits(lengths: readonly number[]): PortableLimits {
  const bytes = roundUp(lengths.reduce((sum, length) => sum + 4 * length, 0))
  try {
    const { memory, exports } = instantiate(2 * bytes)
    return {
      sources: arraysAt(memory.buffer, 0, lengths),
      targets: arraysAt(memory.buffer, bytes, lengths),
      scale: (factor, repeat) => exports.scale(0, bytes, factor, repeat),
      copy: (repeat) => exports.copy(bytes, 0, bytes, repeat),
    }
  } catch (cause) {
    const message =
      'this engine cannot run WebAssembly with 128-bit vectors, or has no memory left for it'
    throw new RopeError('UNAVAILABLE', message, { cause })
  }
}

function instantiate(bytes: number): {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly exports: Exports
} {
  const { WebAssembly: engine } = globalThis as unknown as { readonly WebAssembly: Engine }
  const memory = new engine.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) })
  const instance = new engine.Instance(new engine.Module(limitModule()), { m: { memory } })
  return { memory, exports: instance.exports as Exports }
}

function arraysAt(
  buffer: ArrayBuffer,
  start: number,
  lengths: readonly number[],
): readonly Float32Array[] {
  let at = start
  return lengths.map((length) => {
    const array = new Float32Array(buffer, at, length)
    at += array.byteLength
    return array
  })
}

function roundUp(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / TURN_BYTES)) * TURN_BYTES
}
