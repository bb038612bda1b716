/**
 * Ropes to try memory on: one of each backend on the CPU, and the front door over all of them.
 */
import { createRope as createCoreRope, type DType, type RopeOptions, type Tensor } from '@rope/core'
import type { Elements } from '@rope/core/backend'
import { createJsBackend } from '@rope/js'
import { createNativeBackend, probeNative } from '@rope/native'
import { createWasmBackend } from '@rope/wasm'
import { expect } from 'vitest'
import { type AutoRope, createRope } from '../../src/index.js'

/** A rope without what only the front door has. */
export type TestedRope = Pick<
  AutoRope,
  'rotate' | 'rotateAsync' | 'at' | 'bind' | 'shift' | 'rerope' | 'dispose'
>

/** Makes a rope of a subject. */
export type MakeRope = (options?: Partial<RopeOptions>) => Promise<TestedRope>

/** Channels of a head. */
export const HEAD_DIM = 8

const OPTIONS: RopeOptions = {
  headDim: HEAD_DIM,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
}

const native: Readonly<Record<string, MakeRope>> = probeNative().available
  ? {
      native: async (options) =>
        createCoreRope({ ...OPTIONS, ...options }, { backend: createNativeBackend() }),
    }
  : {}

/** The subjects by name. */
const SUBJECTS: Readonly<Record<string, MakeRope>> = {
  js: async (options) => createCoreRope({ ...OPTIONS, ...options }, { backend: createJsBackend() }),
  wasm: async (options) =>
    createCoreRope({ ...OPTIONS, ...options }, { backend: await createWasmBackend() }),
  ...native,
  auto: (options) => createRope({ ...OPTIONS, ...options }),
}

/** The names of the subjects. */
export const NAMES: readonly string[] = Object.keys(SUBJECTS)

/** A new rope of a subject. */
export function ropeOf(name: string, options: Partial<RopeOptions> = {}): Promise<TestedRope> {
  return (SUBJECTS[name] as MakeRope)(options)
}

/** The arrays that hold a dtype. */
export const KINDS: Readonly<
  Record<DType, typeof Float64Array | typeof Float32Array | typeof Uint16Array>
> = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
}

/** What a subject rotates; the C kernels have no float64. */
export function dtypesOf(name: string): readonly DType[] {
  const all: readonly DType[] = ['float64', 'float32', 'float16', 'bfloat16']
  return name === 'wasm' || name === 'native' ? all.slice(1) : all
}

/** A tensor over an array that holds whole tokens of so many heads. */
export function tensorOf(data: Elements, heads: number, dtype: DType = 'float32'): Tensor {
  const tokens = data.length / heads / HEAD_DIM
  return { data, shape: [1, tokens, heads, HEAD_DIM], layout: 'bshd', dtype }
}

/** The error of a call that must not succeed. */
export async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  return null
}

/** What an error must be. */
export function expectCode(error: unknown, code: string): void {
  expect(error).toMatchObject({ name: 'RopeError', code })
}
