/**
 * What llama.cpp knows about an architecture and a GGUF file does not say: the pairing of the
 * file's weights, which layers rotate, and what some keys mean there. Read from llama.cpp
 * 3f545becc (`llama_model_rope_type` and the loaders of the models).
 *
 * The pairing is that of the weights in the file. Converters permute the q and k projections of
 * models such as Llama from half, which the Hugging Face checkpoint has, to interleaved.
 */
import type { PairingName } from '../../contract/pairing.js'

/** How an architecture turns its heads; `mrope` is half, with sections for time, row and column. */
export type GgufRopeKind = 'interleaved' | 'half' | 'mrope' | 'imrope' | 'none'

const INTERLEAVED: readonly string[] = [
  ...['llama', 'llada', 'llama4', 'deci', 'baichuan', 'starcoder', 'internlm2', 'minicpm'],
  ...['xverse', 'command-r', 'cohere2', 'cohere2moe', 'olmo', 'arctic', 'deepseek', 'deepseek2'],
  ...['deepseek2-ocr', 'deepseek32', 'deepseek4', 'muse-glimmer', 'plm', 'chatglm', 'granite'],
  ...['granitemoe', 'granitehybrid', 'granite-switch', 'granite-swa', 'chameleon', 'bailingmoe'],
  ...['bailingmoe3', 'neo-bert', 'smollm3', 'arcee', 'ernie4_5', 'ernie4_5-moe', 'mistral3'],
  ...['mistral4', 'eagle3', 'llama-embed', 'maincoder', 'glm-dsa', 'dots3note', 'nanbeige'],
  ...['pockettts', 'glm4', 'dflash'],
]

const HALF: readonly string[] = [
  ...['falcon', 'falcon-h1', 'grok', 'dbrx', 'bert', 'jina-bert-v3', 'modern-bert', 'nomic-bert'],
  ...['nomic-bert-moe', 'eurobert', 'stablelm', 'bitnet', 'qwen', 'qwen2', 'dream', 'qwen2moe'],
  ...['qwen3', 'qwen3moe', 'qwen3next', 'llada-moe', 'rnd1', 'olmo2', 'olmoe', 'phi2', 'phi3'],
  ...['phimoe', 'plamo', 'plamo2', 'plamo3', 'gemma', 'gemma2', 'gemma3', 'gemma3n', 'gemma4'],
  ...['gemma4-assistant', 'gemma-embedding', 'starcoder2', 'openelm', 'gptneox', 'codeshell'],
  ...['orion', 'nemotron', 'exaone', 'exaone4', 'exaone-moe', 'minicpm3', 'bailingmoe2', 'dots1'],
  ...['hunyuan-moe', 'hunyuan-dense', 'hy_v3', 'jais2', 'gpt-oss', 'lfm2', 'lfm2moe'],
  ...['smallthinker', 'seed_oss', 'grovemoe', 'apertus', 'minimax-01', 'minimax-m2', 'minimax-m3'],
  ...['cogvlm', 'pangu-embedded', 'afmoe', 'laguna', 'mimo2', 'step35', 'talkie', 'mellum'],
  ...['glm4moe', 'hunyuan_vl'],
]

const SECTIONS: readonly string[] = ['qwen2vl', 'paddleocr']
/** These turn in sections when the file has them, and have weights permuted for it. */
const SECTIONS_IF_GIVEN: readonly string[] = ['glm4', 'glm4moe', 'hunyuan_vl']
const INTERLEAVED_SECTIONS: readonly string[] = [
  ...['qwen3vl', 'qwen3vlmoe', 'qwen35', 'qwen35moe', 'qwen3tts'],
]

const NONE: readonly string[] = [
  ...['clip', 'gpt2', 'gptj', 'mpt', 'refact', 'bloom', 'mamba', 'mamba2', 'jamba'],
  ...['jina-bert-v2', 't5', 't5encoder', 'jais', 'rwkv6', 'rwkv6qwen2', 'rwkv7', 'arwkv7'],
  ...['wavtokenizer-dec', 'nemotron_h', 'nemotron_h_moe', 'kimi-linear', 'kimi-k3'],
]

/** Every architecture in the table. */
export const GGUF_ARCHITECTURES: readonly string[] = [
  ...[...INTERLEAVED, ...HALF, ...SECTIONS, ...INTERLEAVED_SECTIONS, ...NONE],
]

/**
 * How an architecture turns its heads; undefined when it is not in the table.
 *
 * @param hasSections whether the file has `rope.dimension_sections`
 */
export function ggufRopeKind(architecture: string, hasSections: boolean): GgufRopeKind | undefined {
  if (hasSections && SECTIONS_IF_GIVEN.includes(architecture)) return 'mrope'
  if (INTERLEAVED.includes(architecture)) return 'interleaved'
  if (HALF.includes(architecture)) return 'half'
  if (SECTIONS.includes(architecture)) return 'mrope'
  if (INTERLEAVED_SECTIONS.includes(architecture)) return 'imrope'
  return NONE.includes(architecture) ? 'none' : undefined
}

/** The pairing of the weights in a file. */
export function pairingOfKind(kind: Exclude<GgufRopeKind, 'none'>): PairingName {
  return kind === 'interleaved' ? 'interleaved' : 'half'
}

/** The facts about an architecture that are not its pairing. */
export interface ArchitectureFacts {
  /** The rotating part of a head is a tensor of its own (multi-head latent attention). */
  readonly splitsHead: boolean
  /** The last channels rotate. */
  readonly rotatesTail: boolean
  /** `yarn_log_multiplier` holds this share of `mscale_all_dim`: 0.1 or 1. */
  readonly logMultiplierShare: number
  /** YaRN's `mscale` is taken to equal `mscale_all_dim` instead of 1. */
  readonly mscaleIsAllDim: boolean
  /** The softmax scale is g(factor, mscale_all_dim)^2. */
  readonly scalesSoftmax: boolean
  /** Only the layers with a sliding window rotate. */
  readonly rotatesSlidingOnly: boolean
  /** Every how many layers one does not rotate; null for none. */
  readonly nopeInterval: number | null
  /** Sliding layers have this base when the file does not say; `own` for the model's. */
  readonly slidingBase: number | 'own' | null
  /** Every how many layers one has full attention, when the file does not say. */
  readonly fullInterval: number | null
  /** Counts from the first layer of each group instead of up to its last. */
  readonly fullFirst: boolean
}

const USUAL: ArchitectureFacts = {
  splitsHead: false,
  rotatesTail: false,
  logMultiplierShare: 1,
  mscaleIsAllDim: false,
  scalesSoftmax: false,
  rotatesSlidingOnly: false,
  nopeInterval: null,
  slidingBase: null,
  fullInterval: null,
  fullFirst: false,
}

// Two converters write 0.1 mscale_all_dim and their loaders divide it out; the third (mistral3)
// writes mscale_all_dim itself.
const LATENT: Partial<ArchitectureFacts> = {
  splitsHead: true,
  logMultiplierShare: 0.1,
  scalesSoftmax: true,
}

const FACTS: Readonly<Record<string, Partial<ArchitectureFacts>>> = {
  deepseek2: { ...LATENT, mscaleIsAllDim: true },
  'deepseek2-ocr': LATENT,
  deepseek32: LATENT,
  mistral4: LATENT,
  'glm-dsa': LATENT,
  minicpm3: { splitsHead: true },
  plm: { splitsHead: true },
  deepseek4: { rotatesTail: true },
  cohere2: { rotatesSlidingOnly: true, fullInterval: 4 },
  cohere2moe: { rotatesSlidingOnly: true, fullInterval: 4, fullFirst: true },
  exaone4: { rotatesSlidingOnly: true, fullInterval: 4 },
  llama4: { nopeInterval: 4 },
  smollm3: { nopeInterval: 4 },
  gemma3: { slidingBase: 10000, fullInterval: 6 },
  gemma3n: { slidingBase: 10000, fullInterval: 5 },
  'gemma-embedding': { slidingBase: 10000, fullInterval: 6 },
  olmo2: { slidingBase: 'own', fullInterval: 4 },
  'modern-bert': { slidingBase: 10000, fullInterval: 3, fullFirst: true },
}

/** What is known about an architecture besides its pairing. */
export function architectureFacts(architecture: string): ArchitectureFacts {
  const own = Object.hasOwn(FACTS, architecture) ? FACTS[architecture] : undefined
  return { ...USUAL, ...own }
}
