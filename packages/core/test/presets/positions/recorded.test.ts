/**
 * `ropeIndex` in revision 5 against transformers 5.23 itself (recorded by
 * tooling/golden/rope_index.py): positions, padding and deltas of every prompt.
 */
import { describe, expect, test } from 'vitest'
// biome-ignore lint/correctness/useImportExtensions: this one is data, not a module
import data from '../../../src/conformance/golden/recorded-rope-index-5.json' with { type: 'json' }
import { type RopeIndexInput, ropeIndex } from '../../../src/presets/positions/rope-index.js'

interface RecordedPrompt extends RopeIndexInput {
  readonly name: string
  readonly positions: readonly (readonly number[])[]
  readonly deltas: readonly number[]
}

const { image: imageToken, video: videoToken } = data.provenance.tokens
const prompts = data.cases as unknown as readonly RecordedPrompt[]

describe.each(prompts.map((prompt) => [prompt.name, prompt] as const))('%s', (_, prompt) => {
  const { name: _name, positions, deltas, ...input } = prompt
  const index = ropeIndex({ ...input, imageToken, videoToken, revision: 5 })

  test('positions', () => {
    expect(index.axes.map((axis) => [...axis])).toEqual(positions)
  })

  test('deltas', () => {
    expect([...index.deltas]).toEqual(deltas)
    const next = deltas.map((delta, b) => delta + (index.lengths[b] as number))
    expect([...index.next(1).offsets]).toEqual(next)
  })
})
