/**
 * Every bound on a size that comes from a file, an option or a call, with the reason beside it. A
 * size is checked where it is read, so that what a small input makes stays small: memory follows
 * what was given, or one of these numbers.
 */

/** Channels of a head. The widest head of a released model has 576; wider ones are mistakes. */
export const MOST_CHANNELS = 65536

/** Pairs of a head: two channels each. */
export const MOST_PAIRS: number = 0x8000

/** Heads of a tensor. Released models have up to 128. */
export const MOST_HEADS = 65536

/** Positions per token, and families of frequencies. Released models have up to 4. */
export const MOST_AXES = 64

/**
 * Weights of dense axes, axes times pairs. Each has rows of its own in a table that takes up to
 * 1.5 kB per weight. Released models have up to 192.
 */
export const MOST_WEIGHTS: number = 0x20000

/** Layers of a model, and so entries of a list with one per layer. Released ones have up to 126. */
export const MOST_LAYERS = 4096

/** Tokens, wherever they are only counted: what an Int32Array can index. */
export const MOST_TOKENS: number = 0x7fffffff

/**
 * Positions that a builder lists, per axis: 128 MiB of float64. The longest context of a released
 * model is 10 million tokens; more positions are listed in parts.
 */
export const MOST_POSITIONS: number = 0x1000000

/**
 * Tokens of one prompt with images and video, built from segments: three lists of numbers, 100 MiB.
 * The longest prompts of released models have a million.
 */
export const MOST_PROMPT_TOKENS: number = 0x400000

/** Positions of one call, all its axes together: 1 GiB of float64. Longer calls are made in parts. */
export const MOST_ROWS: number = 0x8000000

/** Pairs of a rotation written out as one matrix, for theorems: 8 MiB of numbers. */
export const MOST_MATRIX_PAIRS = 512

/** Tokens that one rank of a divided sequence holds: 256 MiB of indices. */
export const MOST_SHARD_TOKENS: number = 0x4000000

/**
 * Numbers of one table of cos or sin, rows times pairs: 256 MiB of float32, a million positions of
 * a head of 128 channels. Longer tables are what rows by position are for.
 */
export const MOST_TABLE_NUMBERS: number = 0x4000000
