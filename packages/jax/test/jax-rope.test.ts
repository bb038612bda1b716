/**
 * The adapter against the JavaScript kernel, forwards, backwards and under jit; and what it refuses.
 */
import { defaultDevice, grad, init, jit, numpy as np, tree, valueAndGrad, vmap } from '@jax-js/jax'
import {
  computeFrequencies,
  LAYOUTS,
  type Layout,
  PAIRINGS,
  type Positions,
  type RopeConfig,
  RopeError,
  type RopeOptions,
  resolveConfig,
} from '@rope/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { createJaxRope, type RotationRows } from '../src/index.js'
import { numbers, rotateByKernel, shareOfBound } from './kernel.js'

beforeAll(async () => {
  await init('wasm')
  defaultDevice('wasm')
})

const DEFAULT = { type: 'default', base: 10000 } as const
const OPTIONS = { headDim: 8, pairing: 'half', schedule: DEFAULT } as const satisfies RopeOptions

const [BATCH, TOKENS, HEADS] = [2, 5, 3]

function shapeFor(layout: Layout, headDim: number): number[] {
  return {
    bshd: [BATCH, TOKENS, HEADS, headDim],
    bhsd: [BATCH, HEADS, TOKENS, headDim],
    sbhd: [TOKENS, BATCH, HEADS, headDim],
    thd: [TOKENS, HEADS, headDim],
    flat: [BATCH, TOKENS, HEADS * headDim],
  }[layout]
}

const CONFIGS: Readonly<Record<string, RopeOptions>> = {
  plain: OPTIONS,
  'partial, from channel 2': { ...OPTIONS, headDim: 12, rotaryDim: 6, windowOffset: 2 },
  'partial, from the start': { ...OPTIONS, headDim: 12, rotaryDim: 6 },
  'yarn, with its attention factor': {
    ...OPTIONS,
    schedule: { type: 'yarn', base: 10000, factor: 4, originalMaxPositionEmbeddings: 16 },
  },
  'two axes': { ...OPTIONS, axes: { kind: 'one-hot', count: 2, axisOfPair: [0, 1, 0, 1] } },
}

const POSITIONS: Readonly<Record<string, Positions>> = {
  'from 7 on': 7,
  'one start per sequence': { offsets: [100, 3] },
  'ids, not whole': [0, 2.5, 9, 4, 1000],
}

/** The rows of a case, in which every sequence of the layout takes part. */
function rowsOf(config: RopeConfig, layout: Layout, positions: Positions): RotationRows {
  const batch = layout === 'thd' ? 1 : BATCH
  return createJaxRope(config, { layout }).rows({ tokens: TOKENS, batch, positions })
}

describe.each(Object.entries(CONFIGS))('%s', (_, options) => {
  describe.each(PAIRINGS)('%s', (pairing) => {
    const config = resolveConfig({ ...options, pairing })
    const factor = computeFrequencies(config).attentionFactor

    test.each(LAYOUTS)(
      '%s: rotates as the kernel does, and its gradient rotates back',
      (layout) => {
        const rope = createJaxRope(config, { layout })
        const shape = shapeFor(layout, config.headDim)
        const size = shape.reduce((product, length) => product * length, 1)
        const [x, seed] = [numbers(size, 1), numbers(size, 2)]
        // The gradient of sum(rotate(x) * seed) is the rotation back of seed.
        const step = jit((given: np.Array, weights: np.Array, rows: RotationRows) => {
          const back = grad((inner: np.Array) =>
            np.sum(rope.rotate(inner, tree.ref(rows)).mul(weights.ref)),
          )
          const gradient = back(given.ref)
          weights.dispose()
          return [rope.rotate(given, rows), gradient] as [np.Array, np.Array]
        })
        for (const positions of Object.values(POSITIONS)) {
          if (layout === 'thd' && typeof positions === 'object' && 'offsets' in positions) continue
          const rows = rowsOf(config, layout, positions)
          const plain = rope.rotate(np.array(x.slice(), { shape }), tree.ref(rows)).dataSync()
          const given = [np.array(x.slice(), { shape }), np.array(seed.slice(), { shape })] as const
          const [rotated, gradient] = step(...given, rows)
          const place = { layout, positions }
          const forwards = rotateByKernel(config, x, shape, { ...place, inverse: false })
          const backwards = rotateByKernel(config, seed, shape, { ...place, inverse: true })
          expect(shareOfBound(plain, forwards, 1, factor)).toBeLessThanOrEqual(1)
          expect(shareOfBound(rotated.dataSync(), forwards, 1, factor)).toBeLessThanOrEqual(1)
          expect(shareOfBound(gradient.dataSync(), backwards, 1, factor)).toBeLessThanOrEqual(1)
          expect(forwards).not.toEqual(x)
        }
      },
    )
  })
})

test('a schedule that depends on the length takes the table of the stated one', () => {
  const dynamic = { type: 'dynamic', base: 10000, factor: 2, maxPositionEmbeddings: 16 } as const
  const rope = createJaxRope({ ...OPTIONS, schedule: dynamic }, { layout: 'thd' })
  const short = rope.rows({ tokens: 4 }).cos.dataSync()
  const long = rope.rows({ tokens: 4, length: 64 }).cos.dataSync()
  const { inverseFrequencies } = computeFrequencies(rope.config, 64)
  expect(long).not.toEqual(short)
  expect(long[5]).toBe(Math.fround(Math.cos(inverseFrequencies[1] as number)))
})

test('the gradient of a plain sum is right under jit, outside the window too', () => {
  const options = { ...OPTIONS, headDim: 6, rotaryDim: 2, windowOffset: 2 }
  const rope = createJaxRope(options, { layout: 'thd' })
  const rows = rope.rows({ tokens: 1, positions: 1 })
  const sum = (given: np.Array): np.Array => np.sum(rope.rotate(given, tree.ref(rows)))
  const [cos, sin] = [Math.fround(Math.cos(1)), Math.fround(Math.sin(1))]
  const expected = Float32Array.of(1, 1, cos + sin, cos - sin, 1, 1)
  expect(jit(grad(sum))(np.zeros([1, 1, 6])).dataSync()).toEqual(expected)
})

test('vmap over heads gives what the layout gives', () => {
  const rope = createJaxRope(OPTIONS, { layout: 'thd' })
  const x = np.array(numbers(3 * TOKENS * 8)).reshape([3, TOKENS, 1, 8])
  const rows = rope.rows({ tokens: TOKENS })
  const each = vmap((given: np.Array) => rope.rotate(given, tree.ref(rows)))(x.ref).dataSync()
  const whole = createJaxRope(OPTIONS, { layout: 'bshd' }).rotate(x, tree.ref(rows)).dataSync()
  expect(each).toEqual(whole)
})

test('it owns what it is given, and nothing else', () => {
  const rope = createJaxRope(OPTIONS, { layout: 'thd' })
  const x = np.array(numbers(TOKENS * 8)).reshape([TOKENS, 1, 8])
  const rows = rope.rows({ tokens: TOKENS })
  rope.rotate(x.ref, tree.ref(rows)).dispose()
  expect([x.refCount, rows.cos.refCount, rows.sin.refCount]).toEqual([1, 1, 1])
  rope.rotate(x, rows).dispose()
  expect([x.refCount, rows.cos.refCount, rows.sin.refCount]).toEqual([0, 0, 0])
})

test('training through it moves q towards k', () => {
  const rope = createJaxRope(OPTIONS, { layout: 'thd' })
  const rows = rope.rows({ tokens: 1, positions: 3 })
  const target = np.array(numbers(8, 5)).reshape([1, 1, 8])
  const step = jit((q: np.Array) => {
    const loss = (given: np.Array): np.Array =>
      np.sum(np.square(rope.rotate(given, tree.ref(rows)).sub(target.ref)))
    const [value, gradient] = valueAndGrad(loss)(q.ref)
    return [value, q.sub(gradient.mul(0.25))] as [np.Array, np.Array]
  })
  let q = np.zeros([1, 1, 8])
  const losses = Array.from({ length: 6 }, () => {
    const [value, next] = step(q)
    q = next
    return value.item()
  })
  // A rotation keeps lengths, so that each step halves the distance: a quarter of its square is left.
  losses.slice(1).forEach((loss, i) => expect(loss).toBeCloseTo((losses[i] as number) / 4, 5))
})

describe('it refuses', () => {
  const rope = createJaxRope(OPTIONS, { layout: 'bshd' })
  const zeros = (...shape: number[]): np.Array => np.zeros(shape)
  const rotate = (x: unknown, rows: unknown): unknown =>
    rope.rotate(x as np.Array, rows as RotationRows)
  const rows = (options: object): unknown => rope.rows(options as { tokens: number })
  const made = (): RotationRows => rope.rows({ tokens: 5 })
  const CASES: Readonly<Record<string, [() => unknown, string, string]>> = {
    'no layout': [() => createJaxRope(OPTIONS, {} as never), 'INVALID_OPTION', 'layout'],
    'an unknown option': [
      () => createJaxRope(OPTIONS, { layout: 'bshd', heads: 3 } as never),
      'INVALID_OPTION',
      'options.heads',
    ],
    'a wrong config': [
      () => createJaxRope({ ...OPTIONS, headDim: 7 }, { layout: 'bshd' }),
      'INVALID_OPTION',
      'rotaryDim',
    ],
    'no tokens': [() => rows({}), 'INVALID_OPTION', 'tokens'],
    'an unknown key': [() => rows({ tokens: 2, token: 3 }), 'INVALID_OPTION', 'options.token'],
    'a length below zero': [() => rows({ tokens: 2, length: -1 }), 'INVALID_OPTION', 'length'],
    'positions that are too few': [
      () => rows({ tokens: 2, positions: [1] }),
      'INVALID_POSITIONS',
      'positions',
    ],
    'a typed array': [() => rotate(new Float32Array(8), made()), 'INVALID_TENSOR', 'x'],
    'another rank': [() => rotate(zeros(5, 1, 8), made()), 'INVALID_TENSOR', 'x.shape'],
    'another headDim': [() => rotate(zeros(1, 5, 1, 6), made()), 'INVALID_TENSOR', 'x.shape'],
    'no rows': [() => rotate(zeros(1, 5, 1, 8), null), 'INVALID_TENSOR', 'rows'],
    'rows that are no arrays': [
      () => rotate(zeros(1, 5, 1, 8), { cos: [1], sin: [0] }),
      'INVALID_TENSOR',
      'rows.cos',
    ],
    'rows of other tokens': [
      () => rotate(zeros(1, 4, 1, 8), made()),
      'INVALID_TENSOR',
      'rows.cos.shape',
    ],
    'another dtype': [
      () => rotate(zeros(1, 5, 1, 8).astype(np.int32), made()),
      'INVALID_TENSOR',
      'x.dtype',
    ],
  }

  test.each(Object.entries(CASES))('%s', (_, [call, code, field]) => {
    let error: unknown
    try {
      call()
    } catch (caught) {
      error = caught
    }
    expect(RopeError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ code, field })
  })
})
