/**
 * What messages say: one article or none before what was given, and the way out of the mistakes that
 * everybody makes. Each table has many values of one kind.
 */
import { describe, expect, test } from 'vitest'
import { show } from '../src/check.js'
import { resolveConfig } from '../src/config/config.js'
import { RopeError } from '../src/errors.js'
import { rotationGradients } from '../src/gradients/rotation-gradients.js'
import { shiftQ8 } from '../src/kv-cache/q8-0.js'
import { fromHuggingFace } from '../src/models/huggingface/from-hugging-face.js'
import { fromOnnx } from '../src/models/onnx/caches.js'
import { parseSafetensors } from '../src/models/safetensors/parse.js'
import { elementsOf } from '../src/numbers/elements.js'
import { shardOf } from '../src/parallel/shard.js'
import { denseRope } from '../src/presets/dense.js'
import { gridPositions } from '../src/presets/positions/grid.js'
import { positionsFromMask } from '../src/presets/positions/padding.js'
import { ropeIndex } from '../src/presets/positions/rope-index.js'
import { axialRope } from '../src/presets/video.js'
import { createRope } from '../src/rope/rope.js'
import { permutePairing } from '../src/weights/permute-pairing.js'
import { createNaiveBackend } from './conformance/naive-backend.js'

const CONFIG = {
  headDim: 8,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
} as const
const backend = createNaiveBackend()
const rope = createRope(CONFIG, { backend, layout: 'bshd' })
const SHAPE = [1, 2, 1, 8]
const tensor = (data: unknown = new Float32Array(16)): never => ({ data, shape: SHAPE }) as never

function failureOf(call: () => unknown): RopeError {
  try {
    call()
  } catch (error) {
    if (RopeError.isInstance(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

const messageOf = (call: () => unknown): string => failureOf(call).message

describe('grammar', () => {
  const VALUES: readonly unknown[] = [
    ...[undefined, null, 5, 5n, 'text', true, Symbol('s'), () => 1],
    ...[{}, { a: 1 }, [], [1, 2], new Map(), new Set(), new Date(0), /a/, new Error('e')],
    ...[new ArrayBuffer(8), new SharedArrayBuffer(8), new DataView(new ArrayBuffer(8))],
    ...[new Int8Array(4), new Uint8Array(4), new Uint8ClampedArray(4), new Int16Array(4)],
    ...[new Uint32Array(4), new Int32Array(4), new BigInt64Array(4), new BigUint64Array(4)],
    ...[Buffer.alloc(8), Promise.resolve(1), Object.create(null), new Proxy({}, {})],
  ]
  const CALLS: Readonly<Record<string, (value: unknown) => unknown>> = {
    'q.data': (value) => rope.rotate({ q: { data: value, shape: SHAPE } as never, positions: 0 }),
    'q.data with a dtype': (value) =>
      rope.rotate({
        q: { data: value, dtype: 'float32', shape: SHAPE } as never,
        positions: 0,
      }),
    elementsOf: (value) => elementsOf(value as never),
    parseSafetensors: (value) => parseSafetensors((Buffer.isBuffer(value) ? 1 : value) as never),
    'positions.offsets': (value) =>
      rope.rotate({
        q: tensor(),
        positions: {
          offsets: [typeof value === 'bigint' || value === 5 ? 5.5e300 : value],
        } as never,
      }),
    headDim: (value) => resolveConfig({ ...CONFIG, headDim: value === 5 ? 5.5 : value } as never),
    pairing: (value) => resolveConfig({ ...CONFIG, pairing: value } as never),
  }

  test.each(Object.entries(CALLS))('of %s, whatever is given', (_, call) => {
    for (const value of VALUES) {
      const message = messageOf(() => call(value))
      expect(message).not.toMatch(/\ba (?:object|undefined|null|Int|Array|a|an|number|string)\b/)
      expect(message).not.toMatch(/\ban? (?:undefined|null|true|false)\b|\ban (?:Uint|Float|Big)/)
      expect(message).not.toMatch(/ is undefined|\[object/)
      expect(message.length).toBeLessThan(700)
    }
  })

  test.each<[unknown, string]>([
    [new Int8Array(1), 'an Int8Array'],
    [new Uint8Array(1), 'a Uint8Array'],
    [new BigInt64Array(1), 'a BigInt64Array'],
    [new ArrayBuffer(1), 'an ArrayBuffer'],
    [new Map(), 'a Map'],
    [Promise.resolve(), 'a Promise: await it'],
    [{}, 'an object with keys (none)'],
    [{ a: 1 }, 'an object with keys a'],
  ])('shows %o as %s', (value, text) => {
    expect(show(value)).toBe(text)
  })

  test('what is not there is missing', () => {
    expect(messageOf(() => rope.shift(tensor(), undefined as never))).toMatch(
      /^delta is missing; accepted: a number \(how far every token moves\)/,
    )
    expect(messageOf(() => rope.rotate({ q: tensor() } as never))).toMatch(/^positions is missing/)
    expect(messageOf(() => rope.rotate({ q: { shape: SHAPE } as never, positions: 0 }))).toMatch(
      /^q\.data is missing/,
    )
    expect(messageOf(() => createRope(CONFIG, {} as never))).toMatch(/^backend is missing/)
  })
})

describe('a forgotten await', () => {
  const later = (): never => Promise.resolve({}) as never
  // biome-ignore lint/suspicious/noThenProperty: what await waits for need not be a Promise
  const thenable = { then: () => undefined } as never
  test.each<[string, (promise: never) => unknown]>([
    ['backend', (promise) => createRope(CONFIG, { backend: promise })],
    ['context', (promise) => createRope(CONFIG, promise)],
    ['options', (promise) => createRope(promise, { backend })],
    ['options', (promise) => resolveConfig(promise)],
    ['schedule', (promise) => resolveConfig({ ...CONFIG, schedule: promise })],
    ['q', (promise) => rope.rotate({ q: promise, positions: 0 })],
    ['q.data', (promise) => rope.rotate({ q: tensor(promise), positions: 0 })],
    ['out', (promise) => rope.rotate({ q: tensor(), out: promise, positions: 0 })],
    ['positions', (promise) => rope.rotate({ q: tensor(), positions: promise })],
    ['positions[0]', (promise) => rope.rotate({ q: tensor(), positions: [promise] })],
    ['delta', (promise) => rope.shift(tensor(), promise)],
    ['from', (promise) => rope.rerope(tensor(), promise, { positions: 0 })],
    ['k', (promise) => rope.bind({ k: promise })],
    ['rope', (promise) => shiftQ8(promise, { data: new Uint8Array(0), tokens: 0, heads: 1 }, 1)],
    ['mask', (promise) => positionsFromMask(promise, { batch: 1 })],
    ['input', (promise) => ropeIndex(promise)],
    ['coordinates', (promise) => gridPositions(promise)],
    ['options', (promise) => shardOf(promise)],
    ['input', (promise) => rotationGradients(resolveConfig(CONFIG), promise)],
  ])('%s', (field, call) => {
    for (const promise of [later(), thenable]) {
      const error = failureOf(() => call(promise))
      expect(error.message).toContain(`${field} is a Promise: await it`)
    }
  })

  test('of a file', () => {
    expect(messageOf(() => fromHuggingFace(later()))).toContain('a Promise: await it')
    expect(messageOf(() => parseSafetensors(later()))).toContain('a Promise: await it')
  })
})

describe('a model instead of a config', () => {
  test.each<[object, RegExp]>([
    [
      { model_type: 'llama' },
      /'model_type'.*fromHuggingFace\(json\) of '@rope\/core\/huggingface'/,
    ],
    [{ rope_theta: 10000, hidden_size: 64 }, /'rope_theta', 'hidden_size'.*fromHuggingFace/],
    [{ text_config: {} }, /fromHuggingFace/],
    [{ head_dim: 8, rope_parameters: {} }, /fromHuggingFace/],
    [{ n_embd: 64, n_head: 4 }, /fromHuggingFace/],
    [{ ...CONFIG, rope_scaling: { type: 'linear' } }, /'rope_scaling'.*fromHuggingFace/],
    [{ ...CONFIG, partial_rotary_factor: 0.5 }, /fromHuggingFace/],
    [{ 'general.architecture': 'llama' }, /fromGguf\(\{ metadata \}\) of '@rope\/core\/gguf'/],
    [{ 'llama.rope.freq_base': 10000 }, /fromGguf/],
    [{ name: 'default', config: CONFIG, layers: null, warnings: [] }, /profile.*give its config/],
  ])('%j', (given, message) => {
    for (const call of [
      () => resolveConfig(given as never),
      () => createRope(given as never, { backend }),
    ]) {
      const error = failureOf(call)
      expect(error.message).toMatch(message)
      expect(error.field).toBe('options')
    }
  })

  test('an option that is merely misspelt is no model', () => {
    expect(messageOf(() => resolveConfig({ ...CONFIG, headdim: 8 } as never))).toMatch(
      /unknown key/,
    )
  })
})

describe('pairings by their names elsewhere', () => {
  const NAMES: Readonly<Record<'half' | 'interleaved', readonly string[]>> = {
    half: [
      ...['neox', 'NEOX', 'gpt-neox', 'gpt_neox', 'GPT-NeoX', 'neox_style', 'is_neox_style'],
      ...['rotate_half', 'rotate-half', 'rotateHalf', 'half-split', 'GGML_ROPE_TYPE_NEOX'],
      ...['LLAMA_ROPE_TYPE_NEOX', 'ggml neox', 'huggingface', 'llama-hf', 'non-interleaved'],
    ],
    interleaved: [
      ...['gptj', 'gpt-j', 'GPT-J', 'gptj_style', 'rotate_every_two', 'rotateEveryTwo', 'norm'],
      ...['ggml norm', 'ggml_norm', 'normal', 'llama.cpp norm', 'GGML_ROPE_TYPE_NORM'],
      ...['LLAMA_ROPE_TYPE_NORM', 'interleave', 'adjacent', 'traditional', 'roformer', 'even-odd'],
    ],
  }
  const cases = (['half', 'interleaved'] as const).flatMap((pairing) =>
    NAMES[pairing].map((name) => [name, pairing] as const),
  )

  test.each(cases)('%s is %s', (name, pairing) => {
    const message = messageOf(() => resolveConfig({ ...CONFIG, pairing: name as never }))
    expect(message).toBe(
      `pairing is ${JSON.stringify(name)}; accepted: 'half' or 'interleaved'; what is called ${JSON.stringify(name)} elsewhere is '${pairing}' here`,
    )
  })

  test.each(['llama', 'Llama', 'llama2', 'llama-3', 'llama3.1'])('%s is either', (name) => {
    const message = messageOf(() => resolveConfig({ ...CONFIG, pairing: name as never }))
    expect(message).toMatch(
      /there are both.*Hugging Face Hub are 'half'.*GGUF files.*'interleaved'/,
    )
  })

  test.each(['', 'diagonal', '2', 'x'.repeat(1000), 'constructor', '__proto__', 5, true, null])(
    '%s is nothing',
    (name) => {
      const message = messageOf(() => resolveConfig({ ...CONFIG, pairing: name as never }))
      expect(message).toMatch(/accepted: 'half' or 'interleaved'$/)
    },
  )

  test.each<[string, string, (name: never) => unknown]>([
    ['denseRope', 'pairing', (pairing) => denseRope([[1]], { headDim: 4, pairing })],
    ['axialRope', 'pairing', (pairing) => axialRope([4], { pairing })],
    [
      'permutePairing',
      'from',
      (from) => permutePairing(new Float32Array(8), { from, to: 'half', heads: 1, headDim: 8 }),
    ],
    [
      'permutePairing',
      'to',
      (to) => permutePairing(new Float32Array(8), { from: 'half', to, heads: 1, headDim: 8 }),
    ],
    [
      'fromHuggingFace',
      'pairing',
      (pairing) =>
        fromHuggingFace({ model_type: 'llama', head_dim: 8, rope_theta: 1e4 }, { pairing }),
    ],
    [
      'fromOnnx',
      'pairing',
      (pairing) =>
        fromOnnx({
          cosCache: new Float32Array(8),
          sinCache: new Float32Array(8),
          headDim: 8,
          pairing,
        }),
    ],
  ])('%s says so, too', (_, field, call) => {
    expect(messageOf(() => call('neox' as never))).toContain(
      `${field} is "neox"; accepted: 'half' or 'interleaved'; what is called "neox" elsewhere is 'half' here`,
    )
  })
})

describe('another layout', () => {
  const pair = (q: readonly number[], k: readonly number[], layout?: string): object => {
    const of = (shape: readonly number[]): object => ({
      data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
      shape,
      ...(layout === undefined ? {} : { layout }),
    })
    return { q: of(q), k: of(k), positions: 0 }
  }

  test.each<[string, readonly number[], readonly number[], string | undefined, string]>([
    [
      'bhsd under bshd',
      [1, 4, 5, 8],
      [1, 2, 5, 8],
      undefined,
      "'bhsd' ([batch, heads, tokens, headDim])",
    ],
    ['bhsd under bshd, stated', [2, 4, 5, 8], [2, 2, 5, 8], 'bshd', "'bhsd'"],
    ['bshd under bhsd', [1, 5, 4, 8], [1, 5, 2, 8], 'bhsd', "'bshd'"],
    ['bhsd under sbhd', [3, 4, 5, 8], [3, 2, 5, 8], 'sbhd', "'bhsd'"],
  ])('%s is named', (_, q, k, layout, name) => {
    const message = messageOf(() => rope.rotate(pair(q, k, layout) as never))
    expect(message).toMatch(
      /^k has (?:tokens|batch) \d+, but q has \d+; they must agree, and as layout/,
    )
    expect(message).toContain(name)
    expect(message).toContain('state that layout, on the tensors or in createRope')
  })

  test('where no layout would do, two calls are the way', () => {
    const message = messageOf(() => rope.rotate(pair([1, 1, 4, 8], [1, 6, 2, 8]) as never))
    expect(message).toBe('k has tokens 6, but q has 1; they must agree, or be rotated in two calls')
  })

  test('what is advised works', () => {
    rope.rotate(pair([1, 4, 5, 8], [1, 2, 5, 8], 'bhsd') as never)
  })
})

describe('memory of another kind', () => {
  class GPUBuffer {
    readonly size = 64
    readonly usage = 128
    readonly mapState = 'unmapped'
  }
  const buffers = {
    'a GPUBuffer': new GPUBuffer(),
    'a plain one': { size: 64, usage: 128, mapState: 'unmapped', label: '' },
    'one that hides its fields': { [Symbol.toStringTag]: 'GPUBuffer' },
  }
  const forms: Readonly<Record<string, (buffer: object) => object>> = {
    'as the tensor': (buffer) => buffer,
    'as its data': (buffer) => ({ data: buffer, shape: SHAPE }),
    'as its buffer': (buffer) => ({ buffer, byteOffset: 4, shape: SHAPE, dtype: 'float32' }),
  }
  const calls: Readonly<Record<string, (tensor: never) => unknown>> = {
    rotate: (q) => rope.rotate({ q, positions: 0 }),
    'rotate out': (q) => rope.rotate({ q: tensor(), out: { q }, positions: 0 }),
    bind: (k) => rope.bind({ k }),
    shift: (k) => rope.shift(k, 1),
    rerope: (k) => rope.rerope(k, { positions: 0 }, { positions: 1 }),
    at: (q) => rope.at(0).rotate({ q }),
  }
  const cases = Object.entries(calls).flatMap(([call, run]) =>
    Object.entries(forms).flatMap(([form, make]) =>
      Object.entries(buffers).map(
        ([name, buffer]) => [call, name, form, run, make(buffer)] as const,
      ),
    ),
  )

  test.each(cases)('%s of %s %s', (_call, _name, _form, run, given) => {
    const error = failureOf(() => run(given as never))
    expect(error.code).toBe('INVALID_TENSOR')
    expect(error.message).toContain('is a GPUBuffer')
    expect(error.message).toContain("a kernel of '@rope/webgpu'")
    expect(error.message).toContain('backend.prepare(')
  })

  test('positions on the GPU', () => {
    for (const positions of [new GPUBuffer(), { buffer: new GPUBuffer(), shape: [2] }]) {
      const error = failureOf(() => rope.rotate({ q: tensor(), positions: positions as never }))
      expect(error.message).toContain('is a GPUBuffer')
      expect(error.code).toBe('INVALID_POSITIONS')
    }
  })

  test.each<[string, unknown]>([
    ['a Buffer', Buffer.alloc(64)],
    ['a Uint8Array', new Uint8Array(64)],
    ['an Int8Array', new Int8Array(64)],
    ['a Uint8ClampedArray', new Uint8ClampedArray(64)],
  ])('%s is bytes: the message has the views', (_, data) => {
    for (const dtype of [undefined, 'float32', 'float16', 'bfloat16']) {
      const given = { data, shape: SHAPE, ...(dtype === undefined ? {} : { dtype }) }
      const message = messageOf(() => rope.rotate({ q: given as never, positions: 0 }))
      expect(message).toContain(
        'new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4)',
      )
      expect(message).toContain(
        'new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)',
      )
    }
  })

  test('the views of the message are over the bytes, and the copy can be viewed', () => {
    const data = Buffer.from(new ArrayBuffer(72), 8, 64)
    data.writeFloatLE(1.5, 0)
    const view = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4)
    expect([view.length, view[0]]).toEqual([16, 1.5])
    const odd = Buffer.from(new ArrayBuffer(72), 1, 64)
    odd.writeFloatLE(1.5, 0)
    expect(() => new Float32Array(odd.buffer, odd.byteOffset, 16)).toThrow(RangeError)
    const copy = new Uint8Array(odd)
    expect(new Float32Array(copy.buffer, copy.byteOffset, copy.byteLength / 4)[0]).toBe(1.5)
  })

  test.each<[string, unknown, string]>([
    ['a list', [1, 2], 'Float32Array.from(data)'],
    ['an ArrayBuffer', new ArrayBuffer(64), 'new Float32Array(data) is a view'],
    ['a SharedArrayBuffer', new SharedArrayBuffer(64), 'new Float32Array(data) is a view'],
  ])('%s', (_, data, advice) => {
    expect(messageOf(() => rope.rotate({ q: tensor(data), positions: 0 }))).toContain(advice)
  })
})
