/** The map of the front door's choices, against a result that is small enough to judge by eye. */
import { readFileSync } from 'node:fs'
import type { AutoResult } from '@rope/bench/auto'
import { describe, expect, test } from 'vitest'
import { choiceFields, choiceSummary } from '../../src/auto/choices.js'
import { readAutoText } from '../../src/results/read-auto.js'
import { autoCell, autoResult } from '../results/auto-samples.js'

const RIGHT = autoCell({ chosen: 'wasm', times: { wasm: 2, js: 4 } })
const NEARLY = autoCell({ chosen: 'js', times: { wasm: 2, js: 2.1 }, memory: 'wasm' })
const WRONG = autoCell({ chosen: 'js', times: { wasm: 2, js: 3 }, tokens: 512 })
const ALONE = autoCell({ chosen: 'js', times: { js: 3 }, tokens: 4096 })

describe('the choices', () => {
  test('are right within 10 % of the best, wrong beyond, and none where there was one backend', () => {
    const fields = choiceFields(autoResult([RIGHT, NEARLY, WRONG, ALONE]))
    expect(
      fields.map(({ line, tokens, chosen, best, ratio, verdict }) => [
        ...[line, tokens, chosen, best, ratio, verdict],
      ]),
    ).toEqual([
      ['float32, ordinary', '1', 'wasm', 'wasm', 1, 'right'],
      ['float32, in wasm', '1', 'js', 'wasm', 1.05, 'right'],
      ['float32, ordinary', '512', 'js', 'wasm', 1.5, 'wrong'],
      ['float32, ordinary', '4096', 'js', 'js', 1, 'no choice'],
    ])
  })

  test('are counted, with the worst of them', () => {
    expect(choiceSummary(autoResult([RIGHT, NEARLY, WRONG, ALONE]))).toEqual({
      ...{ counted: 3, right: 2, worst: 1.5 },
    })
    const untimed = { ...WRONG, ratio: null }
    expect(choiceSummary(autoResult([RIGHT, untimed]))).toEqual({
      ...{ counted: 2, right: 1, worst: null },
    })
    expect(choiceSummary(autoResult([ALONE]))).toEqual({ counted: 0, right: 0, worst: null })
  })

  test('of the committed result agree with what the benchmark judged', () => {
    const file = new URL('../../../../packages/bench/results/auto.json', import.meta.url)
    const { result } = readAutoText(readFileSync(file, 'utf8'))
    const { counted, right, worst } = choiceSummary(result as AutoResult)
    const goal = (id: string): number | null | undefined =>
      result?.goals.find((one) => one.id === id)?.measured
    expect((100 * right) / counted).toBe(goal('auto-right'))
    expect(worst).toBe(goal('auto-worst'))
  })
})
