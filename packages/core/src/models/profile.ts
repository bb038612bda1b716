/**
 * What every reader of a model file gives: one rope per kind of layer, and what it had to assume.
 * Types only.
 */
import type { RopeConfig } from '../config/config.js'

/** The RoPE of one kind of layer of a model. */
export interface RopeProfile {
  /** `default`, or the kind of layer (`full_attention`, `sliding_attention`, `nope`, ...). */
  readonly name: string
  /** null for layers without RoPE. */
  readonly config: RopeConfig | null
  /** Indices of the layers of this kind, from 0; null when the file does not say. */
  readonly layers: readonly number[] | null
  /**
   * Channels of q and k over which attention takes its product, whose 1/sqrt the softmax scale
   * multiplies: the head, and with latent attention all of it; null where nothing rotates.
   */
  readonly attentionDim: number | null
  /** What the file leaves to the model's code, and the value that was taken: one sentence each. */
  readonly assumptions: readonly string[]
  /** What is odd about the file, or was not read: one sentence each. */
  readonly warnings: readonly string[]
}

/** What a writer needs of a profile; the layers may be left open. */
export interface WritableProfile {
  readonly name: string
  readonly config: RopeConfig | null
  readonly layers?: readonly number[] | null
}
