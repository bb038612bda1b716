/**
 * Plans: what is accepted, what is refused, and that nothing is written on the way.
 */
import { describe, expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/config.js'
import type { OperandPlan, Plan } from '../../src/contract/backend.js'
import { RopeError } from '../../src/errors.js'
import { makePlan, planKey, type RotateTensors } from '../../src/plan/plan.js'

const config = resolveConfig({
  headDim: 8,
  pairing: 'interleaved',
  schedule: { type: 'default', base: 10000 },
  windowOffset: 2,
  rotaryDim: 4,
})

function tensor(
  heads: number,
  data: Float32Array = new Float32Array(2 * 3 * heads * 8),
): NonNullable<RotateTensors['q']> {
  return { data, shape: [2, 3, heads, 8], layout: 'bshd' }
}

function refusal(tensors: unknown): string {
  try {
    makePlan(config, tensors as RotateTensors)
  } catch (error) {
    if (RopeError.isInstance(error)) return `${error.code} ${error.field}`
    throw error
  }
  return 'accepted'
}

test('a plan is frozen numbers', () => {
  const { plan, views } = makePlan(config, { q: tensor(4), k: tensor(2), inverse: true })
  expect(plan).toMatchObject({
    dtype: 'float32',
    batch: 2,
    tokens: 3,
    headDim: 8,
    pairs: 2,
    windowOffset: 2,
    pairing: { step: 2, partner: 1 },
    direction: -1,
    inPlace: true,
    memory: 'local',
  })
  expect(plan.operands.map(({ heads, source }) => [heads, source])).toEqual([
    [4, { batch: 96, token: 32, head: 8, channel: 1 }],
    [2, { batch: 48, token: 16, head: 8, channel: 1 }],
  ])
  expect(Object.isFrozen(plan) && Object.isFrozen(plan.operands[0]?.source)).toBe(true)
  expect(views).toHaveLength(2)
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
})

test('equal calls share a key, different ones do not', () => {
  const key = (tensors: RotateTensors): string => planKey(makePlan(config, tensors).plan)
  expect(key({ q: tensor(4) })).toBe(key({ q: tensor(4) }))
  const keys = [
    key({ q: tensor(4) }),
    key({ q: tensor(3) }),
    key({ k: tensor(4), q: tensor(4) }),
    key({ q: tensor(4), inverse: true }),
    key({ q: tensor(4), out: { q: tensor(4) } }),
    key({ q: { data: new Float64Array(192), shape: [2, 3, 4, 8], layout: 'bshd' } }),
    key({ q: { data: new Float32Array(192), shape: [2, 4, 3, 8], layout: 'bhsd' } }),
    key({
      q: {
        data: new Float32Array(new SharedArrayBuffer(768)),
        shape: [2, 3, 4, 8],
        layout: 'bshd',
      },
    }),
  ]
  expect(new Set(keys).size).toBe(keys.length)
})

describe('the key of a kernel', () => {
  const axes = ['batch', 'token', 'head', 'channel'] as const
  const base = makePlan(config, {
    q: { ...tensor(4, new Float32Array(2000)), strides: [311, 97, 23, 2], offset: 5 },
    k: { ...tensor(2, new Float32Array(2000)), strides: [211, 61, 29, 3] },
    out: { q: tensor(4), k: tensor(2) },
  }).plan

  /** The plan with one number of one operand changed. */
  const withOperand = (index: number, change: (operand: OperandPlan) => OperandPlan): Plan => ({
    ...base,
    operands: base.operands.map((operand, i) => (i === index ? change(operand) : operand)),
  })
  const changed: Readonly<Record<string, Plan>> = {
    dtype: { ...base, dtype: 'float16' },
    batch: { ...base, batch: 12 },
    tokens: { ...base, tokens: 12 },
    headDim: { ...base, headDim: 12 },
    pairs: { ...base, pairs: 12 },
    windowOffset: { ...base, windowOffset: 12 },
    'pairing.step': { ...base, pairing: { ...base.pairing, step: 12 as 1 } },
    'pairing.partner': { ...base, pairing: { ...base.pairing, partner: 12 } },
    direction: { ...base, direction: -1 },
    inPlace: { ...base, inPlace: true },
    memory: { ...base, memory: 'shared' },
    'an operand less': { ...base, operands: base.operands.slice(0, 1) },
    'operands the other way round': { ...base, operands: [...base.operands].reverse() },
    ...Object.fromEntries(
      [0, 1].flatMap((index) => [
        [`heads of ${index}`, withOperand(index, (operand) => ({ ...operand, heads: 12 }))],
        ...axes.flatMap((axis) =>
          (['source', 'target'] as const).map((side) => [
            `${side}.${axis} of ${index}`,
            withOperand(index, (operand) => ({
              ...operand,
              [side]: { ...operand[side], [axis]: 12 },
            })),
          ]),
        ),
      ]),
    ),
  }

  test.each(Object.entries(changed))('depends on %s', (_, plan) => {
    expect(planKey(plan)).not.toBe(planKey(base))
  })

  test('keeps neighbouring numbers apart', () => {
    const sized = (batch: number, tokens: number): string => planKey({ ...base, batch, tokens })
    expect(sized(1, 23)).not.toBe(sized(12, 3))
    const strided = (token: number, head: number): string =>
      planKey(
        withOperand(0, (operand) => ({ ...operand, source: { ...operand.source, token, head } })),
      )
    expect(strided(1, 23)).not.toBe(strided(12, 3))
    const last = (channel: number, heads: number): string =>
      planKey({
        ...base,
        operands: [
          { ...base.operands[0], target: { batch: 1, token: 1, head: 1, channel } } as OperandPlan,
          { ...base.operands[1], heads } as OperandPlan,
        ],
      })
    expect(last(1, 23)).not.toBe(last(12, 3))
  })
})

describe('every tensor has its own layout, or the default', () => {
  const LAYOUTS = [undefined, 'bshd', 'bhsd', 'sbhd'] as const
  /** Sizes that no two layouts read alike: 2 entries of 3 tokens with 5 heads. */
  const SIZES = { b: 2, s: 3, h: 5, d: 8 } as const
  type Letter = keyof typeof SIZES

  function laid(layout: (typeof LAYOUTS)[number], fallback: string) {
    const order = [...(layout ?? fallback)] as Letter[]
    const shape = order.map((axis) => SIZES[axis])
    const stride = (axis: Letter): number =>
      shape.slice(order.indexOf(axis) + 1).reduce((product, size) => product * size, 1)
    const strides = { batch: stride('b'), token: stride('s'), head: stride('h'), channel: 1 }
    const data = new Float32Array(240)
    return { tensor: { data, shape, ...(layout === undefined ? {} : { layout }) }, strides }
  }

  test.each(['bshd', 'bhsd', 'sbhd'] as const)('the default %s', (fallback) => {
    for (const q of LAYOUTS) {
      for (const k of LAYOUTS) {
        for (const out of LAYOUTS) {
          const [a, b] = [laid(q, fallback), laid(k, fallback)]
          const [c, d] = [laid(out, fallback), laid(k, fallback)]
          const call = { q: a.tensor, k: b.tensor, out: { q: c.tensor, k: d.tensor } }
          const { plan } = makePlan(config, call, fallback)
          expect(plan).toMatchObject({ batch: 2, tokens: 3 })
          expect(plan.operands).toMatchObject([
            { heads: 5, source: a.strides, target: c.strides },
            { heads: 5, source: b.strides, target: d.strides },
          ])
        }
      }
    }
  })
})

describe('memory that may be used', () => {
  const buffer = new Float32Array(1000)
  const packed = (heads: number, offset: number): NonNullable<RotateTensors['q']> => ({
    data: buffer,
    shape: [2, 3, heads, 8],
    strides: [3 * 64, 64, 8, 1],
    offset,
  })

  test('q and k packed in one buffer', () => {
    expect(refusal({ q: packed(4, 0), k: packed(2, 32) })).toBe('accepted')
  })

  test('out that is exactly the input is in place', () => {
    const q = tensor(4, buffer)
    expect(makePlan(config, { q, out: { q: { ...q } } }).plan.inPlace).toBe(true)
  })

  test.each([
    ['batch', 0, [1, 3, 4, 8]],
    ['token', 1, [2, 1, 4, 8]],
    ['head', 2, [2, 3, 1, 8]],
  ])('one %s: in place has one set of strides, whatever out states for it', (_, axis, shape) => {
    const strides = [96, 32, 8, 1]
    for (const stride of [0, -1, 5, 2 ** 40]) {
      const q = { data: new Float32Array(192), shape, strides }
      const other = strides.map((own, i) => (i === axis ? stride : own))
      const { plan } = makePlan(config, { q, out: { q: { ...q, strides: other } } })
      expect(plan).toEqual(makePlan(config, { q }).plan)
      const k = { ...q, data: new Float32Array(192) }
      const out = { q: { ...q, strides: other }, k: { ...k, data: new Float32Array(192) } }
      const [operand] = makePlan(config, { q, k, out }).plan.operands as readonly [OperandPlan]
      expect(operand.target).toEqual(operand.source)
    }
  })

  test('a reversed tensor', () => {
    expect(
      refusal({ q: { data: buffer, shape: [1, 3, 2, 8], strides: [48, -16, 8, 1], offset: 32 } }),
    ).toBe('accepted')
    expect(
      refusal({ q: { data: buffer, shape: [1, 3, 2, 8], strides: [48, -16, 8, 1], offset: 31 } }),
    ).toBe('INVALID_TENSOR q.data')
  })

  test('an input that repeats itself, out of place', () => {
    const q = { data: buffer, shape: [2, 3, 4, 8], strides: [0, 8, 0, 1] }
    expect(refusal({ q, out: { q: tensor(4) } })).toBe('accepted')
    expect(refusal({ q })).toBe('ALIASING q.strides')
  })

  test('empty tensors need no memory', () => {
    expect(refusal({ q: { data: new Float32Array(0), shape: [0, 3, 4, 8], layout: 'bshd' } })).toBe(
      'accepted',
    )
  })
})

describe('refusals', () => {
  const buffer = new Float32Array(1000)
  test.each<[unknown, string]>([
    [undefined, 'INVALID_TENSOR tensors'],
    [{}, 'INVALID_TENSOR q'],
    [{ q: tensor(4, new Float32Array(191)) }, 'INVALID_TENSOR q.data'],
    [{ q: { ...tensor(4), offset: 1 } }, 'INVALID_TENSOR q.data'],
    [
      { q: tensor(4), k: { data: new Float32Array(999), shape: [2, 4, 2, 8], layout: 'bshd' } },
      'INVALID_TENSOR k',
    ],
    [
      { q: tensor(4), k: { data: new Float64Array(96), shape: [2, 3, 2, 8], layout: 'bshd' } },
      'INVALID_TENSOR k',
    ],
    [{ q: tensor(4), k: tensor(2), out: { q: tensor(4) } }, 'INVALID_TENSOR out.k'],
    [{ q: tensor(4), out: { q: tensor(3) } }, 'INVALID_TENSOR out.q'],
    [{ q: tensor(4), out: 5 }, 'INVALID_TENSOR out'],
    [{ q: tensor(4, buffer), k: tensor(2, buffer) }, 'ALIASING q'],
    [{ q: tensor(4, buffer), out: { q: { ...tensor(4, buffer), offset: 4 } } }, 'ALIASING out.q'],
    [
      { q: tensor(4), k: tensor(2, buffer), out: { q: tensor(4, buffer), k: tensor(2) } },
      'ALIASING out.q',
    ],
    [
      { q: tensor(4), k: tensor(2), out: { q: tensor(4, buffer), k: tensor(2, buffer) } },
      'ALIASING out.q',
    ],
  ])('%#', (tensors, expected) => {
    expect(refusal(tensors)).toBe(expected)
  })

  test.each([
    ['batch', { batch: 1 }, { batch: 3 }],
    ['tokens', { tokens: 2 }, { tokens: 4 }],
    ['heads', { heads: 1 }, { heads: 5 }],
    ['dtype', { Type: Float64Array }, { Type: Float64Array }],
  ])('operands of another %s, with memory enough, smaller or larger', (name, ...changes) => {
    const of = ({
      batch = 2,
      tokens = 3,
      heads = 2,
      Type = Float32Array as typeof Float32Array | typeof Float64Array,
    }) => ({
      data: new Type(4096),
      shape: [batch, tokens, heads, 8],
      layout: 'bshd' as const,
    })
    const plain = { q: of({}), k: of({}), out: { q: of({}), k: of({}) } }
    expect(refusal(plain)).toBe('accepted')
    for (const change of changes as Parameters<typeof of>[0][]) {
      const other = of(change)
      expect(refusal({ ...plain, out: { ...plain.out, q: other } })).toBe('INVALID_TENSOR out.q')
      expect(refusal({ ...plain, out: { ...plain.out, k: other } })).toBe('INVALID_TENSOR out.k')
      // Only their heads may differ.
      const both = { q: of({}), k: other }
      expect(refusal(both)).toBe(name === 'heads' ? 'accepted' : 'INVALID_TENSOR k')
      expect(refusal({ q: other, out: { q: of({}) } })).toBe('INVALID_TENSOR out.q')
    }
  })

  test('a detached buffer is named as a possible cause', () => {
    const data = new Float32Array(192)
    structuredClone(data.buffer, { transfer: [data.buffer] })
    expect(() => makePlan(config, { q: tensor(4, data) })).toThrow(/detached/)
  })
})
