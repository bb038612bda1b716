/** What the front door explains, as the page's table. */
import type { Explanation as AutoExplanation, BackendExplanation } from '@rope/auto'
import { expect, test } from 'vitest'
import { explainAuto } from '../../src/web/auto-explanation.js'

const WASM: BackendExplanation = {
  name: 'wasm',
  packageName: '@rope/wasm',
  device: 'cpu',
  available: true,
  reason: null,
  facts: {},
  selfTest: 'passed',
  evidence: null,
  supports: true,
  measured: 1.234,
  chosen: true,
  why: 'fastest, measured in real calls',
}

const NATIVE: BackendExplanation = {
  ...WASM,
  name: 'native',
  available: false,
  selfTest: 'not run',
  measured: null,
  chosen: false,
  why: '@rope/native is not installed',
}

const EXPLANATION: AutoExplanation = {
  call: {
    batch: 1,
    tokens: 1,
    heads: [8, 4],
    headDim: 8,
    rotaryDim: 8,
    dtype: 'float32',
    inPlace: true,
    memory: 'cpu',
    bytes: 768,
  },
  chosen: 'wasm',
  backends: [WASM, NATIVE, { ...NATIVE, name: 'webgpu', available: null, why: 'not asked for' }],
  text: '',
}

test('a row per backend, the chosen one marked', () => {
  const { summary, columns, rows } = explainAuto(EXPLANATION)
  expect(summary).toBe('wasm makes the calls (1 token, 8 + 4 heads of 8, float32).')
  expect(columns).toEqual(['backend', 'why', 'measured', 'self-test', 'available'])
  expect(rows).toEqual([
    ['wasm, chosen', 'fastest, measured in real calls', '1.23 µs', 'passed', 'yes'],
    ['native', '@rope/native is not installed', '–', 'not run', 'no'],
    ['webgpu', 'not asked for', '–', 'not run', 'not asked'],
  ])
})

test('before the first call there is no choice', () => {
  const { summary } = explainAuto({ ...EXPLANATION, call: null, chosen: null })
  expect(summary).toBe('It chooses when the first call is made.')
})
