/**
 * Released models: what their files mean, that it can be computed, and that every one of them can
 * be written in version 5 and read back.
 */
import { describe, expect, test } from 'vitest'
import { computeFrequencies } from '../../../src/config/config.js'
import {
  fromHuggingFace,
  huggingFaceProfiles,
} from '../../../src/models/huggingface/from-hugging-face.js'
import { toHuggingFace } from '../../../src/models/huggingface/to-hugging-face.js'
import { bareProfiles } from '../bare-profiles.js'
import { REAL_CONFIGS } from './real-configs.js'

const cases = Object.entries(REAL_CONFIGS)

function modelType(json: Readonly<Record<string, unknown>>): string {
  const inner = json.text_config as Readonly<Record<string, unknown>> | undefined
  return String(inner?.model_type ?? json.model_type)
}

describe.each(cases)('%s', (_, { json, profiles: expected }) => {
  const profiles = huggingFaceProfiles(json)

  test('means what the model does', () => {
    expect(profiles.map(({ name }) => name)).toEqual(Object.keys(expected))
    for (const { name, config } of profiles) {
      if (expected[name] === null) expect(config).toBeNull()
      else expect(config).toMatchObject(expected[name] ?? {})
    }
  })

  test('has frequencies, and no key that nobody reads', () => {
    for (const { config, warnings } of profiles) {
      expect(warnings.filter((warning) => /is not read/.test(warning))).toEqual([])
      if (config === null) continue
      const { inverseFrequencies } = computeFrequencies(config)
      expect(inverseFrequencies).toHaveLength(config.rotaryDim / 2)
      expect(inverseFrequencies.every((frequency) => frequency >= 0)).toBe(true)
    }
  })

  test('round trip through version 5', () => {
    const written = toHuggingFace(profiles, { version: 'v5', modelType: modelType(json) })
    const again = huggingFaceProfiles(JSON.parse(JSON.stringify(written)))
    expect(bareProfiles(again)).toEqual(bareProfiles(profiles))
  })
})

describe('what the numbers come to', () => {
  const frequencies = (model: string, profile?: string, length?: number) =>
    computeFrequencies(
      fromHuggingFace(REAL_CONFIGS[model]?.json, profile === undefined ? {} : { profile }),
      length,
    )
  // Landmarks computed from the published formulas with 50 digits.
  test.each<[string, string | undefined, number, number]>([
    ['Llama-3.1-8B', undefined, 32, 5.24846161e-4],
    ['Llama-3.2-1B', undefined, 31, 9.418306725e-8],
    ['gpt-oss', undefined, 16, 4.564839192e-4],
    ['DeepSeek-V3', undefined, 24, 2.5e-5],
    ['Kimi-K2', undefined, 20, 3.614046774e-5],
    ['DeepSeek-V4, legacy', 'compress', 16, 0.002265625],
    ['Ministral-3', undefined, 63, 7.755861005e-8],
    ['OLMo-3', 'full_attention', 32, 3.951479071e-4],
    ['Hunyuan-Dense', undefined, 63, 1.154781985e-7],
  ])('%s %s: pair %i turns at %f', (model, profile, pair, expected) => {
    const value = frequencies(model, profile).inverseFrequencies[pair] ?? 0
    expect(Math.abs(value / expected - 1)).toBeLessThan(1e-9)
  })

  test('amplitudes are three things', () => {
    expect(frequencies('DeepSeek-V3').attentionFactor).toBe(1)
    expect(frequencies('DeepSeek-V3').softmaxScale).toBeCloseTo(1.8738542070926265, 12)
    expect(frequencies('DeepSeek-V2-Lite').softmaxScale).toBeCloseTo(1.5896261651208736, 12)
    expect(frequencies('Kimi-K2').softmaxScale).toBeCloseTo(1.8132604340394958, 12)
    expect(frequencies('gpt-oss').attentionFactor).toBeCloseTo(1.346573590279973, 12)
    expect(frequencies('Ministral-3').attentionFactor).toBe(1)
    expect(frequencies('Phi-3.5-mini').attentionFactor).toBeCloseTo(1.1902380714238083, 12)
    expect(frequencies('Laguna-XS.2', 'full_attention').attentionFactor).toBe(1)
  })

  test('all three CSM and Llama 3.2 files are the same schedule', () => {
    const depth = frequencies('CSM depth decoder').inverseFrequencies
    expect(depth).toEqual(frequencies('Llama-3.2-3B').inverseFrequencies)
    expect(frequencies('CSM backbone').inverseFrequencies).toEqual(
      frequencies('Llama-3.2-1B').inverseFrequencies,
    )
  })

  test('Gemma 4 turns 64 of 256 pairs', () => {
    const { inverseFrequencies } = frequencies('Gemma-4', 'full_attention')
    expect(inverseFrequencies.filter((frequency) => frequency > 0)).toHaveLength(64)
  })

  test('Phi-3.5 changes its table above 4096 tokens, not at them', () => {
    const at = (length: number) => frequencies('Phi-3.5-mini', undefined, length).inverseFrequencies
    expect(at(4096)).toEqual(at(1))
    expect(at(4097)[0]).toBeCloseTo(1 / 1.08, 12)
  })
})

describe('which layers', () => {
  const layers = (model: string): Readonly<Record<string, readonly number[] | null>> =>
    Object.fromEntries(
      huggingFaceProfiles(REAL_CONFIGS[model]?.json).map(({ name, layers: own }) => [name, own]),
    )
  test.each<[string, string, readonly number[]]>([
    ['Llama-4-Scout', 'nope', [3, 7, 11, 15, 19, 23, 27, 31, 35, 39, 43, 47]],
    ['SmolLM3', 'nope', [3, 7, 11, 15, 19, 23, 27, 31, 35]],
    ['Gemma-3-4B, legacy', 'full_attention', [5, 11, 17, 23, 29]],
    ['Gemma-3-1B', 'full_attention', [5, 11, 17, 23]],
    ['ModernBERT', 'full_attention', [0, 3, 6, 9, 12, 15, 18, 21]],
    ['OLMo-3', 'full_attention', [3, 7, 11, 15, 19, 23, 27, 31]],
    ['Command R7B (Cohere 2)', 'full_attention', [3, 7, 11, 15, 19, 23, 27, 31]],
    ['MiMo-V2-Flash', 'sliding_attention', [1, 2]],
    ['Step-3.5', 'full_attention', [0, 4]],
    ['Granite, a base per layer', 'nope', [1]],
    ['DeepSeek-V4, legacy', 'compress', [2, 3]],
  ])('%s: %s', (model, profile, expected) => {
    expect(layers(model)[profile]).toEqual(expected)
  })

  test('unknown where the file does not say', () => {
    expect(layers('Zaya')).toEqual({ full_attention: null, sliding_attention: null })
  })
})
