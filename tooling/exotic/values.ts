/**
 * Values that no signature allows, or hardly: what a caller without types may pass by mistake, and
 * what a hostile one may pass on purpose. Each is made anew for every call.
 */
import vm from 'node:vm'

/** What the traps and getters below throw: nothing of ours may let it through. */
class Trap extends Error {
  constructor() {
    super('a trap of the caller')
  }
}

const trap = (): never => {
  throw new Trap()
}

/** Every trap of a proxy throws. */
const TRAPS: ProxyHandler<object> = {
  ...{ get: trap, set: trap, has: trap, ownKeys: trap, getPrototypeOf: trap },
  ...{ getOwnPropertyDescriptor: trap, defineProperty: trap, deleteProperty: trap },
  ...{ isExtensible: trap, preventExtensions: trap, setPrototypeOf: trap },
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

function cyclic<Value extends object>(value: Value, key: string | number): Value {
  Reflect.set(value, key, value)
  return value
}

function detached(): Float32Array {
  const array = new Float32Array(4)
  structuredClone(array.buffer, { transfer: [array.buffer] })
  return array
}

const HUGE_TEXT = 'x'.repeat(2 ** 20)
const holes = (length: number): unknown[] => {
  const list: unknown[] = []
  list.length = length
  return list
}

const typedArrays: Readonly<Record<string, () => unknown>> = {
  int8: () => Int8Array.of(1, -2, 3),
  uint8: () => Uint8Array.of(1, 2, 3),
  clamped: () => Uint8ClampedArray.of(1, 2, 3),
  int16: () => Int16Array.of(1, -2, 3),
  uint16: () => Uint16Array.of(1, 2, 3),
  int32: () => Int32Array.of(1, -2, 3),
  uint32: () => Uint32Array.of(1, 2, 3),
  float32: () => Float32Array.of(1, Number.NaN, -3),
  float64: () => Float64Array.of(1, Number.POSITIVE_INFINITY, -3),
  bigInt64: () => BigInt64Array.of(1n, -2n),
  bigUint64: () => BigUint64Array.of(1n, 2n),
  'no elements': () => new Float32Array(0),
  detached,
  'of another realm': () => vm.runInNewContext('new Float32Array(4)'),
  'a typed array that lies': () =>
    Object.defineProperty(new Uint8Array(4), Symbol.toStringTag, { get: trap }),
  'a typed array with a length of its own': () =>
    Object.defineProperty(new Float32Array(2), 'length', { value: 2 ** 40 }),
}

/** The values by name. */
export const EXOTIC: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  zero: () => 0,
  'minus one': () => -1,
  half: () => 0.5,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  'minus Infinity': () => Number.NEGATIVE_INFINITY,
  '5e-324': () => 5e-324,
  '1e308': () => 1e308,
  '2^31 - 1': () => 2 ** 31 - 1,
  '2^53': () => 2 ** 53,
  '1n': () => 1n,
  '2n ** 70n': () => 2n ** 70n,
  'an empty text': () => '',
  'a digit': () => '1',
  'a name every object has': () => 'constructor',
  __proto__text: () => '__proto__',
  'a huge text': () => HUGE_TEXT,
  true: () => true,
  false: () => false,
  symbol: () => Symbol('exotic'),
  'an empty list': () => [],
  'a list of lists': () => [[1], [2, 3]],
  'a list of everything': () => [undefined, null, Symbol('x'), 1n, {}, [], () => 0],
  'an empty object': () => ({}),
  'no prototype': () => Object.create(null),
  'a list without prototype': () => Object.setPrototypeOf([1, 2], null),
  function: () => () => 1,
  class: () => class {},
  date: () => new Date(0),
  'an invalid date': () => new Date(Number.NaN),
  regexp: () => /x/,
  error: () => new Error('x'),
  map: () => new Map([[1, 2]]),
  set: () => new Set([1]),
  promise: () => Promise.resolve(1),
  number: () => Object(1),
  string: () => Object('1'),
  // biome-ignore lint/suspicious/noThenProperty: that is what it is
  'a thenable': () => ({ then: trap }),
  frozen: () => Object.freeze({ length: 1 }),
  'a cyclic object': () => cyclic({}, 'self'),
  'a cyclic list': () => cyclic([], 0),
  proxy: () => new Proxy({}, TRAPS),
  'a proxy of a list': () => new Proxy([], TRAPS),
  'a proxy of a function': () => new Proxy(() => 1, { ...TRAPS, apply: trap, construct: trap }),
  'a proxy whose values throw': () => new Proxy({ length: 2 }, { get: trap }),
  'a revoked proxy': () => revoked({}),
  'a revoked proxy of a list': () => revoked([]),
  'a value that throws': () => ({ valueOf: trap, toString: trap, [Symbol.toPrimitive]: trap }),
  'a length that throws': () => Object.defineProperty({}, 'length', { get: trap }),
  'an iterator that throws': () => ({ length: 1, [Symbol.iterator]: trap }),
  'an element that throws': () => Object.defineProperty([1, 2], 1, { get: trap }),
  'holes only': () => holes(3),
  'a list with a hole': () => Object.assign(holes(3), { 0: 1, 2: 1 }),
  'a list of 2^32 - 1 holes': () => holes(2 ** 32 - 1),
  'an object with a huge length': () => ({ length: 2 ** 53 - 1 }),
  'an object with a length below 0': () => ({ length: -1 }),
  'a list of another realm': () => vm.runInNewContext('[1, 2, 3]'),
  'an object of another realm': () => vm.runInNewContext('({ length: 1, 0: 1 })'),
  'a function of another realm': () => vm.runInNewContext('() => { throw new TypeError() }'),
  arrayBuffer: () => new ArrayBuffer(8),
  sharedArrayBuffer: () => new SharedArrayBuffer(8),
  dataView: () => new DataView(new ArrayBuffer(8)),
  ...typedArrays,
}

/** The caller's objects as objects whose every access throws, and whose every value throws. */
export const WRAPPED: Readonly<Record<string, (value: object) => object>> = {
  'in a proxy that throws': (value) => new Proxy(value, TRAPS),
  'in a proxy whose values throw': (value) => new Proxy(value, { get: trap }),
  'in a proxy that lists no keys': (value) => new Proxy(value, { ownKeys: trap }),
  'with a key that throws': (value) =>
    Object.defineProperty(Array.isArray(value) ? [...value] : { ...value }, 'exotic', {
      enumerable: true,
      get: trap,
    }),
}
