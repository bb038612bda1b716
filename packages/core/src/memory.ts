/**
 * What a typed array is and where it lies, read from its internals: by the getters of
 * %TypedArray%.prototype as they were when this file was loaded. Nothing that a caller can set is
 * asked - no property of the array, no prototype, no constructor - so that an array of another
 * realm is as good as one of ours, and one that pretends to be another is seen through.
 *
 * Whether memory is still there is told by `byteLength`, never by `length`: V8 gives the old
 * length of a detached array in optimised code that has met a resizable buffer.
 */

/** The kinds of typed arrays, by the name that the language gives them. */
export type TypedArrayKind =
  | 'Int8Array'
  | 'Uint8Array'
  | 'Uint8ClampedArray'
  | 'Int16Array'
  | 'Uint16Array'
  | 'Float16Array'
  | 'Int32Array'
  | 'Uint32Array'
  | 'Float32Array'
  | 'Float64Array'
  | 'BigInt64Array'
  | 'BigUint64Array'

/** Bytes of one element. */
const WIDTHS: Readonly<Record<TypedArrayKind, 1 | 2 | 4 | 8>> = {
  Int8Array: 1,
  Uint8Array: 1,
  Uint8ClampedArray: 1,
  Int16Array: 2,
  Uint16Array: 2,
  Float16Array: 2,
  Int32Array: 4,
  Uint32Array: 4,
  Float32Array: 4,
  Float64Array: 8,
  BigInt64Array: 8,
  BigUint64Array: 8,
}

const typedArrayPrototype = /* @__PURE__ */ (() =>
  Object.getPrototypeOf(Uint8Array.prototype) as object)()

/** The getter of a property as a function of its object, out of reach of later changes. */
function getter<From, Value>(prototype: object, key: PropertyKey): (from: From) => Value {
  const get = Object.getOwnPropertyDescriptor(prototype, key)?.get
  return Function.prototype.call.bind(get as () => Value) as (from: From) => Value
}

/** What kind of typed array a value is; undefined for all that is none, a DataView included. */
export const kindOf: (value: unknown) => TypedArrayKind | undefined = /* @__PURE__ */ getter(
  typedArrayPrototype,
  Symbol.toStringTag,
)

/** The buffer of a typed array. */
export const bufferOf: (array: ArrayBufferView) => ArrayBufferLike = /* @__PURE__ */ getter(
  typedArrayPrototype,
  'buffer',
)

/** Where a typed array begins in its buffer, in bytes; 0 once its memory is gone. */
export const byteOffsetOf: (array: ArrayBufferView) => number = /* @__PURE__ */ getter(
  typedArrayPrototype,
  'byteOffset',
)

/** The bytes that a typed array has; 0 once it was detached or its buffer shrank below its end. */
export const byteLengthOf: (array: ArrayBufferView) => number = /* @__PURE__ */ getter(
  typedArrayPrototype,
  'byteLength',
)

/** Bytes of one element of a typed array. */
export function elementBytesOf(array: ArrayBufferView): 1 | 2 | 4 | 8 {
  return WIDTHS[kindOf(array) as TypedArrayKind]
}

/** The elements that a typed array has; 0 once its memory is gone. */
export function lengthOf(array: ArrayBufferView): number {
  return byteLengthOf(array) / elementBytesOf(array)
}

const getPrototypeOf = /* @__PURE__ */ (() => Object.getPrototypeOf)()
const localByteLength = /* @__PURE__ */ (() =>
  getter<unknown, number>(ArrayBuffer.prototype, 'byteLength'))()
/** Pages that are not isolated lack the name, though WebAssembly may still give them the thing. */
const sharedPrototype = /* @__PURE__ */ (() =>
  typeof SharedArrayBuffer === 'undefined' ? undefined : SharedArrayBuffer.prototype)()
const sharedByteLength = /* @__PURE__ */ (() =>
  getter<unknown, number>(sharedPrototype ?? ArrayBuffer.prototype, 'byteLength'))()

/** True for a SharedArrayBuffer of any realm, false for an ArrayBuffer. */
export function isSharedBuffer(buffer: ArrayBufferLike): boolean {
  // The prototype is only a guess, which spares an exception where it is right.
  if (getPrototypeOf(buffer) === sharedPrototype && knows(sharedByteLength, buffer)) return true
  return !knows(localByteLength, buffer)
}

/** True when the getter finds an object of its own kind. */
function knows(read: (from: unknown) => number, from: object): boolean {
  try {
    return read(from) >= 0
  } catch {
    return false
  }
}
