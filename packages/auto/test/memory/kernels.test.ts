/**
 * Kernels by themselves, without a rope that has looked at the memory before.
 */

import { resolveConfig } from '@rope/core'
import {
  type Backend,
  type DecodeFactors,
  type Kernel,
  makePlan,
  type PlannedCall,
  type Rotation,
} from '@rope/core/backend'
import { createJsBackend } from '@rope/js'
import { createNativeBackend, probeNative } from '@rope/native'
import { createWasmBackend } from '@rope/wasm'
import { describe, expect, it } from 'vitest'
import { LOSSES, type Loss } from '../../../../tooling/vitest/losses.js'
import { createAutoBackend } from '../../src/index.js'
import { errorOf, expectCode, HEAD_DIM, tensorOf } from './subjects.js'

const BACKENDS: Readonly<Record<string, () => Backend | Promise<Backend>>> = {
  js: () => createJsBackend(),
  wasm: () => createWasmBackend(),
  ...(probeNative().available ? { native: () => createNativeBackend() } : {}),
  auto: () => createAutoBackend(),
}

const PAIRS = HEAD_DIM / 2
const CONFIG = resolveConfig({
  headDim: HEAD_DIM,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
})
const ROTATION: Rotation = {
  pairs: PAIRS,
  rows: 1,
  batchStride: 0,
  cos: new Float32Array(PAIRS).fill(0.6),
  sin: new Float32Array(PAIRS).fill(0.8),
}
const FACTORS: DecodeFactors = {
  pairs: PAIRS,
  restCos: new Float64Array(64 * PAIRS).fill(1),
  restSin: new Float64Array(64 * PAIRS),
  blockCos: new Float64Array(PAIRS).fill(0.6),
  blockSin: new Float64Array(PAIRS).fill(0.8),
  block: 0,
  attentionFactor: 1,
}

function planned(q: Float32Array, k: Float32Array): PlannedCall {
  return makePlan(CONFIG, { q: tensorOf(q, 2), k: tensorOf(k, 1) })
}

/** Ways to use a kernel after its memory has gone. */
const WAYS: Readonly<Record<string, (kernel: Kernel, call: PlannedCall) => () => unknown>> = {
  run:
    (kernel, { views }) =>
    () =>
      kernel.run({ views, rotation: ROTATION }),
  bind: (kernel, { views }) => {
    const bound = kernel.bind?.({ views, rotation: ROTATION })
    return () => (bound === undefined ? kernel.run({ views, rotation: ROTATION }) : bound())
  },
  bindDecode: (kernel, { views }) => {
    const bound = kernel.bindDecode?.({ views, rotation: ROTATION }, FACTORS)
    return () => (bound === undefined ? kernel.run({ views, rotation: ROTATION }) : bound(5))
  },
}

describe.each(Object.keys(BACKENDS))('%s', (name) => {
  const make = BACKENDS[name] as () => Promise<Backend>

  it.each(Object.keys(WAYS))('%s refuses memory that is gone', async (way) => {
    const backend = await make()
    for (const { make: makeBuffer, lose } of Object.values(LOSSES) as readonly Loss[]) {
      const q = new Float32Array(2 * HEAD_DIM).fill(1)
      const k = new Float32Array(makeBuffer(4 * HEAD_DIM)).fill(1)
      const call = planned(q, k)
      const use = WAYS[way] as NonNullable<(typeof WAYS)[string]>
      const run = use(backend.compile(call.plan), call)
      lose(k.buffer)
      expectCode(await errorOf(run), 'INVALID_TENSOR')
      expect(q.every((value) => value === 1)).toBe(true)
    }
    backend.dispose()
  })

  it('bindDecode takes rests alone', async () => {
    const backend = await make()
    // The addon reads a rest as C reads an integer; core gives it nothing else.
    const inexact = name === 'native' ? [] : [0.5, Number.NaN, '1', null, undefined, 1n]
    const wrong: readonly unknown[] = [-1, 64, 1e9, ...inexact]
    for (const rest of wrong) {
      const allocate = (length: number): Float32Array =>
        (backend.allocate?.('float32', length) as Float32Array) ?? new Float32Array(length)
      const [q, k] = [allocate(2 * HEAD_DIM).fill(1), allocate(HEAD_DIM).fill(1)]
      const call = planned(q, k)
      const bound = backend
        .compile(call.plan)
        .bindDecode?.({ ...call, rotation: ROTATION }, FACTORS)
      if (bound === undefined) return
      bound(63)
      const before = [q.slice(), k.slice()]
      expectCode(await errorOf(() => bound(rest as number)), 'INVALID_POSITIONS')
      expect([q, k]).toEqual(before)
    }
    backend.dispose()
  })

  it('isResident answers for anything', async () => {
    const backend = await make()
    const given = backend.allocate?.('float32', 8)
    const others: readonly unknown[] = [
      null,
      undefined,
      1,
      {},
      [],
      new DataView(new ArrayBuffer(8)),
    ]
    for (const other of [...others, new Float32Array(8), new Proxy(new Float32Array(8), {})]) {
      expect(backend.isResident?.(other as Float32Array) ?? false).toBe(false)
    }
    if (given !== undefined && backend.isResident !== undefined)
      expect(backend.isResident(given)).toBe(true)
    backend.dispose()
  })
})
