import { expect, test } from 'vitest'
import { wasmFeatures } from '../../src/machine/wasm-features.js'

test('every Node this project supports has WebAssembly with vectors and threads', () => {
  expect(wasmFeatures()).toEqual({ simd: true, threads: true })
})

test('an engine that refuses the modules, or has no WebAssembly, is believed', () => {
  const engine = Object.getOwnPropertyDescriptor(globalThis, 'WebAssembly')
  if (engine === undefined) throw new Error('this test needs WebAssembly')
  try {
    const seen: Uint8Array[] = []
    const validate = (module: Uint8Array): boolean => seen.push(module) < 0
    Object.defineProperty(globalThis, 'WebAssembly', { value: { validate }, configurable: true })
    expect(wasmFeatures()).toEqual({ simd: false, threads: false })
    expect(seen).toHaveLength(2)
    Object.defineProperty(globalThis, 'WebAssembly', { value: undefined, configurable: true })
    expect(wasmFeatures()).toBeNull()
  } finally {
    Object.defineProperty(globalThis, 'WebAssembly', engine)
  }
})
