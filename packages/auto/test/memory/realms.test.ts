/**
 * Arrays of another realm (vm, iframes, test sandboxes) and arrays that pretend to be others: judged
 * by what they are, call after call.
 */
import { runInNewContext } from 'node:vm'
import type { DType, Positions, Tensor } from '@rope/core'
import { createRope as createCoreRope } from '@rope/core'
import type { Elements } from '@rope/core/backend'
import { createJsBackend } from '@rope/js'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  dtypesOf,
  errorOf,
  expectCode,
  HEAD_DIM,
  KINDS,
  NAMES,
  ropeOf,
  type TestedRope,
  tensorOf,
} from './subjects.js'

const REALM = runInNewContext(
  '({ Float64Array, Float32Array, Uint16Array, Int8Array, Uint8Array, Int16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array, SharedArrayBuffer, Array })',
) as typeof globalThis

const KIND_NAMES = {
  float64: 'Float64Array',
  float32: 'Float32Array',
  float16: 'Uint16Array',
  bfloat16: 'Uint16Array',
} as const satisfies Record<DType, string>

const TOKENS = 3

/** Bits of a few small finite numbers of any dtype. */
function fill(data: Elements): void {
  const isHalf = data.BYTES_PER_ELEMENT === 2
  for (let i = 0; i < data.length; i++) data[i] = isHalf ? 0x3c00 + 8 * i : i + 1
}

const judge = createCoreRope(
  { headDim: HEAD_DIM, pairing: 'half', schedule: { type: 'default', base: 10000 } },
  { backend: createJsBackend() },
)

/** What JavaScript makes of ordinary arrays of this realm. */
function expected(dtype: DType, heads: number, positions: Positions = 3): number[] {
  const data = new KINDS[dtype](TOKENS * heads * HEAD_DIM)
  fill(data)
  judge.rotate({ q: tensorOf(data, heads, dtype), positions })
  return Array.from(data)
}

/** Ways to dress a typed array up; none may change what becomes of it. */
const DISGUISES: Readonly<Record<string, (data: Elements) => Elements>> = {
  'own length': (data) => Object.defineProperty(data, 'length', { value: 1e9 }),
  'own byteLength': (data) => Object.defineProperty(data, 'byteLength', { value: 4e9 }),
  'own byteOffset': (data) => Object.defineProperty(data, 'byteOffset', { value: 64 }),
  'own buffer': (data) => Object.defineProperty(data, 'buffer', { value: new ArrayBuffer(8) }),
  'own BYTES_PER_ELEMENT': (data) => Object.defineProperty(data, 'BYTES_PER_ELEMENT', { value: 1 }),
  'own constructor': (data) => Object.defineProperty(data, 'constructor', { value: Uint8Array }),
  'own tag': (data) => Object.defineProperty(data, Symbol.toStringTag, { value: 'Int8Array' }),
  'own methods': (data) => {
    const refuse = {
      value: () => {
        throw new Error('called')
      },
    }
    const names = ['set', 'subarray', 'slice', 'fill', 'forEach', Symbol.iterator] as const
    for (const name of names) Object.defineProperty(data, name, refuse)
    return data
  },
  'no prototype': (data) => Object.setPrototypeOf(data, null),
  'another prototype': (data) => Object.setPrototypeOf(data, Uint8Array.prototype),
  'a buffer in disguise': (data) => {
    Object.setPrototypeOf(data.buffer, SharedArrayBuffer.prototype)
    return data
  },
}

describe.each(NAMES)('%s', (name) => {
  let rope: TestedRope
  beforeAll(async () => {
    rope = await ropeOf(name)
  })

  it.each(dtypesOf(name))(
    'rotates %s of another realm, again and again, mixed with ours',
    (dtype) => {
      const Theirs = REALM[KIND_NAMES[dtype]]
      for (const shared of [false, true]) {
        for (let call = 0; call < 4; call++) {
          const length = TOKENS * 2 * HEAD_DIM
          const bytes = length * Theirs.BYTES_PER_ELEMENT
          const q = shared
            ? new Theirs(new REALM.SharedArrayBuffer(bytes) as unknown as ArrayBuffer)
            : new Theirs(length)
          const ours = new KINDS[dtype](length)
          fill(q)
          fill(ours)
          rope.rotate({ q: tensorOf(q, 2, dtype), positions: 3 })
          rope.rotate({ q: tensorOf(ours, 2, dtype), positions: 3 })
          expect([...q]).toEqual(expected(dtype, 2))
          expect([...ours]).toEqual(expected(dtype, 2))
        }
      }
    },
  )

  it.each(dtypesOf(name))('binds %s of another realm, and rotates into it', (dtype) => {
    const Theirs = REALM[KIND_NAMES[dtype]]
    const [q, out] = [new Theirs(TOKENS * HEAD_DIM), new Theirs(TOKENS * HEAD_DIM)]
    fill(q)
    const bound = rope.bind({
      q: tensorOf(q, 1, dtype),
      out: { q: tensorOf(out, 1, dtype) },
    })
    for (let call = 0; call < 3; call++) bound.rotate(3)
    expect([...out]).toEqual(expected(dtype, 1))
  })

  it.each(Object.keys(DISGUISES))('an array with %s', (disguise) => {
    for (const dtype of dtypesOf(name)) {
      for (let call = 0; call < 3; call++) {
        const hidden = new KINDS[dtype](TOKENS * 2 * HEAD_DIM)
        fill(hidden)
        const shown = tensorOf(hidden, 2, dtype)
        const data = (DISGUISES[disguise] as (data: Elements) => Elements)(hidden)
        rope.rotate({ q: { ...shown, data }, positions: 3 })
        const bits = Array.from({ length: TOKENS * 2 * HEAD_DIM }, (_, i) => data[i])
        expect(bits).toEqual(expected(dtype, 2))
      }
    }
  })

  it('does not read a narrow array that calls itself wide', async () => {
    class Liar extends Uint8Array {
      override get [Symbol.toStringTag](): never {
        return 'Float32Array' as never
      }
      static override readonly BYTES_PER_ELEMENT = 4
    }
    const shape = [1, 1, 1, HEAD_DIM]
    const real: Tensor = { data: new Float32Array(HEAD_DIM), shape, layout: 'bshd' }
    rope.rotate({ q: real, positions: 3 })
    const bound = Object.create(Float32Array.prototype, { length: { value: HEAD_DIM } })
    const proxy = new Proxy(new Float32Array(HEAD_DIM), {})
    const memory = { buffer: {}, byteOffset: 0, BYTES_PER_ELEMENT: 4, length: 1e9 }
    const wrong: readonly object[] = [
      { data: new Liar(HEAD_DIM), shape, layout: 'bshd' },
      { data: bound, shape, layout: 'bshd' },
      { data: proxy, shape, layout: 'bshd' },
      { data: new DataView(new ArrayBuffer(64)), shape, layout: 'bshd' },
      { memory, shape, layout: 'bshd', dtype: 'float32' },
    ]
    for (const q of wrong as readonly Tensor[]) {
      const calls = [
        () => rope.rotate({ q, positions: 3 }),
        () => rope.at(3).rotate({ q }),
        () => rope.rotateAsync({ q, positions: 3 }),
        () => rope.bind({ q }),
        () => rope.shift(q, 3),
      ]
      for (const call of calls) expectCode(await errorOf(call), 'INVALID_TENSOR')
    }
  })

  it('takes positions of another realm by what they hold', () => {
    const ids = [5, 0, 7]
    const forms: readonly Positions[] = [
      new REALM.Float64Array(ids),
      new REALM.Float32Array(ids),
      new REALM.Int32Array(ids),
      new REALM.Uint32Array(ids),
      new REALM.Int16Array(ids),
      new REALM.Uint8Array(ids),
      new REALM.BigInt64Array(ids.map(BigInt)),
      new REALM.BigUint64Array(ids.map(BigInt)),
      REALM.Array.from(ids),
      Object.defineProperty(new Int32Array(ids), 'length', { value: 2 }),
      { axes: REALM.Array.from([new REALM.BigInt64Array(ids.map(BigInt))]) },
    ]
    for (const positions of forms) {
      const q = new Float32Array(TOKENS * HEAD_DIM)
      fill(q)
      rope.rotate({ q: tensorOf(q, 1), positions })
      expect([...q]).toEqual(expected('float32', 1, ids))
    }
  })
})
