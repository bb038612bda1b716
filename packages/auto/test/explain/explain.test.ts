/**
 * Explanations as data and as a table of words, with a made-up clock so that every number is known.
 */
import { afterEach, describe, expect, test } from 'vitest'
import { createRopeBy } from '../../src/create-rope.js'
import type { AutoRope } from '../../src/index.js'
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
  rope = await createRopeBy(
    clock,
    { ...CONFIG, headDim: 128, rotaryDim: 64 },
    {
      backends: [
        entry('native', { load }),
        entry('wasm', paced('wasm', clock, { overhead: 1, rate: 10000 })),
        entry('wrong', wrong),
        entry('js', paced('js', clock, { overhead: 0.5, rate: 2500 })),
        entry('webgpu', { device: 'gpu' }),
      ],
    },
  )
  return rope
}

const NOT_INSTALLED =
  '@rope/native is not installed, or a bundler left it out; to fix it, run: npm install @rope/native'

/** Makes calls of 64 tokens until the choice is made. */
async function afterCalls(): Promise<AutoRope> {
  const made = await mixed()
  const data = new Float32Array(64 * 2 * 128)
  const q = { data, shape: [1, 64, 2, 128], layout: 'bshd' } as const
  for (let i = 0; i < 100; i++) made.rotate({ q, positions: i })
  return made
}

test('calls that were made are explained with what they cost', async () => {
  const { text } = await (await afterCalls()).explain()
  expect(text).toMatchInlineSnapshot(`
    "wasm makes this call: 64 tokens, 2 heads x 128 (64 rotate), float32, in place, in typed arrays, 64.0 KiB

    backend  available  self-test  this call  measured  chosen  why
    wasm     yes        passed     supported  7.55 us   chosen  fastest, measured in real calls: 7.55 us
    js       yes        passed     supported  26.7 us           3.5 times slower than wasm
    native   no         not run    -          -                 @rope/native is not installed, or a bundler left it out; to fix it, run: npm install @rope/native
    wrong    no         failed     -          -                 its self-test failed: float64, half, in place: element 8 is -8.2021484375; the golden value is 6.555912412317674
    webgpu   not asked  not run    -          -                 data in typed arrays stays on the CPU; give { device } to work on GPU buffers

    measured: the fastest of the first real calls of this kind, with all that is around the kernel."
  `)
})

test('a call that is only described is explained by the order', async () => {
  const { explain } = await mixed()
  const { chosen, backends, text } = await explain({ tokens: 512, heads: { q: 32, k: 8 } })
  expect(chosen).toBe('wasm')
  expect(backends.map(({ name, measured, why }) => [name, measured, why]).slice(0, 2)).toEqual([
    ['wasm', null, 'first in the order; no real call of this kind was timed'],
    ['js', null, 'wasm comes before it in the order'],
  ])
  expect(text).not.toContain('measured:')
})

test('the data says the same', async () => {
  const { explain } = await mixed()
  const { text, ...data } = await explain({
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
  })
  expect(structuredClone(data)).toEqual(data)
  expect(JSON.parse(JSON.stringify(data))).toEqual(data)
})

test('before the first call there is nothing to choose for', async () => {
  const { explain } = await mixed()
  const explanation = await explain()
  expect(explanation).toMatchObject({
    call: null,
    chosen: null,
  })
  expect(explanation.backends.map(({ name, why, supports }) => [name, supports, why])).toEqual([
    ['native', null, NOT_INSTALLED],
    ['wasm', null, 'ready; no call has been made yet'],
    ['wrong', null, expect.stringMatching(/^its self-test failed: /)],
    ['js', null, 'ready; no call has been made yet'],
    ['webgpu', null, expect.stringMatching(/^data in typed arrays stays on the CPU/)],
  ])
  expect(explanation.text).toMatch(/^No call has been made yet/)
  expect(explanation.text).not.toContain('measured:')
})

test('the times are those of real calls', async () => {
  const { call, backends } = await (await afterCalls()).explain()
  expect(call).toMatchObject({ tokens: 64, heads: [2], bytes: 64 * 2 * 64 * 4 * 2 })
  // 65536 bytes at 10000 per microsecond, plus one.
  expect(backends[0]).toMatchObject({ name: 'wasm', chosen: true })
  expect(backends[0]?.measured).toBeCloseTo(7.55, 1)
  expect(backends[0]?.why).toBe('fastest, measured in real calls: 7.55 us')
  expect(backends[1]?.why).toBe('3.5 times slower than wasm')
})

test('a quarantined backend keeps its evidence', async () => {
  const { explain } = await mixed()
  const wrong = (await explain()).backends.find(({ name }) => name === 'wrong')
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
    await expect(explain(call as never)).rejects.toThrow(refused)
  })
})

test('questions about calls that nobody could hold in memory cost nothing', async () => {
  const { explain } = await mixed()
  const { call, chosen } = await explain({ tokens: 2 ** 31, heads: { q: 128, k: 128 } })
  expect(call?.bytes).toBe(2 ** 31 * 256 * 64 * 4 * 2)
  expect(chosen).toBe('wasm')
})

test('a bound decode loop is explained like any other call', async () => {
  const made = await mixed()
  const q = { data: new Float32Array(128), shape: [1, 1, 1, 128], layout: 'bshd' } as const
  made.bind({ q }).rotate(5)
  expect((await made.explain()).call).toMatchObject({ tokens: 1, heads: [1] })
})
