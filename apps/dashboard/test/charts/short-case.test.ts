import { expect, test } from 'vitest'
import { familyText } from '../../src/charts/series.js'
import { shortCase } from '../../src/charts/short-case.js'

test.each([
  ['llama-3-8b/1/float32/half/bshd/in-place', '1 token', 'float32'],
  ['llama-3-8b/512/bfloat16/half/bshd/in-place', '512 tokens, bfloat16', 'bfloat16'],
  [
    'phi-3.5-mini/4096/float32/interleaved/bhsd/out-of-place',
    '4096 tokens, phi-3.5-mini, interleaved, bhsd, out of place',
    'phi-3.5-mini, float32, interleaved, bhsd, out of place',
  ],
])('%s in few words', (id, usual, withoutTokens) => {
  expect(shortCase(id)).toBe(usual)
  expect(shortCase(id, { tokens: false, dtype: true })).toBe(withoutTokens)
})

test('a family in words', () => {
  expect(familyText('llama-3-8b/float32/half/bshd/in-place')).toBe(
    'llama-3-8b, float32, half, bshd, in place',
  )
})
