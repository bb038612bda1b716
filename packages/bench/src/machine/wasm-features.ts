/**
 * What this engine's WebAssembly can do, found out by validating modules of a few bytes, written
 * by hand from the binary format (https://webassembly.github.io/spec/core/binary/).
 */

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
/** One type: a function without parameters and results. */
const TYPES = [0x01, 0x04, 0x01, 0x60, 0x00, 0x00]
/** One function of that type. */
const FUNCTIONS = [0x03, 0x02, 0x01, 0x00]
/** One memory, shared, of one page at least and at most. */
const SHARED_MEMORY = [0x05, 0x04, 0x01, 0x03, 0x01, 0x01]
/** i32.const 0, i8x16.splat, drop */
const SPLAT = [0x41, 0x00, 0xfd, 0x0f, 0x1a]
/** i32.const 0, i32.atomic.load, drop */
const ATOMIC_LOAD = [0x41, 0x00, 0xfe, 0x10, 0x02, 0x00, 0x1a]

/** The one function of the global that is needed; the ES library does not declare it. */
interface Engine {
  validate(module: Uint8Array): boolean
}

/** What the engine's WebAssembly offers. */
export interface WasmFeatures {
  /** 128-bit vectors. */
  readonly simd: boolean
  /** Shared memory and atomic instructions. */
  readonly threads: boolean
}

/** The WebAssembly features of the running engine; null when it has no WebAssembly. */
export function wasmFeatures(): WasmFeatures | null {
  const { WebAssembly: engine } = globalThis as { readonly WebAssembly?: Engine }
  if (engine === undefined) return null
  const isValid = (module: readonly number[]): boolean => engine.validate(new Uint8Array(module))
  return {
    simd: isValid([...HEADER, ...TYPES, ...FUNCTIONS, ...code(SPLAT)]),
    threads: isValid([...HEADER, ...TYPES, ...FUNCTIONS, ...SHARED_MEMORY, ...code(ATOMIC_LOAD)]),
  }
}

/** A code section with one function body: no locals, the instructions, end. */
function code(instructions: readonly number[]): readonly number[] {
  const body = [0x00, ...instructions, 0x0b]
  return [0x0a, body.length + 2, 0x01, body.length, ...body]
}
