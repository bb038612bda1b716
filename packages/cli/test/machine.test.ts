import { availableParallelism, totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { describeMachine } from '../src/machine.js'
import { wasmFeatures } from '../src/wasm-features.js'

test('describes the machine that runs this test', () => {
  const machine = describeMachine()
  expect(machine.node).toBe(process.versions.node)
  expect(machine.arch).toBe(process.arch)
  expect(machine.cores).toBe(availableParallelism())
  expect(machine.memory.total).toBe(totalmem())
  expect(machine.memory.free).toBeLessThanOrEqual(machine.memory.total)
  expect(machine.float16Array).toBe(Reflect.has(globalThis, 'Float16Array'))
  expect(machine.sharedArrayBuffer).toBe(true)
})

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
