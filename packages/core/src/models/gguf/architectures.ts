/**
 * What llama.cpp knows about an architecture and a GGUF file does not say: the pairing of the
 * file's weights, what some keys mean there, and where its graphs differ from the model's own code,
 * whose facts come from the one table of models. Read from llama.cpp 3f545becc (`llama_model_rope_type` and the loaders of the models).
 *
 * The pairing is that of the weights in the file. Converters permute the q and k projections of
 * models such as Llama from half, which the Hugging Face checkpoint has, to interleaved.
 */
import type { PairingName } from '../../contract/pairing.js'
import { knownModelTypes, modelFacts } from '../known-models.js'
import type { ModelFacts } from '../model-facts.js'

/** How an architecture turns its heads; `mrope` is half, with sections for time, row and column. */
export type GgufRopeKind = 'interleaved' | 'half' | 'mrope' | 'imrope' | 'none'

const INTERLEAVED: readonly string[] = [
  ...['llama', 'llada', 'llama4', 'deci', 'baichuan', 'starcoder', 'internlm2', 'minicpm'],
  ...['xverse', 'command-r', 'cohere2', 'cohere2moe', 'olmo', 'arctic', 'deepseek', 'deepseek2'],
  ...['deepseek32', 'deepseek4', 'muse-glimmer', 'plm', 'chatglm', 'granite'],
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
  // The switch says NORM, but its graph asks for NEOX by itself.
  ...['glm4moe', 'hunyuan_vl', 'deepseek2-ocr'],
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

/** Graphs that hand no factor tensor to their rotations: one in the file would change nothing. */
const WITHOUT_FACTORS: readonly string[] = [
  ...['gpt-oss', 'qwen', 'qwen2', 'qwen2moe', 'qwen3', 'qwen3moe', 'falcon', 'gptneox'],
  ...['stablelm', 'phi2', 'starcoder2', 'olmo2', 'olmoe', 'internlm2', 'gemma', 'gemma2', 'gemma3'],
  ...['gemma3n', 'chatglm', 'glm4', 'glm4moe', 'deepseek2', 'command-r', 'xverse', 'orion'],
  ...['plamo', 'openelm', 'bitnet', 'nemotron', 'dbrx', 'grok', 'arctic', 'baichuan', 'codeshell'],
]

/** Whether llama.cpp's graph of an architecture is known to leave factor tensors unused. */
export function ignoresFactors(architecture: string): boolean {
  return WITHOUT_FACTORS.includes(architecture)
}

/** The facts about an architecture that are not its pairing. */
export interface ArchitectureFacts {
  /** No layer rotates, whatever llama.cpp's table of kinds says. */
  readonly still: boolean
  /** `rope.scaling.finetuned: false` means that no layer rotates (Granite). */
  readonly finetunedMeansRope: boolean
  /** A model of so many layers has ALiBi instead of a rotation (Baichuan 13B); null for none. */
  readonly stillAtLayers: number | null
  /** The rotating part of a head is a tensor of its own (multi-head latent attention). */
  readonly splitsHead: boolean
  /** The graph turns embedding_length / head_count channels plainly, whatever the file says of RoPE. */
  readonly isPlain: boolean
  /** The last channels rotate. */
  readonly rotatesTail: boolean
  /** `yarn_log_multiplier` holds this share of `mscale_all_dim`: 0.1 or 1. */
  readonly logMultiplierShare: number
  /** YaRN's `mscale` is taken to equal `mscale_all_dim` instead of 1. */
  readonly mscaleIsAllDim: boolean
  /** The softmax scale is g(factor, mscale_all_dim)^2. */
  readonly scalesSoftmax: boolean
  /** YaRN's ends of the ramp are whole pairs; the model of gpt-oss has others. */
  readonly truncates: boolean
  /** Pairs per axis where the file does not say, if the model's code does. */
  readonly sections: readonly number[] | null
  /** Every how many layers one attends, where all others are recurrent; null for all. */
  readonly attendsEvery: number | null
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
  still: false,
  finetunedMeansRope: false,
  stillAtLayers: null,
  splitsHead: false,
  isPlain: false,
  rotatesTail: false,
  logMultiplierShare: 1,
  mscaleIsAllDim: false,
  scalesSoftmax: false,
  truncates: true,
  sections: null,
  attendsEvery: null,
  rotatesSlidingOnly: false,
  nopeInterval: null,
  slidingBase: null,
  fullInterval: null,
  fullFirst: false,
}

// Two converters write 0.1 mscale_all_dim and their loaders divide it out; the third (mistral3)
// writes mscale_all_dim itself.
const TENTH: Partial<ArchitectureFacts> = { logMultiplierShare: 0.1 }
const GRANITE: Partial<ArchitectureFacts> = { finetunedMeansRope: true }

/** What llama.cpp's loaders do that the model's own code does not say. */
const LOADERS: Readonly<Record<string, Partial<ArchitectureFacts>>> = {
  deepseek2: { ...TENTH, mscaleIsAllDim: true, splitsHead: true, scalesSoftmax: true },
  'deepseek2-ocr': { isPlain: true },
  deepseek32: TENTH,
  mistral4: TENTH,
  'glm-dsa': TENTH,
  plm: { splitsHead: true },
  // Their graphs add learned positions, or none.
  bert: { still: true },
  starcoder: { still: true },
  baichuan: { stillAtLayers: 40 },
  granite: GRANITE,
  granitemoe: GRANITE,
  granitehybrid: GRANITE,
  'granite-switch': GRANITE,
  'granite-swa': GRANITE,
  // One layer of four does not rotate, with a window or without one.
  afmoe: { nopeInterval: 4, rotatesSlidingOnly: false },
  smallthinker: { rotatesSlidingOnly: true, fullInterval: 4, fullFirst: true },
  cohere2moe: { fullFirst: true },
  gemma3: { slidingBase: 10000 },
  gemma3n: { slidingBase: 10000 },
  'gemma-embedding': { slidingBase: 10000 },
  olmo2: { slidingBase: 'own', fullInterval: 4 },
  'modern-bert': { slidingBase: 10000 },
}

/** Model types behind architectures whose names do not say them. */
const MODELS: Readonly<Record<string, string>> = {
  deepseek32: 'deepseek_v32',
  deepseek4: 'deepseek_v4',
  'glm-dsa': 'glm_moe_dsa',
  cohere2moe: 'cohere2_moe',
  'gemma-embedding': 'gemma3',
  granitehybrid: 'granitemoe',
  hunyuan_vl: 'hunyuan_v1_dense',
  paddleocr: 'paddleocr_vl',
}

const plain = (name: string): string => name.replaceAll(/[-_.]/g, '')

let plainTypes: ReadonlyMap<string, string> | undefined

/** The known model type of a name without signs. */
function typeOfPlain(name: string): string | undefined {
  plainTypes ??= new Map(knownModelTypes().map((type) => [plain(type), type]))
  return plainTypes.get(name)
}

/** `exaone-moe`, `qwen3next` and `qwen2vl` are exaone_moe, qwen3_next and qwen2_vl_text. */
function modelOf(architecture: string): ModelFacts {
  const stated = Object.hasOwn(MODELS, architecture) ? MODELS[architecture] : undefined
  const known = modelFacts(stated ?? architecture)
  if (known !== undefined) return known
  const name = plain(architecture)
  return modelFacts(typeOfPlain(name) ?? typeOfPlain(`${name}text`)) ?? {}
}

/** What the table of models says about an architecture, in llama.cpp's terms. */
function shared(facts: ModelFacts): Partial<ArchitectureFacts> {
  const full = facts.kinds?.indexOf('full_attention') ?? -1
  const isPlain =
    full >= 0 && facts.kinds?.every((kind, i) => i === full || kind !== 'full_attention')
  return {
    splitsHead: facts.latent !== undefined,
    rotatesTail: facts.tail === true,
    scalesSoftmax: facts.scalesSoftmax === true,
    truncates: facts.rope?.truncate !== false,
    sections: facts.sections ?? null,
    attendsEvery: facts.kinds?.[0] === 'linear_attention' ? facts.kinds.length : null,
    rotatesSlidingOnly: facts.stillKinds?.includes('full_attention') === true,
    nopeInterval: facts.stillEvery ?? null,
    ...(isPlain ? { fullInterval: facts.kinds?.length ?? null, fullFirst: full === 0 } : {}),
  }
}

/**
 * What is known about an architecture besides its pairing: what the table of models says, which the
 * reader of config.json uses too, and what llama.cpp adds to it.
 */
export function architectureFacts(architecture: string): ArchitectureFacts {
  const own = Object.hasOwn(LOADERS, architecture) ? LOADERS[architecture] : undefined
  return { ...USUAL, ...shared(modelOf(architecture)), ...own }
}
