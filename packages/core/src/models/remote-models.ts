/**
 * Facts of models whose code is not in transformers: it lies beside their weights, or in an engine.
 * Written by hand from the file that is named at each row.
 */
import type { FactRow } from './model-facts.js'

const CHATGLM = { interleaved: true, ratio: true, rope: { partial_rotary_factor: 0.5 } } as const

/** Facts by type, and where they were read. */
export const REMOTE_MODELS: readonly FactRow[] = [
  // THUDM/chatglm3-6b, modeling_chatglm.py: RotaryEmbedding(kv_channels // 2), neighbours are pairs.
  [CHATGLM, 'chatglm'],
  // Qwen/Qwen-7B, modeling_qwen.py: rotate_half over rotary_pct of kv_channels.
  [{}, 'qwen'],
  // baichuan-inc/Baichuan2-7B-Chat, modeling_baichuan.py: rotate_half; the 13B model has ALiBi.
  [{ stillAtLayers: 40 }, 'baichuan'],
  // microsoft/Phi-3-small-128k-instruct, positional_embedding.py: rotate_half.
  [{ rope: { rope_theta: 1e6 } }, 'phi3small'],
  // internlm/internlm2-chat-7b, modeling_internlm2.py: rotate_half.
  [{}, 'internlm internlm2'],
  // openbmb/MiniCPM-2B, modeling_minicpm.py; 01-ai/Yi-34B, modeling_yi.py: Llama's rotation.
  [{ as: 'llama' }, 'minicpm Yi'],
  // openbmb/MiniCPM-o-2_6 and MiniCPM-V-2_6: a Qwen 2. XiaomiMiMo/MiMo-7B, modeling_mimo.py: too.
  [{ as: 'qwen2' }, 'minicpmo minicpmv mimo'],
  // microsoft/Phi-3-vision-128k-instruct, modeling_phi3_v.py: Phi-3's rotation.
  [{ as: 'phi3' }, 'phi3_v'],
  // XiaomiMiMo/MiMo-V2-Flash, modeling_mimo_v2_flash.py, under its file's name.
  [{ as: 'mimo_v2_flash' }, 'mimo_v2'],
  // nomic-ai/nomic-bert-2048, modeling_hf_nomic_bert.py: rotary_emb_interleaved says the pairing.
  [{ as: 'nomic_bert' }, 'nomic-bert'],
  // inclusionAI/Ling-lite, modeling_bailing_moe.py, and Ling-mini-2.0, modeling_bailing_moe_v2.py:
  // rotate_half.
  [{}, 'bailing_moe bailing_moe_v2'],
  // moonshotai/Kimi-K2-Instruct, modeling_deepseek.py: DeepSeek V3 with the same keys.
  [{ as: 'deepseek_v3' }, 'kimi_k2'],
  // baidu/ERNIE-4.5-VL-28B-A3B-PT, modeling_ernie4_5_vl.py, under its file's name.
  [{ as: 'ernie4_5_vl_moe_text' }, 'ernie4_5_vl'],
  // tencent/Hunyuan-A13B-Instruct, modeling_hunyuan.py; Tele-AI/TeleChat3: rotate_half.
  [{}, 'hunyuan telechat3'],
  // tiiuae/falcon-7b, modeling_falcon.py under its first names.
  [{ as: 'falcon' }, 'RefinedWeb RefinedWebModel'],
]
