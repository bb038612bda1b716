/**
 * Explanations as data and as a table of words, with a made-up clock so that every number is known.
 */
import { afterEach, describe, expect, test } from 'vitest'
import { type AutoRope, createRope } from '../../src/index.js'
import { CONFIG, entry, madeUpClock, paced, wrapped } from '../fakes.js'

let rope: AutoRope | undefined
afterEach(() => rope?.dispose())

async function mixed(): Promise<AutoRope> {
  const clock = madeUpClock()
  const load = async (): Promise<never> => {
    throw Object.assign(new Error("Cannot find package '@rope/native'"), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
  }
  const wrong = wrapped('wrong', () => () => undefined)
  rope = await createRope(
    { ...CONFIG, headDim: 128, rotaryDim: 64 },
    {
      backends: [
        entry('native', { load }),
        entry('wasm', paced('wasm', clock, { overhead: 1, rate: 10000 })),
        entry('wrong', wrong),
        entry('js', paced('js', clock, { overhead: 0.5, rate: 2500 })),
        entry('webgpu', { device: 'gpu' }),
      ],
      clock,
      cache: false,
    },
  )
  return rope
}

test('a call that is only described is explained with what it would cost', async () => {
  const { explain } = await mixed()
  const { text } = explain({ tokens: 512, heads: { q: 32, k: 8 } })
  expect(text.replace(/in \d+ ms/, 'in ... ms')).toMatchInlineSnapshot(`
    "wasm makes this call: 512 tokens, 32 + 8 heads x 128 (64 rotate), float32, in place, in typed arrays, 10.0 MiB

    backend  available  self-test  this call  predicted  measured  chosen  why
    wasm     yes        passed     supported  1.05 ms    -         chosen  fastest, as predicted: 1.05 ms
    js       yes        passed     supported  4.19 ms    -                 4.0 times slower than wasm
    native   no         not run    -          -          -                 @rope/native is not installed, or a bundler left it out; run: npm install @rope/native
    wrong    no         failed     -          -          -                 its self-test failed: float64, half, in place: element 8 is -8.2021484375; the golden value is 6.555912412317674
    webgpu   not asked  not run    -          -          -                 data in typed arrays stays on the CPU; give { device } to work on GPU buffers

    predicted: the kernel alone with its tables ready, as in a bound call or a step; a call at new positions also makes tables.
    Costs were measured here, in ... ms."
  `)
})

test('the data says the same', async () => {
  const { explain } = await mixed()
  const { text, ...data } = explain({
    tokens: 1,
    heads: { q: 4 },
    dtype: 'bfloat16',
    inPlace: false,
    batch: 2,
  })
  expect(text.split('\n')[0]).toBe(
    'wasm makes this call: batch 2, 1 token, 4 heads x 128 (64 rotate), bfloat16, out of place, in typed arrays, 4.00 KiB',
  )
  expect(data).toMatchObject({
    call: {
      batch: 2,
      tokens: 1,
      heads: [4],
      headDim: 128,
      rotaryDim: 64,
      dtype: 'bfloat16',
      inPlace: false,
      memory: 'foreign',
      bytes: 4096,
    },
    chosen: 'wasm',
    calibration: { source: 'measured' },
  })
  expect(structuredClone(data)).toEqual(data)
  expect(JSON.parse(JSON.stringify(data))).toEqual(data)
})

test('before the first call there is nothing to choose for', async () => {
  const { explain } = await mixed()
  const explanation = explain()
  expect(explanation).toMatchObject({
    call: null,
    chosen: null,
    calibration: { source: null, spent: 0 },
  })
  expect(explanation.backends.map(({ name, why, supports }) => [name, supports, why])).toEqual([
    [
      'native',
      null,
      '@rope/native is not installed, or a bundler left it out; run: npm install @rope/native',
    ],
    ['wasm', null, 'ready; no call has been made yet'],
    ['wrong', null, expect.stringMatching(/^its self-test failed: /)],
    ['js', null, 'ready; no call has been made yet'],
    ['webgpu', null, expect.stringMatching(/^data in typed arrays stays on the CPU/)],
  ])
  expect(explanation.text).toMatch(/^No call has been made yet/)
  expect(explanation.text).not.toContain('predicted:')
})

test('after calls it tells what they cost', async () => {
  const made = await mixed()
  const data = new Float32Array(64 * 2 * 128)
  const q = { data, shape: [1, 64, 2, 128], layout: 'bshd' } as const
  for (let i = 0; i < 300; i++) made.rotate({ q, positions: i })
  const { call, backends } = made.explain()
  expect(call).toMatchObject({ tokens: 64, heads: [2], bytes: 64 * 2 * 64 * 4 * 2 })
  expect(backends[0]).toMatchObject({ name: 'wasm', chosen: true })
  // 65536 bytes at 10000 per microsecond, plus one.
  expect(backends[0]?.measured).toBeCloseTo(7.55, 1)
  expect(backends[0]?.predicted).toBeCloseTo(7.55, 1)
  expect(backends[0]?.why).toBe('fastest, as predicted; 7.55 us in real calls')
})

test('a quarantined backend keeps its evidence', async () => {
  const { explain } = await mixed()
  const wrong = explain().backends.find(({ name }) => name === 'wrong')
  expect(wrong).toMatchObject({ available: false, selfTest: 'failed' })
  expect(wrong?.evidence).toMatch(
    /^float64, half, in place: element \d+ is \S+; the golden value is/,
  )
})

describe('a description that is none is refused, by name', () => {
  test.each([
    ['tokens', { tokens: -1, heads: { q: 1 } }],
    ['tokens', { tokens: 1.5, heads: { q: 1 } }],
    ['tokens', { heads: { q: 1 } }],
    ['batch', { tokens: 1, batch: -1, heads: { q: 1 } }],
    ['heads', { tokens: 1 }],
    ['heads', { tokens: 1, heads: {} }],
    ['heads', { tokens: 1, heads: { q: 'many' } }],
    ['dtype', { tokens: 1, heads: { q: 1 }, dtype: 'float8' }],
    ['memory', { tokens: 1, heads: { q: 1 }, memory: 'disk' }],
  ])('%s in %j', async (field, call) => {
    const { explain } = await mixed()
    const refused = expect.objectContaining({ code: 'INVALID_OPTION', field })
    expect(() => explain(call as never)).toThrow(refused)
  })
})

test('questions about calls that nobody could hold in memory cost nothing', async () => {
  const { explain } = await mixed()
  const { call, chosen } = explain({ tokens: 2 ** 31, heads: { q: 128, k: 128 } })
  expect(call?.bytes).toBe(2 ** 31 * 256 * 64 * 4 * 2)
  expect(chosen).toBe('wasm')
})

test('a bound decode loop is explained like any other call', async () => {
  const made = await mixed()
  const q = { data: new Float32Array(128), shape: [1, 1, 1, 128], layout: 'bshd' } as const
  made.bind({ q }).rotate(5)
  expect(made.explain().call).toMatchObject({ tokens: 1, heads: [1] })
})
