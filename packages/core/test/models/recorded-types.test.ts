/**
 * Every language model type of transformers: what the reader makes of its config, in four spellings,
 * against what the model's own code did to unit vectors.
 */
import { describe, expect, test } from 'vitest'
import { computeFrequencies, type RopeConfig } from '../../src/config/config.js'
import { RopeError } from '../../src/errors.js'
import { huggingFaceProfiles } from '../../src/models/huggingface/from-hugging-face.js'
import type { RopeProfile } from '../../src/models/profile.js'
import {
  type Json,
  RECORDED_TYPES,
  type RecordedGroup,
  type RecordedType,
  recordedFrequencies,
  SPELLINGS,
} from './recorded-types.js'

/** Refusals, each with its reason; all else has to agree. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  nanochat: /turns by minus the angle/,
  // Its parts rotate, each with a head of its own; the file around them has none.
  blt: /head_dim is missing/,
  // 4096 channels do not divide into 96 heads: transformers' default config is no model.
  glm4_moe: /not a multiple of num_attention_heads/,
  glm4v_moe_text: /not a multiple of num_attention_heads/,
  qwen3_omni_moe_text: /not a multiple of num_attention_heads/,
  // Its share is of a head_dim that is neither q's nor the rotating part's.
  dots3_note_text: /partial_rotary_factor 0.25 of 192 is 48, but 64 channels rotate/,
  // The code filled in another base before version 5, and now one that is nobody's own.
  persimmon: /versions of the code of "persimmon" disagree/,
  falcon_h1: /versions of the code of "falcon_h1" disagree/,
  kyutai_speech_to_text: /versions of the code of "kyutai_speech_to_text" disagree/,
}

/** Files that transformers itself cannot use: the code's own sections do not fit. There is no truth. */
const WITHOUT_TRUTH: Readonly<Record<string, readonly string[]>> = {
  'without RoPE keys': ['glm4v_text', 'glm_image_text'],
}

/** float32 powers of several kinds, sine and cosine: a few units in the last place. */
const CLOSE = 3e-6

/** What differs between a profile and a recorded group; null when nothing does. */
function difference(config: RopeConfig, group: RecordedGroup): string | null {
  const { pairing, headDim, windowOffset, rotaryDim, axes } = config
  const { inverseFrequencies, attentionFactor } = computeFrequencies(config)
  const turning = Array.from(inverseFrequencies).filter((frequency) => frequency !== 0)
  const wanted = recordedFrequencies(group)
  if (pairing !== group.pairing) return `pairing ${pairing}, not ${group.pairing}`
  if (headDim !== group.headDim) return `headDim ${headDim}, not ${group.headDim}`
  if (windowOffset !== group.first) return `windowOffset ${windowOffset}, not ${group.first}`
  const step = pairing === 'half' ? rotaryDim / 2 : 1
  if (step !== group.step) return `partners are ${step} apart, not ${group.step}`
  if (turning.length !== wanted.length) return `${turning.length} pairs, not ${wanted.length}`
  const off = turning.findIndex((value, i) => Math.abs(value / (wanted[i] ?? 0) - 1) > CLOSE)
  if (off >= 0) return `frequency ${turning[off]} of pair ${off}, not ${wanted[off]}`
  if (Math.abs(attentionFactor / group.amplitude - 1) > CLOSE)
    return `attention factor ${attentionFactor}, not ${group.amplitude}`
  const own = axes?.kind === 'one-hot' && axes.count > 1 ? axes.axisOfPair : null
  return JSON.stringify(own) === JSON.stringify(group.axes)
    ? null
    : `axes ${own}, not ${group.axes}`
}

/** What is wrong with the layers of the profiles that rotate as a group does. */
function layersDifference(found: readonly RopeProfile[], group: RecordedGroup): string | null {
  if (group.layers === null || found.some(({ layers }) => layers === null)) return null
  const layers = found.flatMap((profile) => profile.layers ?? []).sort((a, b) => a - b)
  return layers.join() === group.layers.join() ? null : `layers ${layers}, not ${group.layers}`
}

/** `agrees`, `refused: ...` or what is wrong. */
function judge({ groups }: RecordedType, json: Json): string {
  let profiles: readonly RopeProfile[]
  try {
    profiles = huggingFaceProfiles(json)
  } catch (error) {
    if (!RopeError.isInstance(error)) throw error
    return `refused: ${error.message}`
  }
  const rotating = profiles.filter(({ config, layers }) => config !== null && layers?.length !== 0)
  if (groups.length === 0 && rotating.length === 0) return 'agrees'
  if (groups.length === 0) return 'rotates, but the model does not'
  if (rotating.length === 0) return 'does not rotate, but the model does'
  const judged = groups.map((group) => {
    const differences = rotating.map((own) => difference(own.config as RopeConfig, group))
    const alike = rotating.filter((_, index) => differences[index] === null)
    return alike.length === 0 ? differences.join(' / ') : layersDifference(alike, group)
  })
  return judged.find((problem) => problem !== null) ?? 'agrees'
}

test('a type without a recorded rotation has no parameters for one', () => {
  const still = RECORDED_TYPES.filter(({ groups }) => groups.length === 0)
  expect(still.length).toBeGreaterThan(50)
  expect(still.filter(({ config }) => config.rope_parameters).map(({ type }) => type)).toEqual([])
})

describe.each(Object.entries(SPELLINGS))('%s', (name, spell) => {
  const cases = RECORDED_TYPES.flatMap((recorded) => {
    if (WITHOUT_TRUTH[name]?.includes(recorded.type)) return []
    const json = spell(recorded.config)
    return json === undefined ? [] : [{ type: recorded.type, verdict: judge(recorded, json) }]
  })
  const refused = cases.filter(({ verdict }) => verdict.startsWith('refused: '))
  const wrong = cases.filter(
    ({ verdict }) => verdict !== 'agrees' && !verdict.startsWith('refused: '),
  )

  test('none is wrong without a refusal', () => {
    expect(wrong).toEqual([])
  })

  test('refusals are known, with their reasons', () => {
    const unknown = refused.filter(({ type, verdict }) => !REFUSED[type]?.test(verdict))
    expect(unknown).toEqual([])
  })

  test('what transformers cannot use is refused', () => {
    for (const type of WITHOUT_TRUTH[name] ?? []) {
      const recorded = RECORDED_TYPES.find((own) => own.type === type) as RecordedType
      expect(judge(recorded, spell(recorded.config) as Json)).toMatch(/^refused: .*not to 64 pairs/)
    }
  })

  test('at least 97 % agree', () => {
    const agreed = cases.length - refused.length - wrong.length
    expect(cases.length).toBeGreaterThan(100)
    expect(agreed / cases.length).toBeGreaterThanOrEqual(0.97)
  })
})
