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
  /** What was assumed or ignored, one sentence each. */
  readonly warnings: readonly string[]
}

/** What a writer needs of a profile; the layers may be left open. */
export interface WritableProfile {
  readonly name: string
  readonly config: RopeConfig | null
  readonly layers?: readonly number[] | null
}
