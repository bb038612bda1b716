/**
 * Who makes a call: by what real calls cost, where the data lives.
 */
import { describe, expect, test } from 'vitest'
import type { BackendEntry } from '../../src/backends/index.js'
import { createRopeBy } from '../../src/create-rope.js'
import { type AutoRope, createRope } from '../../src/index.js'
import {
  CONFIG,
  changed,
  entry,
  type MadeUpClock,
  madeUpClock,
  type Pace,
  paced,
  smallCall,
} from '../fakes.js'

/** Counts the calls of each backend. */
function counted(paces: Readonly<Record<string, Pace | ((tokens: number) => Pace)>>) {
  const clock = madeUpClock()
  const counts: Record<string, number> = {}
  const entries = Object.entries(paces).map(([name, pace]) => {
    const backend = paced(name, clock, ({ tokens }) =>
      typeof pace === 'function' ? pace(tokens) : pace,
    )
    const compile: typeof backend.compile = (plan) => {
      const kernel = backend.compile(plan)
      return {
        run({ views, rotation }) {
          counts[name] = (counts[name] ?? 0) + 1
          return kernel.run({ views, rotation })
        },
      }
    }
    return entry(name, { ...backend, compile })
  })
  return { clock, counts, entries }
}

function ropeOf(backends: readonly BackendEntry[], clock: MadeUpClock): Promise<AutoRope> {
  return createRopeBy(clock, CONFIG, { backends })
}

/** Makes calls of so many tokens, and says who makes them at the end. */
function chosenAfter(rope: AutoRope, calls: number, tokens: number): string {
  for (let i = 0; i < calls; i++) rope.rotate({ ...smallCall(tokens), positions: i })
  return rope.backend.name
}

const FAST = { overhead: 1, rate: 4000 }
const SLOW = { overhead: 1, rate: 400 }

/** More calls than the first comparison takes. */
const COMPARED = 120

describe('the choice', () => {
  test('falls on the fastest, whatever their order', async () => {
    const { clock, entries } = counted({ slow: SLOW, fast: FAST })
    const rope = await ropeOf(entries, clock)
    expect(chosenAfter(rope, COMPARED, 500)).toBe('fast')
    expect((await rope.explain()).chosen).toBe('fast')
    rope.dispose()
  })

  test('begins with the first in the order, and stays there unless another is clearly faster', async () => {
    const { clock, entries } = counted({
      first: { overhead: 10, rate: 1e9 },
      alike: { overhead: 9.8, rate: 1e9 },
    })
    const rope = await ropeOf(entries, clock)
    expect(chosenAfter(rope, 1, 1)).toBe('first')
    expect(chosenAfter(rope, COMPARED, 1)).toBe('first')
    const { backends } = await rope.explain()
    expect(backends.map(({ why }) => why)).toEqual([
      'fastest, measured in real calls: 10.0 us',
      'as fast as first, within 5 %',
    ])
    rope.dispose()
  })

  test('differs by size: little overhead for small calls, a high rate for large ones', async () => {
    const { clock, entries } = counted({
      strong: { overhead: 0.5, rate: 20000 },
      nimble: { overhead: 0.1, rate: 500 },
    })
    const rope = await ropeOf(entries, clock)
    expect(chosenAfter(rope, COMPARED, 1)).toBe('nimble')
    expect(chosenAfter(rope, COMPARED, 5000)).toBe('strong')
    expect(chosenAfter(rope, 1, 1)).toBe('nimble')
    rope.dispose()
  })

  test('differs by dtype, where a backend refuses one', async () => {
    const { clock, entries } = counted({ js: SLOW })
    const backend = paced('single', clock, FAST)
    const single = changed('single', () => ({
      ...backend,
      capabilities: { ...backend.capabilities, dtypes: ['float32'] as const },
      supports: ({ dtype }) =>
        dtype === 'float32' ? { ok: true } : { ok: false, reason: 'only single', field: 'dtype' },
    }))
    const rope = await ropeOf([entry('single', single), ...entries], clock)
    rope.rotate({ ...smallCall(500), positions: 0 })
    expect(rope.backend.name).toBe('single')
    const data = new Float64Array(16)
    rope.rotate({ q: { data, shape: [1, 1, 2, 8], layout: 'bshd' }, positions: 0 })
    expect(rope.backend.name).toBe('js')
    expect((await rope.explain()).backends[1]).toMatchObject({
      name: 'single',
      supports: false,
      why: 'it cannot make this call: only single',
    })
    rope.dispose()
  })
})

describe('what is hopeless', () => {
  const HOPELESS = { overhead: 0, rate: 10 }

  test('makes a few calls of the first kind, and none of any other', async () => {
    const { clock, entries, counts } = counted({ fast: FAST, hopeless: HOPELESS })
    const rope = await ropeOf(entries, clock)
    expect(chosenAfter(rope, COMPARED, 500)).toBe('fast')
    const tried = counts.hopeless ?? 0
    expect(chosenAfter(rope, COMPARED, 64)).toBe('fast')
    expect(counts.hopeless).toBe(tried)
    const { backends } = await rope.explain()
    expect(backends[1]).toMatchObject({
      name: 'hopeless',
      measured: null,
      why: 'an earlier call took ten times as long as on another one, or longer',
    })
    rope.dispose()
  })

  test('makes no more long calls than it takes to see that', async () => {
    const { clock, entries, counts } = counted({ fast: FAST, hopeless: HOPELESS })
    const rope = await ropeOf(entries, clock)
    const before = counts.hopeless ?? 0
    chosenAfter(rope, COMPARED, 500)
    expect((counts.hopeless ?? 0) - before).toBeLessThanOrEqual(2)
    rope.dispose()
  })

  test('is never who comes first in the order', async () => {
    const { clock, entries, counts } = counted({ first: HOPELESS, second: FAST })
    const rope = await ropeOf(entries, clock)
    expect(chosenAfter(rope, COMPARED, 500)).toBe('second')
    const before = counts.first ?? 0
    chosenAfter(rope, COMPARED, 64)
    expect(counts.first).toBeGreaterThan(before)
    rope.dispose()
  })

  test('makes the calls all the same when nobody better is left', async () => {
    const { clock, entries } = counted({ fast: FAST, hopeless: HOPELESS })
    let isBroken = false
    const breaking = changed('fast', (plain) => ({
      compile(plan) {
        const kernel = plain.compile(plan)
        return {
          run(call) {
            clock.advance(0.001)
            if (isBroken) throw new Error('out of threads')
            return kernel.run(call)
          },
        }
      },
    }))
    const rope = await ropeOf([entry('fast', breaking), ...entries.slice(1)], clock)
    expect(chosenAfter(rope, COMPARED, 500)).toBe('fast')
    isBroken = true
    expect(() => chosenAfter(rope, 1, 500)).toThrow('fill them again')
    expect(chosenAfter(rope, 2, 500)).toBe('hopeless')
    rope.dispose()
  })
})

test.each([
  ['a native backend without vectors comes after WebAssembly', 'scalar', ['wasm', 'native', 'js']],
  ['one with vectors comes first', 'avx2', ['native', 'wasm', 'js']],
] as const)('%s', async (_, isa, order) => {
  const of = (name: string, own: string | null) =>
    entry(
      name,
      changed(name, ({ capabilities }) => ({ capabilities: { ...capabilities, isa: own } })),
    )
  const rope = await createRope(CONFIG, {
    backends: [of('native', isa), of('wasm', 'simd128'), of('js', null)],
  })
  const { backends } = await rope.explain()
  expect(backends.map(({ name }) => name)).toEqual(order)
  rope.dispose()
})

test('supports is asked once per backend and plan', async () => {
  const asked: unknown[] = []
  const curious = changed('curious', ({ supports }) => ({
    supports(plan) {
      asked.push(plan)
      return supports(plan)
    },
  }))
  const rope = await createRope(CONFIG, { backends: [entry('curious', curious), entry('js')] })
  asked.length = 0
  for (let i = 0; i < COMPARED; i++) rope.rotate({ ...smallCall(), positions: i })
  await rope.explain()
  expect(asked).toHaveLength(1)
  rope.dispose()
})

describe('without a choice', () => {
  test('nothing is measured where there is no choice', async () => {
    const { clock, entries } = counted({ only: SLOW })
    const rope = await ropeOf(entries, clock)
    rope.rotate({ ...smallCall(), positions: 0 })
    expect(await rope.explain()).toMatchObject({
      chosen: 'only',
      backends: [{ why: 'no other one can make this call' }],
    })
    rope.dispose()
  })
})

describe("a backend's own memory", () => {
  /** Copies foreign arrays, which makes it slow there, and is fast on its own. */
  function keeper(clock: MadeUpClock) {
    const own = new WeakSet<ArrayBufferLike>()
    const backend = paced('keeper', clock, { overhead: 0, rate: 1e9 })
    return entry('keeper', {
      create: () => ({
        ...backend,
        allocate(_dtype, length) {
          const memory = new Float32Array(length)
          own.add(memory.buffer)
          return memory
        },
        isResident: ({ buffer }) => own.has(buffer),
        compile(plan) {
          const kernel = backend.compile(plan)
          return {
            run({ views, rotation }) {
              const isOwn = own.has(views[0]?.source.buffer as ArrayBufferLike)
              clock.advance((plan.tokens * 1e-4) / (isOwn ? 10 : 1))
              return kernel.run({ views, rotation })
            },
          }
        },
      }),
    })
  }

  test('is recognised in a call, where it is chosen, and others elsewhere', async () => {
    const clock = madeUpClock()
    const pace = ({ tokens }: { readonly tokens: number }): Pace => ({
      overhead: tokens / 30,
      rate: 1e9,
    })
    const rope = await ropeOf([keeper(clock), entry('other', paced('other', clock, pace))], clock)
    const first = rope.backend
    expect(first.name).toBe('keeper')
    const data = first.allocate?.('float32', 3200) as Float32Array
    const q = { data, shape: [1, 200, 2, 8], layout: 'bshd' } as const
    const foreign = { ...q, data: new Float32Array(3200) }
    for (let i = 0; i < COMPARED; i++) rope.rotate({ q: foreign, positions: i })
    expect(rope.backend.name).toBe('other')
    for (let i = 0; i < COMPARED; i++) rope.rotate({ q, positions: i })
    expect(rope.backend.name).toBe('keeper')
    expect((await rope.explain()).call?.memory).toBe('keeper')
    const described = { tokens: 200, heads: { q: 2 } }
    expect((await rope.explain({ ...described, memory: 'keeper' })).chosen).toBe('keeper')
    expect(await rope.explain(described)).toMatchObject({ chosen: 'other' })
    rope.dispose()
  })

  test('of somebody who has none is a mistake', async () => {
    const rope = await createRope(CONFIG, { backend: 'js' })
    await expect(rope.explain({ tokens: 1, heads: { q: 1 }, memory: 'js' })).rejects.toThrow(
      "memory is 'js'; accepted: 'foreign' or 'gpu'",
    )
    rope.dispose()
  })
})

test('bound calls are a kind of their own: who is best at them need not be best at others', async () => {
  const clock = madeUpClock()
  // One with much to do in every call, unless it has been done beforehand.
  const binding = changed('binding', (plain) => ({
    compile: (plan) => {
      const kernel = plain.compile(plan)
      return {
        run({ views, rotation }) {
          clock.advance(0.02)
          return kernel.run({ views, rotation })
        },
        bind:
          ({ views, rotation }) =>
          () => {
            clock.advance(0.005)
            void kernel.run({ views, rotation })
          },
      }
    },
  }))
  const other = paced('other', clock, { overhead: 10, rate: 1e9 })
  const entries = [entry('other', other), entry('binding', binding)]
  const rope = await ropeOf(entries, clock)
  const bound = rope.bind(smallCall())
  for (let i = 0; i < 4000; i++) bound.rotate(i)
  expect(await rope.explain()).toMatchObject({
    chosen: 'binding',
    backends: [{ name: 'binding' }, {}],
  })
  for (let i = 0; i < 4000; i++) rope.rotate({ ...smallCall(), positions: i })
  expect((await rope.explain()).chosen).toBe('other')
  bound.rotate(1)
  expect((await rope.explain()).chosen).toBe('binding')
  rope.dispose()
})

describe('further looks', () => {
  test('find who has become the fastest since then', async () => {
    const clock = madeUpClock()
    let calls = 0
    // An engine that takes its time to compile: after 300 calls it is ten times as fast.
    const late = changed('late', (plain) => ({
      compile: (plan) => {
        const kernel = plain.compile(plan)
        return {
          run({ views, rotation }) {
            if (plan.headDim === 8) calls += 1
            clock.advance(calls > 300 ? 0.01 : 0.1)
            return kernel.run({ views, rotation })
          },
        }
      },
    }))
    const steady = paced('steady', clock, { overhead: 50, rate: 1e9 })
    const rope = await ropeOf([entry('late', late), entry('steady', steady)], clock)
    const call = smallCall()
    for (let i = 0; i < 600; i++) rope.rotate({ ...call, positions: i })
    expect((await rope.explain()).chosen).toBe('steady')
    calls = 301
    for (let i = 0; i < 5000; i++) rope.rotate({ ...call, positions: i })
    expect((await rope.explain()).chosen).toBe('late')
    rope.dispose()
  })

  test('become rarer and end, and leave those alone who are hopeless', async () => {
    const { clock, counts, entries } = counted({
      best: { overhead: 9, rate: 1e9 },
      near: { overhead: 10, rate: 1e9 },
      far: { overhead: 140, rate: 1e9 },
    })
    const rope = await ropeOf(entries, clock)
    const run = (times: number): void => void chosenAfter(rope, times, 1)
    run(200)
    const first = { ...counts }
    run(6000)
    const second = { ...counts }
    expect(second.near).toBeGreaterThan(first.near ?? 0)
    expect(second.far).toBe(first.far)
    run(100_000)
    const last = { ...counts }
    expect(last.near).toBeGreaterThan(second.near ?? 0)
    run(20_000)
    expect([counts.near, counts.far]).toEqual([last.near, second.far])
    expect((await rope.explain()).chosen).toBe('best')
    rope.dispose()
  })
})
