/**
 * The rotation that models are trained with, and its gradient, against every backend that runs on this
 * machine, and against the front door that measures them: forwards, and back.
 */
import { grad, jit, numpy as np, tree } from '@jax-js/jax'
import { createRope } from '@rope/auto'
import { BACKENDS, cpuBackends, openBackend } from '@rope/auto/backends'
import { createRope as createPlainRope, type Rope } from '@rope/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { headDimOf, type ModelOptions, TRAINED_SCHEDULE } from '../src/model/options.js'
import { createRandom } from '../src/random.js'
import { RECIPES } from '../src/runs/recipe.js'
import { createTrainingRope, prepareTraining } from '../src/training/trainer.js'

beforeAll(prepareTraining)

const options: ModelOptions = { ...RECIPES.mlm.model, positions: 'rope', vocabulary: 1024 }
const { tokens, heads } = options
const headDim = headDimOf(options)
const CONFIG = { headDim, pairing: 'half', schedule: TRAINED_SCHEDULE } as const
const SHAPE = [1, heads, tokens, headDim]

const random = createRandom(6, 'a test')
const draw = (): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: heads * tokens * headDim }, () => 2 * random.uniform() - 1)
const [x, weights] = [draw(), draw()]

/**
 * Each output is two products and a sum, each rounded by 2^-24 of a result below sqrt(2) at most; two
 * evaluations may differ by twice that.
 */
const BOUND = 4 * 2 ** -24 * Math.SQRT2

/** What jax makes of x, and the gradient of sum(rotate(x) * weights), which is weights turned back. */
function byJax(): readonly [ArrayLike<number>, ArrayLike<number>] {
  const rope = createTrainingRope(options)
  const rows = rope.rows({ tokens })
  const array = (data: Float32Array<ArrayBuffer>): np.Array =>
    np.array(data.slice(), { shape: SHAPE })
  const factors = array(weights)
  const turn = jit((given: np.Array) => rope.rotate(given, tree.ref(rows)))
  const pull = jit(
    grad((given: np.Array) => np.sum(rope.rotate(given, tree.ref(rows)).mul(factors.ref))),
  )
  return [turn(array(x)).dataSync(), pull(array(x)).dataSync()]
}

function byRope(rope: Rope): readonly [ArrayLike<number>, ArrayLike<number>] {
  const turned = (data: Float32Array, inverse: boolean): Float32Array => {
    const q = { data: data.slice(), shape: SHAPE }
    rope.rotate({ q, positions: 0, inverse })
    return q.data
  }
  return [turned(x, false), turned(weights, true)]
}

function expectSame(
  actual: readonly [ArrayLike<number>, ArrayLike<number>],
  expected: readonly [ArrayLike<number>, ArrayLike<number>],
): void {
  expected.forEach((list, side) => {
    const differences = Array.from(list, (value, i) =>
      Math.abs(value - (actual[side]?.[i] ?? Number.NaN)),
    )
    expect(Math.max(...differences)).toBeLessThanOrEqual(BOUND)
  })
}

describe('the same turn and the same gradient as', () => {
  test.each(cpuBackends(BACKENDS).map((entry) => [entry.name, entry] as const))(
    '%s, where it can run',
    async (_, entry) => {
      const opened = await openBackend(entry)
      if ('reason' in opened) {
        // Only a machine that lacks something may refuse, and it says what.
        expect(opened.reason).not.toBe('')
        return
      }
      expectSame(
        byJax(),
        byRope(createPlainRope(CONFIG, { backend: opened.backend, layout: 'bhsd' })),
      )
      opened.backend.dispose()
    },
  )

  test('the front door', async () => {
    const rope = await createRope(CONFIG, { layout: 'bhsd' })
    expectSame(byJax(), byRope(rope))
    rope.dispose()
  })
})

test('what is compared is a turn', () => {
  const [turned] = byJax()
  expect(Array.from(turned)).not.toEqual([...x])
})
