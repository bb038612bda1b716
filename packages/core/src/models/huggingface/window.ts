/**
 * The head of a config.json: how many channels it has, and which of them rotate.
 */
import { MOST_CHANNELS } from '../../limits.js'
import { SLIDING } from './layer-kinds.js'
import { headDimOfModelType, rotatesTail } from './model-types.js'
import { agree, failConfig, type Json, readCount, readPositive } from './parameters.js'
import { readType } from './read-schedule.js'

/** Which channels of a head rotate. */
export interface HeadWindow {
  readonly headDim: number
  readonly rotaryDim: number
  readonly windowOffset: number
}

/** The head's own keys, which differ between kinds of layers in Gemma 4 and MiMo. */
function statedHeadDim(config: Json, layer: string): number | undefined {
  const full = readCount(config.global_head_dim, 'global_head_dim')
  if (full !== undefined && layer !== SLIDING) return full
  const sliding = readCount(config.swa_head_dim, 'swa_head_dim')
  if (sliding !== undefined && layer === SLIDING) return sliding
  return readCount(config.head_dim, 'head_dim')
}

/** What follows is as long as a head is wide, so no wider one is let in. */
function checkHeadDim(headDim: number, field: string): number {
  if (headDim <= MOST_CHANNELS) return headDim
  return failConfig(
    field,
    `comes to ${headDim}; accepted: at most ${MOST_CHANNELS} channels per head`,
  )
}

function readHeadDim(config: Json, layer: string, warnings: string[]): number {
  return checkHeadDim(findHeadDim(config, layer, warnings), 'head_dim')
}

function findHeadDim(config: Json, layer: string, warnings: string[]): number {
  const given = statedHeadDim(config, layer)
  if (given !== undefined) return given
  const known = headDimOfModelType(config.model_type)
  if (known !== undefined) {
    warnings.push(`head_dim is missing; ${known}, the value in the model's code, is assumed`)
    return known
  }
  const hidden = readCount(
    agree([
      ['hidden_size', config.hidden_size],
      ['n_embd', config.n_embd],
    ]),
    'hidden_size',
  )
  const heads = readCount(
    agree([
      ['num_attention_heads', config.num_attention_heads],
      ['n_head', config.n_head],
    ]),
    'num_attention_heads',
  )
  if (hidden === undefined || heads === undefined) {
    return failConfig(
      'head_dim',
      'is missing, and so is hidden_size or num_attention_heads, from which it would follow; add head_dim',
    )
  }
  if (hidden % heads !== 0) {
    return failConfig(
      'hidden_size',
      `${hidden} is not a multiple of num_attention_heads ${heads}; correct one of them or add head_dim`,
    )
  }
  return hidden / heads
}

/** The share of the head that rotates, from whichever spelling is there. */
function readShare(config: Json, parameters: Json): number | undefined {
  const top: readonly (readonly [string, unknown])[] = [
    ['partial_rotary_factor', config.partial_rotary_factor],
    ['rotary_pct', config.rotary_pct],
    ['rope_pct', config.rope_pct],
    ['rope_percent', config.rope_percent],
  ]
  const { partial_rotary_factor: own } = parameters
  // Kinds of layers may differ from what the model says for all of them.
  const isShared = parameters === config.rope_parameters || parameters === config.rope_scaling
  const candidates = own !== undefined && !isShared ? [] : top
  const value = agree([['rope_parameters.partial_rotary_factor', own], ...candidates])
  return readPositive(value, 'partial_rotary_factor')
}

/**
 * Which channels of a head rotate.
 *
 * @throws RopeError INVALID_CONFIG when the keys are missing or contradict each other
 */
export function readWindow(
  config: Json,
  parameters: Json,
  layer: string,
  warnings: string[],
): HeadWindow {
  const rope = readCount(config.qk_rope_head_dim, 'qk_rope_head_dim')
  if (rotatesTail(config.model_type)) return tailWindow(config, parameters, layer, rope, warnings)
  if (rope !== undefined) return splitWindow(config, parameters, rope)
  const headDim = readHeadDim(config, layer, warnings)
  // The proportional type pairs across the whole head and reads the share itself.
  if (readType(parameters) === 'proportional') return whole(headDim)
  return leading(headDim, readRotaryDim(config, parameters, headDim))
}

function whole(headDim: number): HeadWindow {
  return leading(headDim, headDim)
}

function leading(headDim: number, rotaryDim: number): HeadWindow {
  return { headDim, rotaryDim: checkRotaryDim(rotaryDim, headDim), windowOffset: 0 }
}

/** DeepSeek V4: one head of which the last channels rotate. */
function tailWindow(
  config: Json,
  parameters: Json,
  layer: string,
  rope: number | undefined,
  warnings: string[],
): HeadWindow {
  const headDim = readHeadDim(config, layer, warnings)
  const share = readShare(config, parameters)
  const rotaryDim = rope ?? Math.floor(headDim * (share ?? 1))
  if (share !== undefined) checkSame(rotaryDim, headDim, share)
  checkRotaryDim(rotaryDim, headDim)
  return { headDim, rotaryDim, windowOffset: headDim - rotaryDim }
}

/**
 * Multi-head latent attention (DeepSeek V2 and V3, Kimi, Mistral 4): the part that rotates is a
 * tensor of its own, and that tensor is the head here.
 */
function splitWindow(config: Json, parameters: Json, rope: number): HeadWindow {
  const still = readCount(config.qk_nope_head_dim, 'qk_nope_head_dim')
  const share = readShare(config, parameters)
  if (share !== undefined && share !== 1 && still !== undefined)
    checkSame(rope, rope + still, share)
  return whole(checkHeadDim(rope, 'qk_rope_head_dim'))
}

function checkSame(rotaryDim: number, headDim: number, share: number): void {
  const wanted = Math.floor(headDim * share)
  if (wanted === rotaryDim) return
  failConfig(
    'partial_rotary_factor',
    `${share} of ${headDim} is ${wanted}, but ${rotaryDim} channels rotate; keep one of the two`,
  )
}

function readRotaryDim(config: Json, parameters: Json, headDim: number): number {
  const fixed = readCount(config.rotary_dim, 'rotary_dim')
  const share = readShare(config, parameters)
  if (fixed !== undefined && share !== undefined && fixed !== Math.floor(headDim * share)) {
    failConfig(
      'rotary_dim',
      `is ${fixed}, but partial_rotary_factor ${share} of ${headDim} is ${Math.floor(headDim * share)}; keep one of the two`,
    )
  }
  // The floor of a floating-point product, as Hugging Face computes it: int(192 * 0.334) is 64.
  return fixed ?? Math.floor(headDim * (share ?? 1))
}

function checkRotaryDim(rotaryDim: number, headDim: number): number {
  if (rotaryDim >= 2 && rotaryDim <= headDim && rotaryDim % 2 === 0) return rotaryDim
  return failConfig(
    'rotary_dim',
    `comes to ${rotaryDim} of head_dim ${headDim}; accepted: an even number from 2 to ${headDim}`,
  )
}
