/**
 * What llama.cpp's `llama_model_rope_type` answers for each architecture, by the names of its enum
 * LLM_ARCH_*; read off src/llama-model.cpp at commit 3f545becc.
 */

/** LLAMA_ROPE_TYPE_NORM: neighbours are pairs. */
export const NORM: readonly string[] = [
  ...['LLAMA', 'LLADA', 'LLAMA4', 'DECI', 'BAICHUAN', 'STARCODER', 'INTERNLM2', 'MINICPM'],
  ...['XVERSE', 'COMMAND_R', 'COHERE2', 'COHERE2MOE', 'OLMO', 'ARCTIC', 'DEEPSEEK'],
  ...['DEEPSEEK2', 'DEEPSEEK32', 'DEEPSEEK4', 'MUSE_GLIMMER', 'PLM'],
  ...['CHATGLM', 'GRANITE', 'GRANITE_MOE', 'GRANITE_HYBRID', 'GRANITE_SWITCH', 'GRANITE_SWA'],
  ...['CHAMELEON', 'BAILINGMOE', 'BAILINGMOE3', 'NEO_BERT', 'SMOLLM3', 'ARCEE', 'ERNIE4_5'],
  ...['ERNIE4_5_MOE', 'MISTRAL3', 'MISTRAL4', 'EAGLE3', 'LLAMA_EMBED', 'MAINCODER'],
  ...['GLM_DSA', 'DOTS3NOTE', 'NANBEIGE', 'POCKETTTS'],
]

/** NORM without `rope.dimension_sections`, MROPE with them. */
export const NORM_OR_SECTIONS: readonly string[] = ['GLM4']

/** DFLASH on DeepSeek V4, the one that has RoPE of its own. */
export const DRAFT_NORM: readonly string[] = ['DFLASH']

/** LLAMA_ROPE_TYPE_NEOX: pairs are half a head apart. */
export const NEOX: readonly string[] = [
  ...['FALCON', 'FALCON_H1', 'GROK', 'DBRX', 'BERT', 'JINA_BERT_V3', 'MODERN_BERT'],
  ...['NOMIC_BERT', 'NOMIC_BERT_MOE', 'EUROBERT', 'STABLELM', 'BITNET', 'QWEN', 'QWEN2'],
  ...['DREAM', 'QWEN2MOE', 'QWEN3', 'QWEN3MOE', 'QWEN3NEXT', 'LLADA_MOE', 'RND1', 'OLMO2'],
  ...['OLMOE', 'PHI2', 'PHI3', 'PHIMOE', 'PLAMO', 'PLAMO2', 'PLAMO3', 'GEMMA', 'GEMMA2'],
  ...['GEMMA3', 'GEMMA3N', 'GEMMA4', 'GEMMA4_ASSISTANT', 'GEMMA_EMBEDDING', 'STARCODER2'],
  ...['OPENELM', 'GPTNEOX', 'CODESHELL', 'ORION', 'NEMOTRON', 'EXAONE', 'EXAONE4'],
  ...['EXAONE_MOE', 'MINICPM3', 'BAILINGMOE2', 'DOTS1', 'HUNYUAN_MOE', 'HUNYUAN_DENSE'],
  ...['HY_V3', 'JAIS2', 'OPENAI_MOE', 'LFM2', 'LFM2MOE', 'SMALLTHINKER', 'SEED_OSS'],
  ...['GROVEMOE', 'APERTUS', 'MINIMAX_01', 'MINIMAX_M2', 'MINIMAX_M3', 'COGVLM'],
  ...['PANGU_EMBED', 'AFMOE', 'LAGUNA', 'MIMO2', 'STEP35', 'TALKIE', 'MELLUM'],
]

/** NORM by the switch, against which the graph in src/models/deepseek2.cpp asks for NEOX by itself. */
export const NEOX_IN_GRAPH: readonly string[] = ['DEEPSEEK2OCR']

/** NEOX without `rope.dimension_sections`, MROPE with them. */
export const NEOX_OR_SECTIONS: readonly string[] = ['GLM4_MOE', 'HUNYUAN_VL']

/** LLAMA_ROPE_TYPE_MROPE. */
export const MROPE: readonly string[] = ['QWEN2VL', 'PADDLEOCR']

/** LLAMA_ROPE_TYPE_IMROPE. */
export const IMROPE: readonly string[] = [
  ...['QWEN3VL', 'QWEN3VLMOE', 'QWEN35', 'QWEN35MOE', 'QWEN3TTS'],
]

/** LLAMA_ROPE_TYPE_NONE. */
export const NONE: readonly string[] = [
  ...['CLIP', 'GPT2', 'GPTJ', 'MPT', 'REFACT', 'BLOOM', 'MAMBA', 'MAMBA2', 'JAMBA'],
  ...['JINA_BERT_V2', 'T5', 'T5ENCODER', 'JAIS', 'RWKV6', 'RWKV6QWEN2', 'RWKV7', 'ARWKV7'],
  ...['WAVTOKENIZER_DEC', 'NEMOTRON_H', 'NEMOTRON_H_MOE', 'KIMI_LINEAR', 'KIMI_K3'],
]

/** Graphs in src/models that call ggml_rope_ext and ggml_rope_multi with nullptr for the factors. */
export const WITHOUT_FACTORS: readonly string[] = [
  ...['OPENAI_MOE', 'QWEN', 'QWEN2', 'QWEN2MOE', 'QWEN3', 'QWEN3MOE', 'FALCON', 'GPTNEOX'],
  ...['STABLELM', 'PHI2', 'STARCODER2', 'OLMO2', 'OLMOE', 'INTERNLM2', 'GEMMA', 'GEMMA2', 'GEMMA3'],
  ...['GEMMA3N', 'CHATGLM', 'GLM4', 'GLM4_MOE', 'DEEPSEEK2', 'COMMAND_R', 'XVERSE', 'ORION'],
  ...['PLAMO', 'OPENELM', 'BITNET', 'NEMOTRON', 'DBRX', 'GROK', 'ARCTIC', 'BAICHUAN', 'CODESHELL'],
]
