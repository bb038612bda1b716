/**
 * Typed arrays are judged by their internals: whatever a caller sets on them, whatever realm made
 * them, and whatever became of their buffer.
 */
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { detach, resizableBuffer } from '../../../tooling/vitest/losses.js'
import {
  bufferOf,
  byteLengthOf,
  byteOffsetOf,
  elementBytesOf,
  isSharedBuffer,
  kindOf,
  lengthOf,
} from '../src/memory.js'

const KINDS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const

const REALM = runInNewContext(
  '({ ArrayBuffer, SharedArrayBuffer, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array })',
) as typeof KINDS & {
  readonly ArrayBuffer: ArrayBufferConstructor
  readonly SharedArrayBuffer: SharedArrayBufferConstructor
}

const NAMES = Object.keys(KINDS) as (keyof typeof KINDS)[]

/** Ways to dress an array up as another; each must change nothing. */
const DISGUISES: Readonly<Record<string, (array: Float32Array) => Float32Array>> = {
  'own length': (array) => Object.defineProperty(array, 'length', { value: 1e9 }),
  'own byteLength': (array) => Object.defineProperty(array, 'byteLength', { value: 4e9 }),
  'own byteOffset': (array) => Object.defineProperty(array, 'byteOffset', { value: 128 }),
  'own buffer': (array) => Object.defineProperty(array, 'buffer', { value: new ArrayBuffer(64) }),
  'own BYTES_PER_ELEMENT': (array) =>
    Object.defineProperty(array, 'BYTES_PER_ELEMENT', { value: 8 }),
  'own constructor': (array) => Object.defineProperty(array, 'constructor', { value: Uint8Array }),
  'own tag': (array) => Object.defineProperty(array, Symbol.toStringTag, { value: 'Uint8Array' }),
  'another prototype': (array) => Object.setPrototypeOf(array, Uint8Array.prototype),
  'no prototype': (array) => Object.setPrototypeOf(array, null),
  'a class that lies': (array) => {
    class Liar extends Float32Array {
      override get [Symbol.toStringTag](): never {
        return 'Float64Array' as never
      }
      override get length(): never {
        throw new Error('asked')
      }
      override get buffer(): never {
        throw new Error('asked')
      }
      override get byteOffset(): never {
        throw new Error('asked')
      }
      override get byteLength(): never {
        throw new Error('asked')
      }
    }
    return new Liar(array.buffer as ArrayBuffer, array.byteOffset, array.length)
  },
}

describe('kindOf', () => {
  it.each(NAMES)('knows a %s of any realm', (name) => {
    expect(kindOf(new KINDS[name](2))).toBe(name)
    expect(kindOf(new REALM[name](2))).toBe(name)
    expect(elementBytesOf(new REALM[name](2))).toBe(KINDS[name].BYTES_PER_ELEMENT)
  })

  it.each([
    ['a DataView', new DataView(new ArrayBuffer(8))],
    ['a buffer', new ArrayBuffer(8)],
    ['a list', [1, 2]],
    ['a heir of the prototype', Object.create(Float32Array.prototype)],
    ['the prototype', Float32Array.prototype],
    ['a Proxy', new Proxy(new Float32Array(4), {})],
    ['an object with the tag', { [Symbol.toStringTag]: 'Float32Array', length: 4 }],
    ['null', null],
    ['undefined', undefined],
    ['a number', 4],
    ['a bigint', 4n],
    ['a text', 'Float32Array'],
  ])('knows that %s is none', (_, value) => {
    expect(kindOf(value)).toBe(undefined)
  })
})

describe('an array in disguise', () => {
  it.each(Object.keys(DISGUISES))('with %s is what it is', (name) => {
    const buffer = new ArrayBuffer(64)
    const array = DISGUISES[name]?.(new Float32Array(buffer, 16, 5)) as Float32Array
    expect(kindOf(array)).toBe('Float32Array')
    expect(bufferOf(array)).toBe(buffer)
    expect(byteOffsetOf(array)).toBe(16)
    expect(byteLengthOf(array)).toBe(20)
    expect(lengthOf(array)).toBe(5)
    expect(elementBytesOf(array)).toBe(4)
  })
})

describe('isSharedBuffer', () => {
  const shared = (): SharedArrayBuffer => new SharedArrayBuffer(8)

  it('asks the buffer itself', () => {
    expect(isSharedBuffer(new ArrayBuffer(8))).toBe(false)
    expect(isSharedBuffer(shared())).toBe(true)
    expect(isSharedBuffer(new REALM.ArrayBuffer(8))).toBe(false)
    expect(isSharedBuffer(new REALM.SharedArrayBuffer(8))).toBe(true)
  })

  it('sees through buffers in disguise', () => {
    const swap = (buffer: ArrayBufferLike, prototype: object | null): ArrayBufferLike =>
      Object.setPrototypeOf(buffer, prototype)
    expect(isSharedBuffer(swap(new ArrayBuffer(8), SharedArrayBuffer.prototype))).toBe(false)
    expect(isSharedBuffer(swap(shared(), ArrayBuffer.prototype))).toBe(true)
    expect(isSharedBuffer(swap(shared(), null))).toBe(true)
    const tag = { value: 'SharedArrayBuffer' }
    const local = Object.defineProperty(new ArrayBuffer(8), Symbol.toStringTag, tag)
    expect(isSharedBuffer(local)).toBe(false)
    const constructed = Object.defineProperty(shared(), 'constructor', { value: ArrayBuffer })
    expect(isSharedBuffer(constructed)).toBe(true)
  })

  it('tells a detached buffer and one of WebAssembly', () => {
    const gone = new ArrayBuffer(8)
    detach(gone)
    expect(isSharedBuffer(gone)).toBe(false)
    const memory = (shared: boolean): ArrayBufferLike =>
      runInNewContext('new WebAssembly.Memory({ initial: 1, maximum: 1, shared }).buffer', {
        shared,
      })
    expect(isSharedBuffer(memory(false))).toBe(false)
    expect(isSharedBuffer(memory(true))).toBe(true)
  })
})

describe('memory that went away', () => {
  it('has no bytes once it is detached, or resized below its end', () => {
    for (const name of NAMES) {
      const Kind = KINDS[name]
      const detached = new Kind(4)
      detach(detached.buffer)
      expect(byteLengthOf(detached)).toBe(0)
      expect(kindOf(detached)).toBe(name)

      const buffer = resizableBuffer(64)
      const fixed = new Kind(buffer, 0, 64 / Kind.BYTES_PER_ELEMENT)
      const tracking = new Kind(buffer)
      buffer.resize(32)
      expect(byteLengthOf(fixed)).toBe(0)
      expect(byteLengthOf(tracking)).toBe(32)
      buffer.resize(128)
      expect(byteLengthOf(fixed)).toBe(64)
      expect(lengthOf(tracking)).toBe(128 / Kind.BYTES_PER_ELEMENT)
    }
  })

  it('has none in optimised code that has met resizable buffers either', () => {
    const readers = [byteLengthOf, (array: ArrayBufferView): number => byteLengthOf(array)] as const
    let sum = 0
    let seen = 0
    for (let i = 0; i < 6000; i++) {
      const resizable = i % 3 === 0
      const buffer = resizable ? resizableBuffer(64) : new ArrayBuffer(64)
      const array = new Float32Array(buffer)
      for (let j = 0; j < 20; j++) for (const read of readers) sum += read(array)
      if (i <= 5000) continue
      detach(buffer)
      for (const read of readers) seen += read(array)
    }
    expect(sum).toBe(6000 * 20 * 2 * 64)
    expect(seen).toBe(0)
  })
})
