import { caseOf } from '@rope/bench/matrix'
import { expect, test } from 'vitest'
import { chosenCases, QUESTIONS, usualAnswers } from '../../src/bench/choice.js'

test('the usual choice is Llama 3 8B in three phases', () => {
  expect(chosenCases(usualAnswers())).toEqual([
    {
      caseId: 'llama-3-8b/1/float32/half/bshd/in-place',
      title: 'Llama 3 8B, decode, float32, half, bshd',
    },
    {
      caseId: 'llama-3-8b/512/float32/half/bshd/in-place',
      title: 'Llama 3 8B, prefill, float32, half, bshd',
    },
    {
      caseId: 'llama-3-8b/4096/float32/half/bshd/in-place',
      title: 'Llama 3 8B, long, float32, half, bshd',
    },
  ])
})

test('every combination is a case that the benchmark knows, each once', () => {
  const everything = Object.fromEntries(
    QUESTIONS.map(({ name, choices }) => [name, new Set(choices.map(({ value }) => value))]),
  ) as unknown as ReturnType<typeof usualAnswers>
  const cases = chosenCases(everything)
  expect(cases).toHaveLength(5 * 3 * 4 * 2 * 2)
  expect(new Set(cases.map(({ caseId }) => caseId)).size).toBe(cases.length)
  expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length)
  for (const { caseId } of cases) expect(() => caseOf(caseId)).not.toThrow()
})

test('a question without an answer leaves no case', () => {
  expect(chosenCases({ ...usualAnswers(), dtype: new Set() })).toEqual([])
})
