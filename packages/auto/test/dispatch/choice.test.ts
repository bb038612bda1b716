/**
 * Who makes a call: by predicted cost, corrected by what real calls cost, where the data lives.
 */
import { describe, expect, test } from 'vitest'
import { type AutoOptions, createRope } from '../../src/index.js'
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

function optionsFor(entries: AutoOptions['backends'], clock: MadeUpClock): AutoOptions {
  return { backends: entries, clock, cache: false }
}

const FAST = { overhead: 1, rate: 4000 }
const SLOW = { overhead: 1, rate: 400 }

describe('the choice', () => {
  test('falls on the fastest, whatever their order', async () => {
    const { clock, entries } = counted({ slow: SLOW, fast: FAST })
    const rope = await createRope(CONFIG, optionsFor(entries, clock))
    rope.rotate({ ...smallCall(500), positions: 0 })
    expect(rope.backend.name).toBe('fast')
    expect(rope.explain().chosen).toBe('fast')
    rope.dispose()
  })

  test('differs by size: little overhead for small calls, a high rate for large ones', async () => {
    const { clock, entries } = counted({
      nimble: { overhead: 0.1, rate: 500 },
      strong: { overhead: 30, rate: 20000 },
    })
    const rope = await createRope(CONFIG, optionsFor(entries, clock))
    rope.rotate({ ...smallCall(1), positions: 0 })
    expect(rope.backend.name).toBe('nimble')
    rope.rotate({ ...smallCall(5000), positions: 0 })
    expect(rope.backend.name).toBe('strong')
    rope.rotate({ ...smallCall(1), positions: 0 })
    expect(rope.backend.name).toBe('nimble')
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
    const rope = await createRope(CONFIG, optionsFor([entry('single', single), ...entries], clock))
    rope.rotate({ ...smallCall(500), positions: 0 })
    expect(rope.backend.name).toBe('single')
    const data = new Float64Array(16)
    rope.rotate({ q: { data, shape: [1, 1, 2, 8], layout: 'bshd' }, positions: 0 })
    expect(rope.backend.name).toBe('js')
    expect(rope.explain().backends[1]).toMatchObject({
      name: 'single',
      supports: false,
      why: 'it cannot make this call: only single',
    })
    rope.dispose()
  })

  test('is corrected when real calls of a kind cost something else than predicted', async () => {
    // Twice as slow as the other in small heads, which nobody has calibrated.
    const { clock, entries, counts } = counted({
      promising: { overhead: 0, rate: 4100 },
      steady: { overhead: 0, rate: 4000 },
    })
    const [promising] = entries as [(typeof entries)[0]]
    const deceptive = entry('promising', {
      create: async () => {
        const backend = await (await promising.load()).create({})
        return {
          ...backend,
          compile(plan) {
            const kernel = backend.compile(plan)
            const run: typeof kernel.run = ({ views, rotation }) => {
              if (plan.headDim === 8) clock.advance(1)
              return kernel.run({ views, rotation })
            }
            return { run }
          },
        }
      },
    })
    const rope = await createRope(CONFIG, optionsFor([deceptive, ...entries.slice(1)], clock))
    const call = smallCall(64)
    for (let i = 0; i < 400; i++) rope.rotate({ ...call, positions: i })
    expect(rope.explain()).toMatchObject({
      chosen: 'steady',
      backends: [
        { name: 'steady', why: expect.stringMatching(/^fastest, measured in real calls: /) },
        { name: 'promising', why: expect.stringMatching(/ times slower than steady$/) },
      ],
    })
    const before = { ...counts }
    for (let i = 0; i < 50; i++) rope.rotate({ ...call, positions: i })
    expect(counts.steady).toBe((before.steady ?? 0) + 50)
    expect(counts.promising).toBe(before.promising)
    rope.dispose()
  })

  test('tries nobody in real calls who is predicted to be far slower', async () => {
    const { clock, entries, counts } = counted({ slow: SLOW, fast: FAST })
    const rope = await createRope(CONFIG, optionsFor(entries, clock))
    rope.rotate({ ...smallCall(500), positions: 0 })
    const calibrated = counts.slow
    for (let i = 0; i < 100; i++) rope.rotate({ ...smallCall(500), positions: i })
    expect(counts.slow).toBe(calibrated)
    rope.dispose()
  })
})

describe('without measuring', () => {
  test('backends are taken in their order', async () => {
    const { clock, entries, counts } = counted({ slow: SLOW, fast: FAST })
    const before = { ...counts }
    const rope = await createRope(CONFIG, { ...optionsFor(entries, clock), calibrate: false })
    const selfTest = (counts.slow ?? 0) - (before.slow ?? 0)
    for (let i = 0; i < 100; i++) rope.rotate({ ...smallCall(), positions: i })
    expect(counts.slow).toBe(selfTest + 100)
    expect(counts.fast).toBe(selfTest)
    expect(rope.explain()).toMatchObject({
      chosen: 'slow',
      calibration: { source: 'off', spent: 0 },
      backends: [
        { name: 'slow', why: 'first in the order of preference; nothing is measured' },
        { name: 'fast', why: 'slow comes before it' },
      ],
    })
    rope.dispose()
  })

  test('preset costs decide', async () => {
    const { clock, entries } = counted({ slow: SLOW, fast: FAST })
    const curve = (rate: number) => ({ float32: [{ upTo: null, overhead: 0, rate }] })
    const calibrate = { slow: curve(1000), fast: curve(10) }
    const rope = await createRope(CONFIG, { ...optionsFor(entries, clock), calibrate })
    rope.rotate({ ...smallCall(), positions: 0 })
    expect(rope.backend.name).toBe('slow')
    expect(rope.explain().calibration).toMatchObject({ source: 'preset', spent: 0 })
    rope.dispose()
  })

  test('nothing is measured where there is no choice', async () => {
    const { clock, entries } = counted({ only: SLOW })
    const rope = await createRope(CONFIG, optionsFor(entries, clock))
    rope.rotate({ ...smallCall(), positions: 0 })
    expect(rope.explain()).toMatchObject({
      chosen: 'only',
      calibration: { source: null, spent: 0 },
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

  test('is where it is chosen, and others elsewhere', async () => {
    const clock = madeUpClock()
    const other = entry(
      'other',
      paced('other', clock, ({ tokens }) => ({ overhead: tokens / 30, rate: 1e9 })),
    )
    const entries = [keeper(clock), other]
    const rope = await createRope(CONFIG, optionsFor(entries, clock))
    const shape = [1, 200, 2, 8]
    const own = rope.explain({ tokens: 200, heads: { q: 2 }, memory: 'keeper' })
    const foreign = rope.explain({ tokens: 200, heads: { q: 2 } })
    expect([own.chosen, own.call?.memory]).toEqual(['keeper', 'keeper'])
    expect([foreign.chosen, foreign.call?.memory]).toEqual(['other', 'foreign'])
    rope.rotate({ q: { data: new Float32Array(3200), shape, layout: 'bshd' }, positions: 0 })
    expect(rope.backend.name).toBe('other')
    const [chosen] = [rope.explain({ tokens: 200, heads: { q: 2 }, memory: 'keeper' })]
    expect(chosen?.chosen).toBe('keeper')
    rope.dispose()
  })

  test('is recognised in a call', async () => {
    const clock = madeUpClock()
    const other = entry(
      'other',
      paced('other', clock, ({ tokens }) => ({ overhead: tokens / 30, rate: 1e9 })),
    )
    const rope = await createRope(CONFIG, optionsFor([keeper(clock), other], clock))
    const first = rope.backend
    expect(first.name).toBe('keeper')
    const data = first.allocate?.('float32', 3200) as Float32Array
    const q = { data, shape: [1, 200, 2, 8], layout: 'bshd' } as const
    rope.rotate({ q: { ...q, data: new Float32Array(3200) }, positions: 0 })
    expect(rope.backend.name).toBe('other')
    rope.rotate({ q, positions: 0 })
    expect(rope.backend.name).toBe('keeper')
    expect(rope.explain().call?.memory).toBe('keeper')
    rope.dispose()
  })

  test('of somebody who has none is a mistake', async () => {
    const rope = await createRope(CONFIG, { backend: 'js' })
    expect(() => rope.explain({ tokens: 1, heads: { q: 1 }, memory: 'js' })).toThrow(
      "memory is 'js'; accepted: 'foreign' or 'gpu'",
    )
    rope.dispose()
  })
})

describe('where time ran out while costs were measured', () => {
  /** A clock on which the whole budget is gone after the first batch. */
  function hasty(paces: Readonly<Record<string, Pace>>) {
    const found = counted(paces)
    const entries = found.entries.map((one) =>
      entry(one.name, {
        create: async () => {
          const backend = await (await one.load()).create({})
          return {
            ...backend,
            compile(plan) {
              const kernel = backend.compile(plan)
              const run: typeof kernel.run = ({ views, rotation }) => {
                if (plan.headDim === 128) found.clock.advance(200)
                return kernel.run({ views, rotation })
              }
              return { run }
            },
          }
        },
      }),
    )
    return { ...found, entries }
  }

  test('real calls of everybody tell', async () => {
    const { clock, entries } = hasty({ slow: SLOW, fast: FAST })
    const rope = await createRope(CONFIG, optionsFor(entries, clock))
    const call = smallCall(64)
    for (let i = 0; i < 600; i++) rope.rotate({ ...call, positions: i })
    const { chosen, backends } = rope.explain()
    expect(chosen).toBe('fast')
    expect(backends.find(({ name }) => name === 'slow')?.measured).not.toBeNull()
    rope.dispose()
  })

  test('who is far behind makes no more long calls than it takes to see that', async () => {
    const { clock, entries, counts } = hasty({ hopeless: { overhead: 0, rate: 1 }, fast: FAST })
    const rope = await createRope(CONFIG, optionsFor(entries, clock))
    const call = smallCall(64)
    rope.rotate({ ...call, positions: 0 })
    const before = counts.hopeless ?? 0
    for (let i = 1; i < 600; i++) rope.rotate({ ...call, positions: i })
    expect(rope.explain().chosen).toBe('fast')
    expect((counts.hopeless ?? 0) - before).toBeLessThanOrEqual(3)
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
  const rope = await createRope(CONFIG, optionsFor(entries, clock))
  const bound = rope.bind(smallCall())
  for (let i = 0; i < 4000; i++) bound.rotate(i)
  expect(rope.explain()).toMatchObject({ chosen: 'binding', backends: [{ name: 'binding' }, {}] })
  for (let i = 0; i < 4000; i++) rope.rotate({ ...smallCall(), positions: i })
  expect(rope.explain().chosen).toBe('other')
  bound.rotate(1)
  expect(rope.explain().chosen).toBe('binding')
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
    const rope = await createRope(
      CONFIG,
      optionsFor([entry('late', late), entry('steady', steady)], clock),
    )
    const call = smallCall()
    for (let i = 0; i < 600; i++) rope.rotate({ ...call, positions: i })
    expect(rope.explain().chosen).toBe('steady')
    calls = 301
    for (let i = 0; i < 1500; i++) rope.rotate({ ...call, positions: i })
    expect(rope.explain().chosen).toBe('late')
    rope.dispose()
  })

  test('become rarer and end, and leave those alone who are out of reach', async () => {
    const { clock, counts, entries } = counted({
      far: { overhead: 140, rate: 1e9 },
      near: { overhead: 10, rate: 1e9 },
      best: { overhead: 9, rate: 1e9 },
    })
    const rope = await createRope(CONFIG, optionsFor(entries, clock))
    const call = smallCall()
    const run = (times: number): void => {
      for (let i = 0; i < times; i++) rope.rotate({ ...call, positions: i })
    }
    run(1000)
    const first = { ...counts }
    run(20_000)
    const second = { ...counts }
    expect(second.near).toBeGreaterThan(first.near ?? 0)
    expect(second.far).toBe(first.far)
    run(200_000)
    const last = { ...counts }
    const looks = (last.near ?? 0) - (second.near ?? 0)
    expect(looks).toBeGreaterThan(0)
    expect(looks).toBeLessThanOrEqual(2 * (second.near ?? 0))
    run(50_000)
    expect([counts.near, counts.far]).toEqual([last.near, second.far])
    expect(rope.explain().chosen).toBe('best')
    rope.dispose()
  })
})
