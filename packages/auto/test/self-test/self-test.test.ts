/**
 * The self-test finds backends that are wrong in one way each, and lets right ones pass.
 */
import type { Backend, Kernel, Plan, View } from '@rope/core/backend'
import { createJsBackend } from '@rope/js'
import { describe, expect, test } from 'vitest'
import { selfTest, selfTestAsync } from '../../src/self-test/self-test.js'
import { SIZES } from '../../src/self-test/vectors.js'
import { changed, fakeGpu, wrapped } from '../fakes.js'

/** Changes what a right kernel has written. */
function spoiled(spoil: (view: View, plan: Plan) => void): Backend {
  return wrapped('spoiled', (run, plan) => ({ views, rotation }) => {
    void run({ views, rotation })
    for (const view of views) spoil(view, plan)
  })
}

test('the JavaScript backend passes', () => {
  expect(selfTest(createJsBackend())).toEqual({ status: 'passed', vectors: 16, evidence: null })
})

test('a backend is tested with the dtypes that it claims', () => {
  const backend = changed('half', ({ capabilities }) => ({
    capabilities: { ...capabilities, dtypes: ['float16'] },
  }))
  expect(selfTest(backend)).toEqual({ status: 'passed', vectors: 4, evidence: null })
})

const WRONG: Readonly<Record<string, readonly [backend: Backend, evidence: RegExp]>> = {
  'turns the other way round': [
    changed('mirrored', (backend) => ({
      compile: (plan) => backend.compile({ ...plan, direction: plan.direction === 1 ? -1 : 1 }),
    })),
    /^float64, half, in place: element \d+ is \S+; the golden value is/,
  ],
  'does nothing': [wrapped('idle', () => () => undefined), /in place: element/],
  'is off by one bit in one element': [
    spoiled(({ target, targetOffset }, { dtype }) => {
      if (dtype !== 'float32') return
      const bits = new Uint32Array(target.buffer)
      const at = targetOffset + 3
      bits[at] = (bits[at] as number) ^ 1
    }),
    /^float32, half, in place: element 8 /,
  ],
  'flushes subnormal numbers to zero': [
    spoiled(({ target }, { dtype }) => {
      if (dtype !== 'float32') return
      target.forEach((value, i) => {
        if (Math.abs(value) < 2 ** -126) target[i] = 0
      })
    }),
    /^float32, half, in place: element \d+ is 0;/,
  ],
  'writes behind its tensor': [
    spoiled(({ target }) => {
      target[target.length - 1] = 3
    }),
    /is 3; the golden value is/,
  ],
  'takes the other pairing': [
    changed('confused', (backend) => ({
      compile: (plan) => backend.compile({ ...plan, pairing: { step: 1, partner: plan.pairs } }),
    })),
    /^float64, interleaved, in place: element/,
  ],
  'forgets what lies outside the window when it copies': [
    wrapped('lazy', (run, plan) => ({ views, rotation }) => {
      const { target, targetOffset } = views[0] as View
      const before = target[targetOffset] as number
      void run({ views, rotation })
      if (!plan.inPlace) target[targetOffset] = before
    }),
    /out of place, inverse: element 5 /,
  ],
  throws: [
    wrapped('broken', () => () => {
      throw new TypeError('views is not iterable')
    }),
    /it threw: views is not iterable/,
  ],
  'does not compile': [
    changed('broken', () => ({
      compile() {
        throw new Error('no registers left')
      },
    })),
    /it threw: no registers left/,
  ],
  'claims a dtype and refuses it': [
    changed('boastful', () => ({
      supports: ({ dtype }) =>
        dtype === 'bfloat16' ? { ok: false, reason: 'no', field: 'dtype' } : { ok: true },
    })),
    /^bfloat16, half, in place: it claims the dtype and refuses the call: no/,
  ],
  'answers later although it is on the CPU': [
    changed('late', (backend) => ({
      compile: (plan): Kernel => {
        const kernel = backend.compile(plan)
        return { run: async (call) => kernel.run(call) }
      },
    })),
    /a CPU kernel returned a promise/,
  ],
}

describe('a backend fails that', () => {
  test.each(Object.entries(WRONG))('%s', (_, [backend, evidence]) => {
    const outcome = selfTest(backend)
    expect(outcome.status).toBe('failed')
    expect(outcome.evidence).toMatch(evidence)
  })
})

describe('a GPU', () => {
  const relative = (by: number): Backend =>
    fakeGpu('inexact', (run) => async ({ views, rotation }) => {
      await run({ views, rotation })
      for (const { target, targetOffset } of views) {
        target[targetOffset + 20] = (target[targetOffset + 20] as number) * (1 + by)
      }
    })

  test('passes when it is exact, or rounds otherwise', async () => {
    expect(await selfTestAsync(fakeGpu('gpu'))).toMatchObject({ status: 'passed', vectors: 4 })
    expect(await selfTestAsync(relative(2 ** -23))).toMatchObject({ status: 'passed' })
  })

  test('may flush subnormal numbers of what it rotates', async () => {
    const { windowOffset, pairs, headDim } = SIZES
    let flushed = 0
    const flushing = fakeGpu('flushing', (run) => async ({ views, rotation }) => {
      await run({ views, rotation })
      for (const { target, targetOffset } of views) {
        for (let i = 0; i < 2 * headDim; i++) {
          const at = targetOffset + i
          const channel = i % headDim
          const rotates = channel >= windowOffset && channel < windowOffset + 2 * pairs
          if (!rotates || target[at] === 0 || Math.abs(target[at] as number) >= 2 ** -126) continue
          target[at] = 0
          flushed += 1
        }
      }
    })
    expect(await selfTestAsync(flushing)).toMatchObject({ status: 'passed', evidence: null })
    expect(flushed).toBeGreaterThan(0)
  })

  test('fails when it is further off than rounding can be', async () => {
    const outcome = await selfTestAsync(relative(1e-5))
    expect(outcome.status).toBe('failed')
    expect(outcome.evidence).toMatch(
      /^float32, half, in place: element \d+ .* the distance allowed$/,
    )
  })

  test('fails when it rejects', async () => {
    const lost = fakeGpu('lost', () => async () => {
      throw new Error('the device was lost')
    })
    expect(await selfTestAsync(lost)).toMatchObject({
      status: 'failed',
      evidence: expect.stringContaining('it threw: the device was lost'),
    })
  })
})
