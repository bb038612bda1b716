import { describe, expect, test } from 'vitest'
import { EXAMPLE } from '../../src/explore/example.js'
import { type ModelRope, readModel } from '../../src/explore/model.js'

async function ropesOf(config: object): Promise<readonly ModelRope[]> {
  const { ropes, problem } = await readModel(JSON.stringify(config))
  expect(problem).toBeNull()
  return ropes ?? []
}

describe('a config', () => {
  test('Llama 3.1 keeps the fast pairs and slows the others down by 8', async () => {
    const { ropes } = await readModel(EXAMPLE)
    const [rope] = ropes ?? []
    expect([rope?.schedule, rope?.context, rope?.pairs.length]).toEqual(['llama3', 131072, 64])
    const ratio = (pair: number): number => {
      const { wavelength, plain } = rope?.pairs[pair] ?? {}
      return (wavelength ?? Number.NaN) / (plain ?? Number.NaN)
    }
    expect(ratio(0)).toBe(1)
    expect(ratio(63)).toBeCloseTo(8, 12)
    expect(rope?.pairs[0]?.wavelength).toBeCloseTo(2 * Math.PI, 12)
  })

  test('YaRN blends between the two ends', async () => {
    const [rope] = await ropesOf({
      ...{ model_type: 'qwen2', hidden_size: 3584, num_attention_heads: 28, rope_theta: 1e6 },
      max_position_embeddings: 32768,
      rope_scaling: { type: 'yarn', factor: 4, original_max_position_embeddings: 32768 },
    })
    const ratios =
      rope?.pairs.map(({ wavelength, plain }) => (wavelength ?? 0) / (plain ?? 1)) ?? []
    expect(ratios[0]).toBe(1)
    expect(ratios.at(-1)).toBeCloseTo(4, 10)
    expect(ratios.some((ratio) => ratio > 1.1 && ratio < 3.9)).toBe(true)
  })

  test('a model with two kinds of layers has two ropes', async () => {
    const ropes = await ropesOf({
      ...{ model_type: 'gemma3_text', hidden_size: 1152, num_attention_heads: 4, head_dim: 256 },
      ...{ rope_theta: 1e6, rope_local_base_freq: 1e4, sliding_window_pattern: 6 },
      ...{ num_hidden_layers: 26, max_position_embeddings: 32768 },
    })
    expect(ropes).toHaveLength(2)
    expect(ropes[0]?.pairs[127]?.wavelength).not.toBe(ropes[1]?.pairs[127]?.wavelength)
  })

  test.each([
    ['{', 'it is not JSON'],
    ['[]', 'holds'],
    ['{"model_type":"llama"}', 'head'],
    [' '.repeat(2 ** 20 + 1), 'larger than a megabyte'],
  ])('%.20j is refused: %s', async (text, words) => {
    const { ropes, problem } = await readModel(text)
    expect(ropes).toBeNull()
    expect(problem).toContain(words)
  })
})
