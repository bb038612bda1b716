import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caseOf } from '../../src/matrix/case-of.js'
import { MODEL_SHAPES } from '../../src/matrix/model-shape.js'
import { caseId, rotationCase } from '../../src/matrix/rotation-case.js'

describe('caseOf', () => {
  test('is the way back from caseId', () => {
    const cases = fc.record({
      shape: fc.constantFrom(...MODEL_SHAPES),
      tokens: fc.integer({ min: 1, max: 2 ** 17 }),
      dtype: fc.constantFrom('float32' as const, 'float16' as const, 'bfloat16' as const),
      pairing: fc.constantFrom('half' as const, 'interleaved' as const),
      layout: fc.constantFrom('bshd' as const, 'bhsd' as const),
      place: fc.constantFrom('in-place' as const, 'out-of-place' as const),
    })
    fc.assert(
      fc.property(cases, (changes) => {
        const rotation = rotationCase(changes)
        expect(caseOf(caseId(rotation))).toEqual(rotation)
      }),
    )
  })

  test.each([
    ['llama-9/1/float32/half/bshd/in-place', 'model "llama-9"'],
    ['llama-3-8b/0/float32/half/bshd/in-place', '"0" tokens'],
    ['llama-3-8b/999999/float32/half/bshd/in-place', '"999999" tokens'],
    ['llama-3-8b/1e3/float32/half/bshd/in-place', '"1e3" tokens'],
    ['llama-3-8b/1/float8/half/bshd/in-place', 'dtype "float8"'],
    ['llama-3-8b/1/float32/neox/bshd/in-place', 'pairing "neox"'],
    ['llama-3-8b/1/float32/half/thd/in-place', 'layout "thd"'],
    ['llama-3-8b/1/float32/half/bshd', 'place ""'],
    ['llama-3-8b/1/float32/half/bshd/in-place/gpu-time', '1 parts too many'],
    ['', 'model ""'],
  ])('%j is refused: %s', (id, problem) => {
    expect(() => caseOf(id)).toThrow(problem)
  })
})

describe('what is no case', () => {
  const shape = rotationCase({ tokens: 1 }).shape

  test.each([
    ['no tokens', { tokens: 0 }, 'changes.tokens is 0; accepted: an integer from 1 to 131072'],
    ['a misspelt field', { tokens: 1, dType: 'float16' }, "did you mean 'dtype'?"],
    ['half a pair', { tokens: 1, shape: { ...shape, rotaryDim: 63 } }, 'changes.shape.rotaryDim'],
  ])('%s is refused, and the place named', (_, changes, message) => {
    expect(() => rotationCase(changes as never)).toThrow(message)
  })

  test('a field that is not there changes nothing', () => {
    expect(rotationCase({ tokens: 1, dtype: undefined } as never).dtype).toBe('float32')
  })
})
