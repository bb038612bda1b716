/**
 * The rope itself, with a backend that records what it is given: caching, at, bind, shift, dispose.
 * Values are the conformance suite's business.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import type { Backend, Plan, Rotation, View } from '../../src/contract/backend.js'
import { RopeError } from '../../src/errors.js'
import { createRope, type Rope } from '../../src/rope/rope.js'

const OPTIONS = {
  headDim: 4,
  pairing: 'half',
  schedule: { type: 'custom', inverseFrequencies: [1, 0.5], attentionFactor: 2 },
} as const

interface Call {
  readonly plan: Plan
  readonly views: readonly View[]
  readonly rotation: Rotation
}

let compiled = 0
let calls: Call[] = []

function recorder(change: Partial<Backend> = {}): Backend {
  return {
    specVersion: 1,
    name: 'recorder',
    device: 'cpu',
    capabilities: {
      dtypes: ['float32'],
      threads: 0,
      isa: null,
      maxElements: 1e9,
      sharedMemory: true,
    },
    supports: (plan) =>
      plan.dtype === 'float32'
        ? { ok: true }
        : { ok: false, reason: 'only float32', field: 'dtype' },
    compile(plan) {
      compiled++
      return { run: ({ views, rotation }) => void calls.push({ plan, views, rotation }) }
    },
    dispose() {},
    ...change,
  }
}

function tensor(tokens = 1): { data: Float32Array; shape: number[] } {
  return { data: new Float32Array(tokens * 4), shape: [1, tokens, 1, 4] }
}

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (RopeError.isInstance(error)) return `${error.code} ${error.field}`
    throw error
  }
  return 'accepted'
}

let rope: Rope

beforeEach(() => {
  compiled = 0
  calls = []
  rope = createRope(OPTIONS, { backend: recorder(), layout: 'bshd' })
})

test('rows carry the attention factor', () => {
  rope.rotate({ q: tensor(), positions: 3 })
  expect([...(calls[0]?.rotation.cos ?? [])]).toEqual(
    [2 * Math.cos(3), 2 * Math.cos(1.5)].map(Math.fround),
  )
})

test('one kernel per kind of call', () => {
  const q = tensor()
  for (const positions of [7, 7, 8]) rope.rotate({ q, positions })
  expect(compiled).toBe(1)
  rope.rotate({ q: tensor(2), positions: 7 })
  expect(compiled).toBe(2)
})

test('a decode loop keeps one room for its rows, and fills it when the position changes', () => {
  const q = tensor()
  const rowsAt = (positions: number): readonly number[] => {
    rope.rotate({ q, positions })
    return [...(calls.at(-1)?.rotation.cos ?? [])]
  }
  expect(rowsAt(7)).toEqual(rowsAt(7))
  expect(rowsAt(8)).toEqual([2 * Math.cos(8), 2 * Math.cos(4)].map(Math.fround))
  expect(new Set(calls.map(({ rotation }) => rotation)).size).toBe(1)
  expect(rowsAt(7)).toEqual([2 * Math.cos(7), 2 * Math.cos(3.5)].map(Math.fround))
})

test('kernels are bounded in number', () => {
  for (let tokens = 1; tokens <= 100; tokens++) rope.rotate({ q: tensor(tokens), positions: 0 })
  rope.rotate({ q: tensor(100), positions: 0 })
  expect(compiled).toBe(100)
  rope.rotate({ q: tensor(1), positions: 0 })
  expect(compiled).toBe(101)
})

test('at() makes tables once for every layer, and copies the positions', () => {
  const ids = Int32Array.of(5)
  const step = rope.at(ids)
  ids[0] = 99
  for (let layer = 0; layer < 3; layer++) step.rotate({ q: tensor(), k: tensor() })
  expect(new Set(calls.map(({ rotation }) => rotation)).size).toBe(1)
  expect(calls[0]?.rotation.cos[0]).toBe(Math.fround(2 * Math.cos(5)))
})

test('bind() moves one rotation along', () => {
  const bound = rope.bind({ q: tensor(2) })
  bound.rotate(10)
  expect([...(calls[0]?.rotation.sin ?? [])]).toEqual(
    [10, 5, 11, 5.5].map((angle) => Math.fround(2 * Math.sin(angle))),
  )
  bound.rotate(-1)
  expect(calls[1]?.rotation).toBe(calls[0]?.rotation)
  expect(calls[1]?.rotation.cos[2]).toBe(2)
  expect(codeOf(() => bound.rotate(Number.NaN))).toBe('INVALID_POSITIONS position')
})

test('bind() notices memory that went away', () => {
  const q = tensor()
  const bound = rope.bind({ q })
  structuredClone(q.data.buffer, { transfer: [q.data.buffer as ArrayBuffer] })
  expect(codeOf(() => bound.rotate(1))).toBe('INVALID_TENSOR undefined')
  expect(calls).toHaveLength(0)
})

test('shift() leaves the attention factor out', () => {
  rope.shift(tensor(), -4)
  expect(calls[0]?.rotation.cos[0]).toBe(Math.fround(Math.cos(4)))
  expect(calls[0]?.plan.operands).toHaveLength(1)
})

test('shift() calls its argument by its name', () => {
  const refusals = [Number.NaN, undefined, { axes: [1, 2] }].map((delta) => {
    try {
      rope.shift(tensor(), delta as number)
      return 'accepted'
    } catch (error) {
      return [(error as RopeError).field, (error as RopeError).message.split(' ')[0]]
    }
  })
  expect(refusals).toEqual([
    ['delta', 'delta'],
    ['delta', 'delta'],
    ['delta.axes', 'delta.axes'],
  ])
})

test('shift() moves every token by the same number', () => {
  rope.shift(tensor(2), 4)
  rope.shift({ data: new Float32Array(16), shape: [2, 2, 1, 4] }, { offsets: [1, -2] })
  const firstColumn = ({ rotation }: Call): readonly number[] =>
    [...rotation.sin].filter((_, i) => i % 2 === 0)
  expect(firstColumn(calls[0] as Call)).toEqual([4, 4].map((angle) => Math.fround(Math.sin(angle))))
  expect(firstColumn(calls[1] as Call)).toEqual(
    [1, 1, -2, -2].map((angle) => Math.fround(Math.sin(angle))),
  )
})

test('rotateAsync waits for the kernel', async () => {
  const order: string[] = []
  const backend = recorder({
    device: 'gpu',
    compile: () => ({
      run: async () => {
        await Promise.resolve()
        order.push('kernel')
      },
    }),
  })
  const gpu = createRope(OPTIONS, { backend, layout: 'bshd' })
  await gpu.rotateAsync({ q: tensor(), positions: 0 })
  await gpu.at(0).rotateAsync({ q: tensor() })
  expect(order).toEqual(['kernel', 'kernel'])
  for (const sync of [
    () => gpu.rotate({ q: tensor(), positions: 0 }),
    () => gpu.at(0).rotate({ q: tensor() }),
    () => gpu.bind({ q: tensor() }),
  ]) {
    expect(codeOf(sync)).toBe('UNSUPPORTED backend.device')
  }
})

test('asynchronous calls of one kernel wait for each other, also after a failure', async () => {
  const log: string[] = []
  let count = 0
  const run = async (): Promise<void> => {
    const own = count++
    log.push(`start ${own}`)
    await new Promise((resolve) => setTimeout(resolve, 1))
    log.push(`end ${own}`)
    if (own === 0) throw new Error('the first one fails')
  }
  const gpu = createRope(OPTIONS, {
    backend: recorder({ device: 'gpu', compile: () => ({ run }) }),
    layout: 'bshd',
  })
  const calls = [1, 2, 3].map((positions) => gpu.rotateAsync({ q: tensor(), positions }))
  const results = await Promise.allSettled(calls)
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(log).toEqual([0, 1, 2].flatMap((own) => [`start ${own}`, `end ${own}`]))
})

test('a kernel may bring its own bound call and its own asynchronous one', async () => {
  const log: string[] = []
  const kernel = {
    run: () => void log.push('run'),
    bind: () => () => void log.push('bound'),
    runAsync: async () => void log.push('async'),
  }
  const own = createRope(OPTIONS, { backend: recorder({ compile: () => kernel }), layout: 'bshd' })
  own.bind({ q: tensor() }).rotate(3)
  await own.rotateAsync({ q: tensor(), positions: 0 })
  own.rotate({ q: tensor(), positions: 0 })
  expect(log).toEqual(['bound', 'async', 'run'])
})

describe('refusals', () => {
  test('what the backend declines is an error that names the field', () => {
    const q = { data: new Float64Array(4), shape: [1, 1, 1, 4] }
    expect(codeOf(() => rope.rotate({ q, positions: 0 }))).toBe('UNSUPPORTED dtype')
  })

  test('a disposed rope', async () => {
    const step = rope.at(0)
    const bound = rope.bind({ q: tensor() })
    rope.dispose()
    for (const use of [
      () => rope.rotate({ q: tensor(), positions: 0 }),
      () => step.rotate({ q: tensor() }),
      () => bound.rotate(0),
      () => rope.at(0),
    ]) {
      expect(codeOf(use)).toBe('DISPOSED undefined')
    }
    await expect(rope.rotateAsync({ q: tensor(), positions: 0 })).rejects.toThrow(/disposed/)
  })

  test.each<[unknown, string]>([
    [undefined, 'INVALID_OPTION context'],
    [{}, 'INVALID_OPTION backend'],
    [{ backend: { ...recorder(), specVersion: 2 } }, 'INVALID_OPTION backend.specVersion'],
    [{ backend: recorder(), layout: 'nchw' }, 'INVALID_OPTION layout'],
  ])('%#', (context, expected) => {
    expect(codeOf(() => createRope(OPTIONS, context as never))).toBe(expected)
  })

  test('bad positions and bad tensors reach no kernel', () => {
    expect(codeOf(() => rope.rotate({ q: tensor(), positions: Number.NaN }))).toBe(
      'INVALID_POSITIONS positions',
    )
    expect(codeOf(() => rope.rotate({ q: tensor(), positions: [1, 2] }))).toBe(
      'INVALID_POSITIONS positions',
    )
    expect(codeOf(() => rope.rotate({ positions: 0 }))).toBe('INVALID_TENSOR q')
    expect(calls).toHaveLength(0)
  })
})

describe('calls without elements, whose other sizes are huge', () => {
  const HUGE = Number.MAX_SAFE_INTEGER
  const empty = (shape: readonly number[]) => ({ data: new Float32Array(0), shape })

  test.each([
    [[1, HUGE, 0, 4]],
    [[HUGE, HUGE, 0, 4]],
    [[HUGE, 0, 1, 4]],
    [[HUGE, 0, HUGE, 4]],
    [[0, HUGE, HUGE, 4]],
  ])('%j make no rows and give a backend nothing to loop over', async (shape) => {
    const q = empty(shape)
    for (const positions of [7, 7n, { axes: [7] }]) {
      rope.rotate({ q, k: q, positions })
      rope.rotate({ q, out: { q }, inverse: true, positions })
      await rope.rotateAsync({ q, positions })
      rope.at(positions).rotate({ q })
      rope.shift(q, positions)
      rope.rerope(q, { positions }, { positions: 5 })
    }
    rope.bind({ q }).rotate(3)
    for (const { plan, rotation } of calls) {
      expect([plan.batch, plan.tokens, rotation.rows, rotation.cos.length]).toEqual([0, 0, 0, 0])
      expect(plan.operands.every(({ heads }) => heads === 0)).toBe(true)
    }
    expect(calls.length).toBe(19)
    // Positions are still held to the sizes that the tensor states.
    expect(codeOf(() => rope.rotate({ q, positions: [1] }))).toBe('INVALID_POSITIONS positions')
  })

  test('leave no rows behind for a call of the same size that has elements', () => {
    const step = rope.at([1, 2])
    step.rotate({ q: empty([1, 2, 0, 4]) })
    step.rotate({ q: tensor(2) })
    step.rotate({ q: empty([1, 2, 0, 4]) })
    expect(calls.map(({ rotation }) => rotation.rows)).toEqual([0, 2, 0])
  })

  test('an operand with elements beside one without', () => {
    rope.rotate({ q: empty([1, 2, 0, 4]), k: tensor(2), positions: 7 })
    expect(calls[0]?.plan.operands.map(({ heads }) => heads)).toEqual([0, 1])
    expect(calls[0]?.rotation.rows).toBe(2)
  })
})

test('errors are recognised across copies of the package', () => {
  const foreign = Object.assign(new Error('x'), {
    [Symbol.for('rope.error')]: true,
    code: 'ALIASING',
  })
  expect(RopeError.isInstance(foreign)).toBe(true)
  expect(RopeError.isInstance(new Error('x'))).toBe(false)
  expect(RopeError.isInstance(null)).toBe(false)
})
