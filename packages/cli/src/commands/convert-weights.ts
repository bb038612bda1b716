/**
 * Which tensors of a checkpoint `rope convert --weights` permutes, and how: the rows of q and k
 * projections, their biases, their norms over a head's channels, and the outer half of their LoRA
 * pairs. Rows move whole, as bytes, so every dtype will do, and quantised blocks too, since ggml
 * quantises along rows.
 */
import { type PairingName, type RopeConfig, RopeError } from '@rope/core'
import { permutePairing } from '@rope/core/weights'
import { quoted } from '../format/text.js'
import type { ModelConfig } from '../profiles.js'

/** A tensor of a checkpoint, whatever its format. */
export interface WeightTensor {
  readonly name: string
  /** Sizes from the outermost axis. */
  readonly shape: readonly number[]
  readonly byteOffset: number
  readonly byteLength: number
}

/** A tensor to permute. */
export interface PermutedTensor {
  readonly tensor: WeightTensor
  readonly part: 'q' | 'k'
  readonly heads: number
  readonly config: RopeConfig
}

/** The module of a q or k projection in the checkpoints of Hugging Face, Meta and llama.cpp. */
const PART =
  /(?:^|[._])(?:(?:self_attn|attention|attn)[._])?(?:(q_proj|wq|attn_q|q_norm|attn_q_norm|query)|(k_proj|wk|attn_k|k_norm|attn_k_norm|key))$/
/** What follows the module: the inner half of a LoRA pair (A, down) is not permuted. */
const OWN = /^(.*?)\.(weight|bias|lora_B(?:\.[\w-]+)?\.weight|lora_B|lora_up\.weight)$/
/** One matrix for q, k and v, or for parts of heads: which rows are q is not in the name. */
const FUSED =
  /(query_key_value|qkv_proj|qkv|Wqkv|c_attn|attn_qkv|kv_a_proj_with_mqa|attn_kv_a_mqa|q_b_proj|attn_q_b)\.(weight|bias)$/
/** Scales beside a weight, whose blocks may span rows. */
const SCALES = /^(.*)\.(qweight|qzeros|scales|weight_scale\w*|weight_packed)$/
const LAYER = /(?:^|[._])(?:layers?|blk|h|blocks)[._](\d+)[._]/

/** q or k, for a tensor whose rows are channels of heads; null for any other. */
export function partOf(name: string): 'q' | 'k' | null {
  const module = OWN.exec(name)?.[1]
  const found = module === undefined ? null : PART.exec(module)
  if (found === null) return null
  return found[1] === undefined ? 'k' : 'q'
}

/**
 * The tensors to permute.
 *
 * @param names exactly these; every q and k tensor when undefined
 * @throws RopeError INVALID_TENSOR for one that cannot be permuted, since a checkpoint of which half
 *   was permuted would be worse than none; INVALID_OPTION for an unknown name
 */
export function selectWeights(
  tensors: readonly WeightTensor[],
  model: ModelConfig,
  names: readonly string[] | undefined,
): readonly PermutedTensor[] {
  const unknown = names?.find((name) => !tensors.some((tensor) => tensor.name === name))
  if (unknown !== undefined) {
    const problem = `--tensors: the file has no tensor ${quoted(unknown)}`
    throw new RopeError('INVALID_OPTION', problem, { field: '--tensors' })
  }
  if (names === undefined) for (const { name } of tensors) checkPlain(name)
  const selected = tensors.flatMap((tensor): readonly PermutedTensor[] => {
    if (names !== undefined && !names.includes(tensor.name)) return []
    const part = partOf(tensor.name)
    if (part === null && names === undefined) return []
    if (part === null) throw refuse(tensor.name, 'is not named like a q or k projection; rename it')
    const config = configOf(tensor.name, model)
    return config === null ? [] : [checkRows(tensor, part, config, model)]
  })
  if (selected.length > 0) return selected
  const wanted = 'names such as self_attn.q_proj.weight, attention.wk.weight or blk.0.attn_q.weight'
  throw new RopeError(
    'INVALID_TENSOR',
    `nothing to permute: no tensor is a q or k projection (${wanted})`,
    {
      field: '--weights',
    },
  )
}

function checkPlain(name: string): void {
  if (FUSED.test(name)) {
    throw refuse(name, 'is a fused projection; split it into q and k first')
  }
  const module = SCALES.exec(name)?.[1]
  if (module !== undefined && PART.test(module)) {
    throw refuse(name, 'belongs to a quantised projection; dequantise it, or use a GGUF file')
  }
}

/** The config of the layer a tensor belongs to; null when that layer does not rotate. */
function configOf(name: string, { profiles, source }: ModelConfig): RopeConfig | null {
  const layer = Number(LAYER.exec(name)?.[1] ?? Number.NaN)
  const own = profiles.find(({ layers }) => layers?.includes(layer))
  if (own !== undefined) return own.config
  const rotating = profiles.flatMap(({ config }) => (config === null ? [] : [config]))
  const [first] = rotating
  if (first === undefined) throw refuse(name, `cannot be permuted: nothing of ${source} rotates`)
  const isAlike = rotating.every((config) => windowOf(config) === windowOf(first))
  if (isAlike) return first
  throw refuse(name, `is of a layer whose kind ${source} does not say, and the kinds differ`)
}

function windowOf({ headDim, rotaryDim, windowOffset, pairing }: RopeConfig): string {
  return JSON.stringify([headDim, rotaryDim, windowOffset, pairing])
}

function checkRows(
  tensor: WeightTensor,
  part: 'q' | 'k',
  config: RopeConfig,
  model: ModelConfig,
): PermutedTensor {
  const { name, shape, byteLength } = tensor
  if (byteLength < 0) throw refuse(name, 'has a ggml type whose rows do not lie one after another')
  const rows = shape[0] ?? 0
  const { headDim } = config
  const given = model.heads[part]
  const isNorm = shape.length === 1 && rows === headDim
  const fits = isNorm || (given === null ? rows % headDim === 0 : rows === given * headDim)
  if (shape.length > 2 || rows === 0 || !fits || byteLength % rows !== 0) {
    const wanted = given === null ? `a multiple of ${headDim}` : `${given} heads of ${headDim}`
    throw refuse(name, `has shape [${shape.join(', ')}]; its rows should be ${wanted}`)
  }
  return { tensor, part, heads: rows / headDim, config }
}

/** Permutes the rows of every selected tensor, in place. */
export function permuteWeights(
  bytes: Uint8Array,
  selected: readonly PermutedTensor[],
  to: PairingName,
): void {
  for (const { tensor, heads, config } of selected) {
    const { headDim, rotaryDim, windowOffset, pairing: from } = config
    const { byteOffset, byteLength } = tensor
    const rows = bytes.subarray(byteOffset, byteOffset + byteLength)
    rows.set(permutePairing(rows, { from, to, heads, headDim, rotaryDim, windowOffset }))
  }
}

function refuse(name: string, problem: string): RopeError {
  return new RopeError('INVALID_TENSOR', `tensor ${quoted(name)} ${problem}`, { field: name })
}
