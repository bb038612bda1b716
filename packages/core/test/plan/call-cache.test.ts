/**
 * Recognising calls: like calls are recognised whatever objects carry them; anything that could
 * change the plan, or break its promises, is not.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/config.js'
import type { Kernel, Plan } from '../../src/contract/backend.js'
import { CallCache } from '../../src/plan/call-cache.js'
import { makePlan, type RotateTensors } from '../../src/plan/plan.js'
import { CALL_KEYS } from '../../src/plan/unread-fields.js'

const config = resolveConfig({
  headDim: 4,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
})
const kernel: Kernel = { run: () => undefined }
const tensor = (
  data: unknown = new Float32Array(24),
  change: object = {},
): NonNullable<RotateTensors['q']> =>
  ({ data, shape: [1, 3, 2, 4], layout: 'bshd', ...change }) as NonNullable<RotateTensors['q']>

let cache: CallCache

function learn(tensors: RotateTensors): Plan {
  return cache.add(tensors, makePlan(config, tensors), kernel).plan
}

beforeEach(() => {
  cache = new CallCache()
})

test('the same kind of call with other memory is recognised, with the views of that memory', () => {
  const plan = learn({ q: tensor(), k: tensor() })
  const q = tensor(new Float32Array(30), { offset: 6 })
  const found = cache.find({ q, k: tensor() }, CALL_KEYS)
  expect(found?.plan).toBe(plan)
  expect(found?.views[0]).toEqual({
    source: q.data,
    sourceOffset: 6,
    target: q.data,
    targetOffset: 6,
  })
  expect(found?.views).toEqual(makePlan(config, { q, k: tensor() }).views)
})

test('out of place too', () => {
  const call = { q: tensor(), out: { q: tensor() } }
  learn(call)
  const again = { q: tensor(), out: { q: tensor() } }
  expect(cache.find(again, CALL_KEYS)?.views).toEqual(makePlan(config, again).views)
})

describe('is not recognised', () => {
  const shared = new Float32Array(64)
  test.each<[string, unknown]>([
    ['another direction', { q: tensor(), inverse: true }],
    ['k instead of q', { k: tensor() }],
    ['q and k', { q: tensor(), k: tensor() }],
    ['out of place', { q: tensor(), out: { q: tensor() } }],
    ['out under another name', { q: tensor(), out: { k: tensor() } }],
    ['another dtype', { q: tensor(new Float64Array(24)) }],
    ['another kind of array, as wide', { q: tensor(new Int32Array(24)) }],
    ['another shape', { q: tensor(undefined, { shape: [1, 2, 3, 4] }) }],
    ['another layout', { q: tensor(undefined, { layout: 'bhsd' }) }],
    ['strides', { q: tensor(undefined, { strides: [24, 8, 4, 1] }) }],
    ['too little memory', { q: tensor(new Float32Array(23)) }],
    ['an offset beyond the end', { q: tensor(undefined, { offset: 1 }) }],
    ['a negative offset', { q: tensor(undefined, { offset: -1 }) }],
    ['no number as offset', { q: tensor(undefined, { offset: Number.NaN }) }],
    ['shared memory', { q: tensor(new Float32Array(new SharedArrayBuffer(96))) }],
    ['no tensor', { q: 5 }],
    ['no data', { q: { shape: [1, 3, 2, 4] } }],
    ['no shape', { q: { data: shared } }],
    ['nothing', null],
  ])('%s', (_name, call) => {
    learn({ q: tensor() })
    expect(cache.find({ q: tensor() }, CALL_KEYS)).toBeDefined()
    expect(cache.find(call as RotateTensors, CALL_KEYS)).toBeUndefined()
  })

  test.each(['q', 'k', 'out.q', 'out.k'])('shared memory of %s alone', (name) => {
    const memoryOf = (one: string): Float32Array =>
      new Float32Array(one === name ? new SharedArrayBuffer(96) : new ArrayBuffer(96))
    const call = (place: typeof memoryOf): RotateTensors => ({
      ...{ q: tensor(place('q')), k: tensor(place('k')) },
      out: { q: tensor(place('out.q')), k: tensor(place('out.k')) },
    })
    learn(call(() => new Float32Array(24)))
    expect(
      cache.find(
        call(() => new Float32Array(24)),
        CALL_KEYS,
      ),
    ).toBeDefined()
    expect(cache.find(call(memoryOf), CALL_KEYS)).toBeUndefined()
  })

  test('memory that lies differently: what was apart now overlaps', () => {
    learn({ q: tensor(), k: tensor() })
    expect(cache.find({ q: tensor(shared), k: tensor(shared) }, CALL_KEYS)).toBeUndefined()
  })

  test('two ranges of one buffer at another distance', () => {
    learn({ q: tensor(shared), k: tensor(shared, { offset: 24 }) })
    expect(
      cache.find(
        { q: tensor(shared, { offset: 8 }), k: tensor(shared, { offset: 32 }) },
        CALL_KEYS,
      ),
    ).toBeDefined()
    expect(
      cache.find({ q: tensor(shared), k: tensor(shared.subarray(24)) }, CALL_KEYS),
    ).toBeDefined()
    expect(
      cache.find({ q: tensor(shared), k: tensor(shared, { offset: 20 }) }, CALL_KEYS),
    ).toBeUndefined()
  })
})

test('keeps the newest calls only', () => {
  for (let tokens = 1; tokens <= 20; tokens++)
    learn({ q: tensor(new Float32Array(tokens * 8), { shape: [1, tokens, 2, 4] }) })
  expect(
    cache.find({ q: tensor(new Float32Array(160), { shape: [1, 20, 2, 4] }) }, CALL_KEYS),
  ).toBeDefined()
  expect(
    cache.find({ q: tensor(new Float32Array(8), { shape: [1, 1, 2, 4] }) }, CALL_KEYS),
  ).toBeUndefined()
  cache.clear()
  expect(
    cache.find({ q: tensor(new Float32Array(160), { shape: [1, 20, 2, 4] }) }, CALL_KEYS),
  ).toBeUndefined()
})
