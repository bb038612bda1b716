/**
 * The safetensors reader and writer: what the format allows is read, everything else is refused
 * with one RopeError INVALID_FILE that names the tensor.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  elementTypeOf,
  parseSafetensors,
  replaceTensors,
  SAFETENSORS_DTYPES,
  type SafetensorsInput,
  tensorBytes,
  tensorData,
  writeSafetensors,
} from '../../src/doors/safetensors.js'
import { RopeError } from '../../src/errors.js'

/** Globals of Node, declared because this package is typed without them. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array }
declare const Buffer: { from(bytes: Uint8Array): Uint8Array }

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** A file from a header as text or bytes, a payload, and optionally a header length that lies. */
function fileOf(header: string | Uint8Array, payload = 0, length?: bigint): Uint8Array {
  const text = typeof header === 'string' ? encode(header) : header
  const file = new Uint8Array(8 + text.length + payload)
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(text.length), true)
  file.set(text, 8)
  return file
}

/** A header with one member per tensor. */
function headerOf(tensors: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(tensors)
}

function f32(begin: number, end: number, shape: readonly number[] = [(end - begin) / 4]): unknown {
  return { dtype: 'F32', shape, data_offsets: [begin, end] }
}

/** The RopeError that `run` throws; anything else fails the test. */
function ropeErrorOf(run: () => unknown): RopeError {
  try {
    run()
  } catch (error) {
    if (RopeError.isInstance(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('parseSafetensors', () => {
  test('describes each tensor in the order of its bytes', () => {
    const header = headerOf({
      later: f32(8, 16),
      __metadata__: { format: 'pt' },
      first: { dtype: 'BF16', shape: [2, 2], data_offsets: [0, 8] },
    })
    const file = parseSafetensors(fileOf(header, 16))
    expect([...file.tensors.keys()]).toEqual(['first', 'later'])
    expect(file.tensors.get('first')).toEqual({
      name: 'first',
      dtype: 'BF16',
      shape: [2, 2],
      byteOffset: 8 + header.length,
      byteLength: 8,
    })
    expect([...file.metadata]).toEqual([['format', 'pt']])
  })

  test('accepts scalars, empty tensors, white space and an empty file', () => {
    const header = `{ "a" : {"dtype":"F64" , "shape":[ ],\n"data_offsets":[0, 8]},
      "b": {"shape":[9007199254740991,3,0],"data_offsets":[8,8],"dtype":"U8"}}   `
    const file = parseSafetensors(fileOf(header, 8))
    expect(file.tensors.get('a')?.shape).toEqual([])
    expect(file.tensors.get('b')?.byteLength).toBe(0)
    expect(parseSafetensors(fileOf('{}')).tensors.size).toBe(0)
  })

  test('accepts an empty tensor at the start of another', () => {
    const file = parseSafetensors(fileOf(headerOf({ full: f32(0, 4), empty: f32(0, 0) }), 4))
    expect([...file.tensors.keys()]).toEqual(['empty', 'full'])
  })

  test('reads sub-byte types whose bits fill whole bytes', () => {
    const entry = { dtype: 'F4', shape: [3, 2], data_offsets: [0, 3] }
    expect(parseSafetensors(fileOf(headerOf({ t: entry }), 3)).tensors.get('t')?.byteLength).toBe(3)
    const odd = { dtype: 'F6_E2M3', shape: [3], data_offsets: [0, 3] }
    const error = ropeErrorOf(() => parseSafetensors(fileOf(headerOf({ t: odd }), 3)))
    expect(error.message).toContain('dtype F6_E2M3 (6 bits) and shape [3] make 2.25 bytes')
  })

  test('keeps names that objects would swallow or reorder', () => {
    const names = [
      '__proto__',
      'constructor',
      '2',
      '1',
      '',
      'toString',
      '"a\\',
      'a\\"',
      '\u{1f40b}',
    ]
    const inputs = names.map(
      (name): SafetensorsInput => ({ name, dtype: 'U8', shape: [1], data: new Uint8Array(1) }),
    )
    const file = parseSafetensors(writeSafetensors(inputs, [['__proto__', 'text']]))
    expect([...file.tensors.keys()]).toEqual(names)
    expect([...file.metadata]).toEqual([['__proto__', 'text']])
    expect(Object.getPrototypeOf({})).toBe(Object.prototype)
  })

  test('reads a file that starts in the middle of a buffer, a Buffer and shared memory', () => {
    const bytes = writeSafetensors([
      { name: 'x', dtype: 'F32', shape: [2], data: new Float32Array([1, -2]) },
    ])
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 3), 3)
    shared.set(bytes)
    for (const copy of [Buffer.from(bytes), shared]) {
      expect([...tensorData(parseSafetensors(copy), 'x')]).toEqual([1, -2])
    }
  })

  const two = (a: unknown, b: unknown): string => headerOf({ a, b })
  const raw = (member: string): string =>
    `{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]${member}}}`
  const refusals: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['no bytes', new Uint8Array(0), /0 bytes long.*truncated/],
    ['a short length', new Uint8Array(7), /7 bytes long/],
    ['a header beyond the file', fileOf('{}', 0, 3n), /length is 3 bytes, but only 2 follow/],
    [
      'a huge header',
      fileOf('{}', 0, 100_000_001n),
      /100000001 bytes, above the format's limit of 100000000/,
    ],
    ['the largest length', fileOf('{}', 0, 2n ** 64n - 1n), /18446744073709551615 bytes, above/],
    ['an empty header', fileOf(''), /header ends at character 0/],
    ['a text', fileOf('hello'), /found "h" at character 0, where "{"/],
    ['a leading space', fileOf(' {}'), /found " " at character 0/],
    ['a byte order mark', fileOf('\ufeff{}'), /character 0, where "{"/],
    ['bytes that are not UTF-8', fileOf(new Uint8Array([0x7b, 0xff, 0x7d])), /not valid UTF-8/],
    ['a list', fileOf('[]'), /found "\[" at character 0, where "{"/],
    ['text after the header', fileOf('{}x'), /found "x" at character 2, where the end/],
    ['zero padding', fileOf('{}\0'), /found "\\u0000" at character 2/],
    ['a trailing comma', fileOf('{"__metadata__":{},}'), /found "}" at character 19, where a key/],
    ['an unclosed string', fileOf('{"t'), /where the closing quote/],
    ['a string that ends in an escape', fileOf('{"t\\'), /where the closing quote/],
    ['a bad escape', fileOf('{"\\x":1}'), /bad escape/],
    ['a raw line feed in a string', fileOf('{"a\nb":1}'), /control character/],
    ['half a surrogate pair', fileOf('{"\\ud800":1}'), /half a surrogate pair/],
    ['deep nesting', fileOf('['.repeat(100_000)), /found "\["/],
    ['a tensor that is a number', fileOf('{"t":1}'), /tensor "t": found "1".*"{"/],
    ['a tensor that is null', fileOf('{"t":null}'), /tensor "t": found "n"/],
    ['no dtype', fileOf('{"t":{"shape":[],"data_offsets":[0,4]}}', 4), /tensor "t": has no dtype/],
    [
      'no shape',
      fileOf('{"t":{"dtype":"F32","data_offsets":[0,4]}}', 4),
      /tensor "t": has no shape/,
    ],
    [
      'no data_offsets',
      fileOf('{"t":{"dtype":"F32","shape":[]}}', 4),
      /tensor "t": has no data_offsets/,
    ],
    [
      'an unknown field',
      fileOf(raw(',"strides":[1]'), 4),
      /tensor "t": has an unknown field "strides"; accepted: dtype/,
    ],
    [
      'a field given twice',
      fileOf(raw(',"dtype":"F32"'), 4),
      /tensor "t": the tensor has the key "dtype" twice/,
    ],
    [
      'a tensor given twice',
      fileOf('{"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0074":{}}'),
      /the key "t" twice/,
    ],
    [
      'metadata given twice',
      fileOf('{"__metadata__":{},"__metadata__":{}}'),
      /"__metadata__" twice/,
    ],
    ['a metadata key given twice', fileOf('{"__metadata__":{"a":"","a":""}}'), /the key "a" twice/],
    [
      'metadata that is not text',
      fileOf('{"__metadata__":{"a":1}}'),
      /a string as value of "a" in __metadata__/,
    ],
    ['metadata that is a string', fileOf('{"__metadata__":"a"}'), /"{", the start of __metadata__/],
    [
      'an unknown dtype',
      fileOf(headerOf({ t: { dtype: 'F31', shape: [1], data_offsets: [0, 4] } }), 4),
      /tensor "t": dtype is "F31"; accepted: .*BF16/,
    ],
    [
      'a dtype of every object',
      fileOf(headerOf({ t: { dtype: 'toString', shape: [1], data_offsets: [0, 4] } }), 4),
      /tensor "t": dtype is "toString"/,
    ],
    ['a dtype that is a number', fileOf('{"t":{"dtype":32}}'), /a dtype name/],
    ['a negative size', fileOf('{"t":{"shape":[-1]}}'), /tensor "t": found "-".*integer in shape/],
    ['a fraction', fileOf('{"t":{"shape":[1.5]}}'), /tensor "t": found "\."/],
    ['an exponent', fileOf('{"t":{"shape":[1e2]}}'), /tensor "t": found "e"/],
    ['a leading zero', fileOf('{"t":{"shape":[01]}}'), /starts with 0/],
    [
      'a size beyond 2^53',
      fileOf('{"t":{"shape":[9007199254740992]}}'),
      /tensor "t": shape has "9007199254740992"; accepted: integers up to 9007199254740991/,
    ],
    [
      'a size of many digits',
      fileOf(`{"t":{"shape":[${'9'.repeat(5000)}]}}`),
      /shape has "9+\.\.\."/,
    ],
    [
      'a shape that overflows',
      fileOf(headerOf({ t: f32(0, 4, [2 ** 27, 2 ** 27]) }), 4),
      /tensor "t".*too many bytes/,
    ],
    [
      'a shape for fewer bytes',
      fileOf(headerOf({ t: f32(0, 8, [1]) }), 8),
      /tensor "t".*make 4 bytes, but data_offsets is \[0, 8\], 8 bytes/,
    ],
    [
      'one offset',
      fileOf('{"t":{"dtype":"F32","shape":[1],"data_offsets":[0]}}', 4),
      /tensor "t": data_offsets has 1 numbers/,
    ],
    [
      'three offsets',
      fileOf('{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 4),
      /data_offsets has 3 numbers/,
    ],
    [
      'offsets that run backwards',
      fileOf(headerOf({ t: f32(8, 4, [1]) }), 8),
      /tensor "t".*ends before it begins/,
    ],
    [
      'offsets beyond the file',
      fileOf(headerOf({ t: f32(0, 8) }), 4),
      /tensor "t".*only 4 bytes of data follow.*truncated/,
    ],
    [
      'overlapping ranges',
      fileOf(two(f32(0, 8), f32(4, 12)), 12),
      /tensor "b" starts at byte 4 of the data, inside "a"/,
    ],
    ['the same range twice', fileOf(two(f32(0, 4), f32(0, 4)), 4), /tensor "b".*inside "a"/],
    [
      'an empty tensor inside another',
      fileOf(two(f32(0, 8), f32(4, 4)), 8),
      /tensor "b".*inside "a"/,
    ],
    [
      'a hole',
      fileOf(two(f32(0, 4), f32(8, 12)), 12),
      /tensor "b" starts at byte 8 of the data, but the ones before it end at 4/,
    ],
    [
      'a hole before the first tensor',
      fileOf(headerOf({ t: f32(4, 8) }), 8),
      /tensor "t".*end at 0/,
    ],
    [
      'trailing bytes',
      fileOf(headerOf({ t: f32(0, 4) }), 5),
      /the last 1 bytes of the file belong to no tensor/,
    ],
    ['data without a tensor', fileOf('{}', 4), /the last 4 bytes/],
  ]
  test.each(refusals)('refuses %s', (_what, bytes, message) => {
    const error = ropeErrorOf(() => parseSafetensors(bytes, { source: 'model.safetensors' }))
    expect(error.code).toBe('INVALID_FILE')
    expect(error.message).toMatch(/^model\.safetensors: /)
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('\n')
    expect(error.message.length).toBeLessThan(500)
  })

  test('names the tensor in the field, and never prints a control character', () => {
    const name = '\u001b[31m\u009b'
    const bytes = fileOf(
      headerOf({ [name]: { dtype: 'F31', shape: [1], data_offsets: [0, 4] } }),
      4,
    )
    const error = ropeErrorOf(() => parseSafetensors(bytes))
    expect(error.field).toBe(name)
    expect(error.message).toContain('tensor "\\u001b[31m\\u009b"')
  })

  test('refuses what is not a Uint8Array', () => {
    const given = new Float32Array(8) as unknown as Uint8Array
    expect(ropeErrorOf(() => parseSafetensors(given)).message).toMatch(
      /given a Float32Array.*Uint8Array/,
    )
  })
})

describe('a file of the reference library', () => {
  // Written by safetensors 0.8.0 for Python (huggingface/safetensors): an int8 scalar -3, a
  // float16 [[1, -2]], an int64 [2^40], a float32 of shape [0, 3], and one line of metadata.
  const header =
    '{"__metadata__":{"made":"\u00e9"},"wide":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},' +
    '"empty":{"dtype":"F32","shape":[0,3],"data_offsets":[8,8]},' +
    '"half":{"dtype":"F16","shape":[1,2],"data_offsets":[8,12]},' +
    '"scalar":{"dtype":"I8","shape":[],"data_offsets":[12,13]}}  '
  const bytes = fileOf(header, 13)
  bytes.set([0, 0, 0, 0, 0, 1, 0, 0, 0, 0x3c, 0, 0xc0, 0xfd], bytes.length - 13)
  const file = parseSafetensors(bytes)

  test('is read', () => {
    expect(tensorData(file, 'wide')).toEqual(new BigInt64Array([2n ** 40n]))
    expect(tensorData(file, 'half')).toEqual(new Uint16Array([0x3c00, 0xc000]))
    expect(tensorData(file, 'scalar')).toEqual(new Int8Array([-3]))
    expect(file.tensors.get('empty')).toMatchObject({ shape: [0, 3], byteLength: 0 })
    expect(file.metadata.get('made')).toBe('\u00e9')
  })

  test('is written the same, byte for byte', () => {
    const tensors = Array.from(file.tensors.values(), (tensor) => ({
      ...tensor,
      data: tensorBytes(file, tensor.name),
    }))
    expect(writeSafetensors(tensors, file.metadata)).toEqual(bytes)
  })
})

describe('tensorData', () => {
  const values = {
    F64: [0.1, -2],
    F32: [1.5, -2],
    I64: [-1n, 2n],
    U64: [2n ** 64n - 1n, 0n],
    I8: [-1, 2],
  }
  const arrays = [
    ['F64', new Float64Array(values.F64)],
    ['F32', new Float32Array(values.F32)],
    ['I64', new BigInt64Array(values.I64)],
    ['U64', new BigUint64Array(values.U64)],
    ['I32', new Int32Array([-1, 2])],
    ['U32', new Uint32Array([2 ** 32 - 1, 2])],
    ['I16', new Int16Array([-1, 2])],
    ['U16', new Uint16Array([65535, 2])],
    ['F16', new Uint16Array([0x3c00, 0xc000])],
    ['BF16', new Uint16Array([0x3f80, 0xc000])],
    ['I8', new Int8Array(values.I8)],
    ['U8', new Uint8Array([255, 2])],
    ['BOOL', new Uint8Array([0, 1])],
    ['F8_E4M3', new Uint8Array([1, 2])],
  ] as const
  test.each(arrays)('gives %s as its typed array, aligned or not', (dtype, data) => {
    const bytes = writeSafetensors([{ name: 't', dtype, shape: [2], data }])
    const shifted = new Uint8Array(bytes.length + 1)
    shifted.set(bytes, 1)
    const aligned = parseSafetensors(bytes)
    const unaligned = parseSafetensors(shifted.subarray(1))
    expect(tensorData(aligned, 't')).toEqual(data)
    expect(tensorData(unaligned, 't')).toEqual(data)
    expect(tensorData(aligned, 't').buffer).toBe(bytes.buffer)
    expect(tensorData(unaligned, 't').buffer === shifted.buffer).toBe(data.BYTES_PER_ELEMENT === 1)
  })

  test('gives complex64 as pairs', () => {
    const data = new Float32Array([1, 2, 3, 4])
    const file = parseSafetensors(writeSafetensors([{ name: 't', dtype: 'C64', shape: [2], data }]))
    expect(tensorData(file, 't')).toEqual(data)
  })

  test('refuses a name the file does not have, and lists those it has', () => {
    const data = new Uint8Array(1)
    const inputs = Array.from(
      { length: 10 },
      (_, i): SafetensorsInput => ({ name: `t${i}`, dtype: 'U8', shape: [1], data }),
    )
    const file = parseSafetensors(writeSafetensors(inputs))
    const error = ropeErrorOf(() => tensorData(file, '__proto__'))
    expect(error.code).toBe('INVALID_FILE')
    expect(error.message).toMatch(/no tensor "__proto__"; it has "t0", .*"t7", and 2 more/)
    expect(ropeErrorOf(() => tensorBytes(file, 'x')).code).toBe('INVALID_FILE')
  })
})

test('elementTypeOf names the four dtypes that RoPE rotates', () => {
  const rotated = SAFETENSORS_DTYPES.filter((dtype) => elementTypeOf(dtype) !== null)
  expect(rotated.map(elementTypeOf)).toEqual(['float16', 'bfloat16', 'float32', 'float64'])
  expect(rotated).toEqual(['F16', 'BF16', 'F32', 'F64'])
})

describe('writeSafetensors', () => {
  const data = new Float32Array([1, 2])
  const valid: SafetensorsInput = { name: 't', dtype: 'F32', shape: [2], data }

  test('writes the bytes that the format describes', () => {
    const header = '{"__metadata__":{"a":"b"},"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    const length = [80, 0, 0, 0, 0, 0, 0, 0]
    const payload = [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]
    const expected = [...length, ...encode(header.padEnd(80)), ...payload]
    expect([...writeSafetensors([valid], [['a', 'b']])]).toEqual(expected)
  })

  test('puts wider types first, so that every payload is aligned', () => {
    const bytes = writeSafetensors([
      { name: 'byte', dtype: 'U8', shape: [1], data: new Uint8Array(1) },
      { name: 'double', dtype: 'F64', shape: [1], data: new Float64Array(1) },
      { name: 'half', dtype: 'F16', shape: [1], data: new Uint16Array(1) },
    ])
    const file = parseSafetensors(bytes)
    expect([...file.tensors.keys()]).toEqual(['double', 'half', 'byte'])
    for (const name of file.tensors.keys()) expect(tensorData(file, name).buffer).toBe(bytes.buffer)
  })

  const refusals: readonly (readonly [string, readonly SafetensorsInput[], RegExp])[] = [
    ['a reserved name', [{ ...valid, name: '__metadata__' }], /reserves/],
    ['a name given twice', [valid, valid], /tensor "t" is given twice/],
    ['a name that UTF-8 cannot hold', [{ ...valid, name: '\udc00' }], /half a surrogate pair/],
    [
      'an unknown dtype',
      [{ ...valid, dtype: 'float32' as 'F32' }],
      /dtype "float32"; accepted: BOOL/,
    ],
    [
      'a negative size',
      [{ ...valid, shape: [-2] }],
      /shape \[-2\]; accepted: non-negative integers/,
    ],
    ['a fractional size', [{ ...valid, shape: [2.5] }], /shape \[2\.5\]/],
    [
      'data of another size',
      [{ ...valid, shape: [3] }],
      /is F32 \[3\], 12 bytes, but its data has 8/,
    ],
  ]
  test.each(refusals)('refuses %s', (_what, inputs, message) => {
    const error = ropeErrorOf(() => writeSafetensors(inputs))
    expect(error.code).toBe('INVALID_TENSOR')
    expect(error.message).toMatch(message)
  })

  test.each([
    ['a', 1],
    ['a', '\ud800'],
    ['\ud800', 'a'],
    ['\ud83d', '\udc0b'],
  ])('refuses metadata %j: %j', (key, value) => {
    const metadata = [[key, value]] as unknown as [string, string][]
    expect(ropeErrorOf(() => writeSafetensors([valid], metadata)).field).toBe('metadata')
  })
})

describe('replaceTensors', () => {
  // Written by hand: an order, a padding and a metadata order that our writer would not choose.
  const header =
    '{"b":{"shape":[1],"dtype":"U8","data_offsets":[0,1]},  "a":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}} '
  const original = fileOf(header, 5)
  original.set([7, 0, 0, 0x80, 0x3f], 8 + header.length)

  test('changes the bytes of the named tensors and nothing else', () => {
    const before = new Uint8Array(original)
    const copy = replaceTensors(parseSafetensors(original), [['a', new Float32Array([-2])]])
    const expected = new Uint8Array(original)
    expected.set([0, 0, 0, 0xc0], 8 + header.length + 1)
    expect(copy).toEqual(expected)
    expect(original).toEqual(before)
    expect(tensorData(parseSafetensors(copy), 'a')).toEqual(new Float32Array([-2]))
  })

  test('copies a Buffer, although its slice would not', () => {
    const buffer = Buffer.from(original)
    replaceTensors(parseSafetensors(buffer), [['b', new Uint8Array([9])]])
    expect(new Uint8Array(buffer)).toEqual(original)
  })

  test('refuses a tensor that is not there and data of another size', () => {
    const file = parseSafetensors(original)
    expect(ropeErrorOf(() => replaceTensors(file, [['c', new Uint8Array(1)]])).code).toBe(
      'INVALID_FILE',
    )
    const error = ropeErrorOf(() => replaceTensors(file, [['a', new Uint8Array(1)]]))
    expect(error.code).toBe('INVALID_TENSOR')
    expect(error.message).toMatch(/tensor "a" has 4 bytes in the file, but its data has 1/)
  })
})

describe('properties', () => {
  const input = fc
    .record({
      name: fc.string({ unit: 'binary' }).filter((name) => name !== '__metadata__'),
      dtype: fc.constantFrom('F64', 'F32', 'F16', 'BF16', 'I64', 'U8', 'BOOL', 'C64', 'F8_E5M2'),
      shape: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
      seed: fc.nat({ max: 255 }),
    })
    .map(({ name, dtype, shape, seed }): SafetensorsInput => {
      const width = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, U8: 1, BOOL: 1, C64: 8, F8_E5M2: 1 }[
        dtype
      ]
      const bytes = shape.reduce((product, size) => product * size, width)
      return {
        name,
        dtype,
        shape,
        data: Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + seed) % 256),
      }
    })
  const inputs = fc.uniqueArray(input, { selector: ({ name }) => name, maxLength: 6 })
  const metadata = fc.uniqueArray(
    fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
    {
      selector: ([key]) => key,
      maxLength: 3,
    },
  )

  test('what is written is read back, byte for byte', () => {
    fc.assert(
      fc.property(inputs, metadata, (tensors, texts) => {
        const bytes = writeSafetensors(tensors, texts)
        const file = parseSafetensors(bytes)
        expect([...file.metadata]).toEqual(texts)
        expect(file.tensors.size).toBe(tensors.length)
        for (const { name, dtype, shape, data } of tensors) {
          expect(file.tensors.get(name)).toMatchObject({ dtype, shape })
          expect(tensorBytes(file, name)).toEqual(data)
        }
        const again = Array.from(file.tensors.values(), (tensor) => ({
          ...tensor,
          data: tensorBytes(file, tensor.name),
        }))
        expect(writeSafetensors(again, file.metadata)).toEqual(bytes)
      }),
    )
  })

  /** Parses and reads every tensor; a RopeError INVALID_FILE is the only way to fail. */
  function readAll(bytes: Uint8Array): 'read' | 'refused' {
    try {
      const file = parseSafetensors(bytes)
      for (const name of file.tensors.keys()) tensorData(file, name)
      return 'read'
    } catch (error) {
      if (RopeError.isInstance(error) && error.code === 'INVALID_FILE') return 'refused'
      throw error
    }
  }

  test('arbitrary bytes are read or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => readAll(bytes) === 'refused'),
    )
  })

  test('arbitrary headers are read or refused, never anything else', () => {
    const fragment = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        '"t"',
        '"dtype"',
        '"F32"',
        '"shape"',
        '"data_offsets"',
        '0',
        '4',
        '-1',
        '1e9',
      ],
      ...[
        '"__metadata__"',
        '"__proto__"',
        ' ',
        '\\',
        '"',
        '\u0000',
        '\u{1f40b}',
        'null',
        '9007199254740993',
        '[0,4]',
      ],
    )
    const header = fc.array(fragment, { maxLength: 30 }).map((parts) => `{"t":{${parts.join('')}`)
    fc.assert(
      fc.property(header, fc.nat({ max: 16 }), (text, payload) => {
        expect(['read', 'refused']).toContain(readAll(fileOf(text, payload)))
      }),
      { numRuns: 1000 },
    )
  })

  test('mutated and truncated files are read or refused, never anything else', () => {
    const edit = fc.tuple(fc.nat(), fc.nat({ max: 255 }))
    fc.assert(
      fc.property(
        inputs,
        metadata,
        fc.array(edit, { maxLength: 4 }),
        fc.nat(),
        (tensors, texts, edits, cut) => {
          const bytes = writeSafetensors(tensors, texts)
          for (const [at, value] of edits) bytes[at % bytes.length] = value
          expect(['read', 'refused']).toContain(readAll(bytes))
          expect(readAll(bytes.subarray(0, cut % bytes.length))).toBe('refused')
        },
      ),
      { numRuns: 500 },
    )
  })

  test('every proper prefix of a valid file is refused', () => {
    const bytes = writeSafetensors([
      { name: 't', dtype: 'F32', shape: [2], data: new Float32Array(2) },
    ])
    for (let length = 0; length < bytes.length; length += 1) {
      expect(readAll(bytes.subarray(0, length))).toBe('refused')
    }
  })

  // Steps that grow with the square of a header would be 10^12 here: the test would not end.
  test('a megabyte of hostile header is refused in a pass or two', () => {
    const million = 1_000_000
    const hostile = [
      `{"${'\\'.repeat(million)}`,
      `{"${'a'.repeat(million)}`,
      `{"t":{"shape":[${'1,'.repeat(million)}`,
      `{"t":{"shape":[${'9'.repeat(million)}`,
      '{"t":'.repeat(million / 5),
      `{${' '.repeat(million)}`,
      `{"__metadata__":{${Array.from({ length: million / 20 }, (_, i) => `"${i}":""`).join(',')},"0":""}}`,
    ]
    for (const header of hostile) expect(readAll(fileOf(header))).toBe('refused')
  })
})
