import { resolveConfig } from '@rope/core'
import { makePlan } from '@rope/core/backend'
import { expect, test } from 'vitest'
import { planWords } from '../src/plan-words.js'

test('a plan is the C struct, word by word', () => {
  const config = resolveConfig({
    headDim: 10,
    rotaryDim: 6,
    windowOffset: 3,
    pairing: 'interleaved',
    schedule: { type: 'default', base: 10000 },
  })
  const data = new Uint16Array(2 * 3 * 4 * 10)
  const k = { data, shape: [2, 3, 4, 10], dtype: 'bfloat16' } as const
  const { plan } = makePlan(config, { k, inverse: true }, 'bshd')
  const { buffer } = planWords(plan)
  expect([...new Int32Array(buffer, 0, 4)]).toEqual([2, -1, 1, 1])
  const strides = [120n, 40n, 10n, 1n]
  const none = new Array(9).fill(0n)
  expect([...new BigInt64Array(buffer, 16)]).toEqual([
    2n,
    3n,
    10n,
    3n,
    3n,
    2n,
    1n,
    4n,
    ...strides,
    ...strides,
    ...none,
  ])
})
