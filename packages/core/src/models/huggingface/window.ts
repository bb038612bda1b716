/**
 * The head of a config.json: how many channels it has, and which of them rotate.
 */
import { MOST_CHANNELS } from '../../limits.js'
import { assumeFromCode } from '../notes.js'
import { COUNT_KEYS, HEAD_KEYS, ROTARY_DIM_KEYS, SHARE_KEYS, WIDTH_KEYS } from './keys.js'
import { ownSettings, SLIDING } from './layer-kinds.js'
import type { LayerSource } from './layer-source.js'
import { agree, failConfig, isPerLayer, type Json, readCount, readPositive } from './parameters.js'
import { readType } from './read-schedule.js'

/** Which channels of a head rotate. */
export interface HeadWindow {
  readonly headDim: number
  readonly rotaryDim: number
  readonly windowOffset: number
}

/** The head's own keys, which differ between kinds of layers in Gemma 4 and MiMo. */
function statedHeadDim({ config, facts, name, layers }: LayerSource): number | undefined {
  const own = ownHeadDim(config, layers)
  if (own !== undefined) return own
  const full = readCount(config.global_head_dim, 'global_head_dim')
  if (full !== undefined && name !== SLIDING) return full
  const sliding = readCount(config.swa_head_dim, 'swa_head_dim')
  if (sliding !== undefined && name === SLIDING) return sliding
  const wider = facts.headDims?.[name]
  if (wider !== undefined && config.per_layer_config === undefined) return wider
  // The channels per head of a model that widens are not those of its attention.
  const keys = facts.widens === undefined ? HEAD_KEYS : HEAD_KEYS.slice(0, 2)
  const key = keys.find((own) => (config[own] ?? null) !== null)
  return key === undefined ? undefined : readCount(config[key], key)
}

/** `per_layer_config`: what the layers of this kind state; they must agree. */
function ownHeadDim(config: Json, layers: readonly number[] | null): number | undefined {
  const stated = (layers ?? []).map((layer) => {
    const field = `per_layer_config.${layer}.head_dim`
    return [field, readCount(ownSettings(config, layer).head_dim, field)] as const
  })
  return agree(stated) as number | undefined
}

/** What follows is as long as a head is wide, so no wider one is let in. */
function checkHeadDim(headDim: number, field: string): number {
  if (headDim <= MOST_CHANNELS) return headDim
  return failConfig(
    field,
    `comes to ${headDim}; accepted: at most ${MOST_CHANNELS} channels per head`,
  )
}

function readHeadDim(source: LayerSource): number {
  return checkHeadDim(findHeadDim(source), 'head_dim')
}

function findHeadDim(source: LayerSource): number {
  const { config, facts, notes } = source
  const given = statedHeadDim(source)
  if (given !== undefined) return given
  if (facts.headDim !== undefined) {
    assumeFromCode(notes, 'head_dim', facts.headDim, config.model_type)
    return facts.headDim
  }
  const hidden = readFirst(config, WIDTH_KEYS)
  const heads = readFirst(config, COUNT_KEYS)
  if (hidden === undefined || heads === undefined) {
    return failConfig(
      'head_dim',
      'is missing, and so is hidden_size or num_attention_heads: add head_dim',
    )
  }
  if (hidden % heads !== 0) {
    return failConfig(
      'hidden_size',
      `${hidden} is not a multiple of num_attention_heads ${heads}; correct one of them or add head_dim`,
    )
  }
  const { widens = 1 } = facts
  const headDim = (widens * hidden) / heads
  if (widens > 1) assumeFromCode(notes, 'attention_head_dim', headDim, config.model_type)
  return headDim
}

function readFirst(config: Json, keys: readonly string[]): number | undefined {
  return readCount(agree(keys.map((key) => [key, config[key]] as const)), keys[0] as string)
}

/** The share of the head that rotates, from whichever spelling is there. */
function statedShare({ config, parameters }: LayerSource): number | undefined {
  const top = SHARE_KEYS.map((key) => [key, config[key]] as const)
  const { partial_rotary_factor: own } = parameters
  // Kinds of layers may differ from what the model says for all of them.
  const isShared = parameters === config.rope_parameters || parameters === config.rope_scaling
  const candidates = own !== undefined && !isShared ? [] : top
  const value = agree([['rope_parameters.partial_rotary_factor', own], ...candidates])
  return readPositive(value, 'partial_rotary_factor')
}

function shareOfCode({ config, facts, notes }: LayerSource): number | undefined {
  const { rope } = facts
  const share = rope === undefined || isPerLayer(rope) ? undefined : rope.partial_rotary_factor
  if (typeof share !== 'number') return undefined
  assumeFromCode(notes, 'partial_rotary_factor', share, config.model_type)
  return share
}

/**
 * Which channels of a head rotate.
 *
 * @throws RopeError INVALID_CONFIG when the keys are missing or contradict each other
 */
export function readWindow(source: LayerSource): HeadWindow {
  const { config, facts, parameters } = source
  if (facts.tail) return tailWindow(source)
  const rope = latentWidth(source)
  if (rope !== undefined) return splitWindow(source, rope)
  const headDim = readHeadDim(source)
  // The proportional type pairs across the whole head and reads the share itself.
  if (readType(parameters) === 'proportional') return whole(headDim)
  return leading(headDim, readRotaryDim(source, headDim, config))
}

/**
 * The channels over which attention takes the product of q and k: its softmax scale starts from
 * 1/sqrt of them. With latent attention they are the rotating and the other ones together.
 */
export function attentionWidth({ config, facts }: LayerSource, headDim: number): number {
  const rope = readCount(config.qk_rope_head_dim, 'qk_rope_head_dim') ?? facts.latent?.[0]
  if (facts.tail || rope === undefined) return headDim
  const still = readCount(config.qk_nope_head_dim, 'qk_nope_head_dim') ?? facts.latent?.[1]
  return readCount(config.qk_head_dim, 'qk_head_dim') ?? rope + (still ?? 0)
}

function latentWidth({ config, facts, notes, layers }: LayerSource): number | undefined {
  const field = 'qk_rope_head_dim'
  const own = (layers ?? []).map((layer) => {
    const path = `per_layer_config.${layer}.${field}`
    return [path, readCount(ownSettings(config, layer)[field], path)] as const
  })
  const stated = agree(own) ?? readCount(config[field], field)
  if (typeof stated === 'number' || facts.latent === undefined) return stated as number | undefined
  assumeFromCode(notes, field, facts.latent[0], config.model_type)
  return facts.latent[0]
}

function whole(headDim: number): HeadWindow {
  return leading(headDim, headDim)
}

function leading(headDim: number, rotaryDim: number): HeadWindow {
  return { headDim, rotaryDim: checkRotaryDim(rotaryDim, headDim), windowOffset: 0 }
}

/** DeepSeek V4: one head of which the last channels rotate. */
function tailWindow(source: LayerSource): HeadWindow {
  const { config } = source
  const rope = readCount(config.qk_rope_head_dim, 'qk_rope_head_dim')
  const headDim = readHeadDim(source)
  const share = statedShare(source)
  const rotaryDim = rope ?? Math.floor(headDim * (share ?? shareOfCode(source) ?? 1))
  if (share !== undefined) checkShare(share, rotaryDim, [headDim])
  checkRotaryDim(rotaryDim, headDim)
  return { headDim, rotaryDim, windowOffset: headDim - rotaryDim }
}

/**
 * Multi-head latent attention (DeepSeek V2 and V3, Kimi, Mistral 4): the part that rotates is a
 * tensor of its own, and that tensor is the head here. A share may be of q's whole head, or of the
 * head that `head_dim` states.
 */
function splitWindow(source: LayerSource, rope: number): HeadWindow {
  const { config } = source
  const heads = HEAD_KEYS.map((key) => readCount(config[key], key))
  const share = statedShare(source)
  const whole = [attentionWidth(source, rope), ...heads].filter((width) => width !== undefined)
  if (share !== undefined && share !== 1) checkShare(share, rope, whole)
  return leading(checkHeadDim(rope, 'qk_rope_head_dim'), rope)
}

function checkShare(share: number, rotaryDim: number, heads: readonly number[]): void {
  if (heads.some((headDim) => Math.floor(headDim * share) === rotaryDim)) return
  const found = heads.map((headDim) => `${share} of ${headDim} is ${Math.floor(headDim * share)}`)
  failConfig(
    'partial_rotary_factor',
    `${found.join(', ')}, but ${rotaryDim} channels rotate; keep one of the two`,
  )
}

function readRotaryDim(source: LayerSource, headDim: number, config: Json): number {
  const fixed = readFirst(config, ROTARY_DIM_KEYS)
  const share = statedShare(source)
  if (fixed !== undefined && share !== undefined && fixed !== Math.floor(headDim * share)) {
    failConfig(
      'rotary_dim',
      `is ${fixed}, but partial_rotary_factor ${share} of ${headDim} is ${Math.floor(headDim * share)}; keep one of the two`,
    )
  }
  if (fixed !== undefined && share === undefined && !isUnread(source, fixed, headDim)) return fixed
  // The floor of a floating-point product, as Hugging Face computes it: int(192 * 0.334) is 64.
  if (share !== undefined) return Math.floor(headDim * share)
  return rotaryDimOfCode(source, headDim)
}

/** Whether the model's code looks at the share alone; the number in the file is then said to be unread. */
function isUnread({ facts, notes }: LayerSource, fixed: number, headDim: number): boolean {
  if (!facts.sharesOnly) return false
  const problem = "is not read by the model's code, which takes partial_rotary_factor alone"
  if (fixed !== headDim) notes.warnings.push(`rotary_dim ${fixed} ${problem}`)
  return true
}

/** GPT-J's code counts channels (null in the file means all of them), other models' give a share. */
function rotaryDimOfCode(source: LayerSource, headDim: number): number {
  const { config, facts, notes } = source
  if (facts.rotaryDim !== undefined && config.rotary_dim === undefined) {
    assumeFromCode(notes, 'rotary_dim', facts.rotaryDim, config.model_type)
    return facts.rotaryDim
  }
  return Math.floor(headDim * (shareOfCode(source) ?? 1))
}

function checkRotaryDim(rotaryDim: number, headDim: number): number {
  if (rotaryDim >= 2 && rotaryDim <= headDim && rotaryDim % 2 === 0) return rotaryDim
  return failConfig(
    'rotary_dim',
    `comes to ${rotaryDim} of head_dim ${headDim}; accepted: an even number from 2 to ${headDim}`,
  )
}
