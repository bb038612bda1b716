/**
 * Spellings: the keys of config.json files that mean one thing. Where several are there they must
 * agree, except for the head's, of which the first wins.
 */

/** The base beside the dictionary. */
export const BASE_KEYS: readonly string[] = [
  ...['rope_theta', 'rotary_emb_base', 'global_rope_theta', 'rope_base', 'rope_embedding_base'],
  'rotary_embedding_base',
]

/** Whether neighbours are pairs. */
export const PAIRING_KEYS: readonly string[] = [
  ...['rope_interleave', 'rotary_emb_interleaved', 'rotary_interleaved', 'rope_traditional'],
]

/** The share of the head that rotates. */
export const SHARE_KEYS: readonly string[] = [
  ...['partial_rotary_factor', 'rotary_pct', 'rope_pct', 'rope_percent', 'rotary_emb_fraction'],
]

/** The channels that rotate, counted. */
export const ROTARY_DIM_KEYS: readonly string[] = [
  ...['rotary_dim', 'attn_rotary_emb', 'rotary_emb_dim'],
]

/** Keys for the channels of a head, the ones that win first. */
export const HEAD_KEYS: readonly string[] = ['head_dim', 'attention_head_dim', 'kv_channels']

/** The width of a model, and of the number of its heads. */
export const WIDTH_KEYS: readonly string[] = ['hidden_size', 'n_embd', 'd_model']
/** The number of heads of q. */
export const COUNT_KEYS: readonly string[] = [
  ...['num_attention_heads', 'n_head', 'n_heads', 'num_heads', 'decoder_num_attention_heads'],
]
