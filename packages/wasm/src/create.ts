/**
 * The backend with its modules inlined: works wherever the code itself arrived.
 */
import { createBackend, type WasmBackend } from './backend.js'
import { INLINED_MODULES } from './modules/inlined.js'
import type { WasmOptions } from './options.js'

/**
 * A backend in WebAssembly SIMD. Any number may exist; each has its own memory.
 *
 * Arrays from `allocate` are rotated where they are; all others are copied through a small window.
 *
 * @param options threads
 * @throws RopeError UNAVAILABLE where there is no WebAssembly SIMD; the message says why and what
 *   to do
 * @throws RopeError INVALID_OPTION naming the option
 *
 * @example
 * ```ts
 * const backend = await createWasmBackend()
 * const rope = createRope(config, { backend })
 * const q = { data: backend.allocate('float32', 32 * 128), shape: [1, 1, 32, 128] }
 * rope.rotate({ q, positions: 4095 })
 * ```
 */
export function createWasmBackend(options: WasmOptions = {}): Promise<WasmBackend> {
  return createBackend(INLINED_MODULES, options)
}
