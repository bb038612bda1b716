/**
 * The form in which the tables of models hold what only a model's code knows about its rotations.
 * Types only: `known-models.ts` looks a type up.
 */
/** The facts of a model type. What is absent is as usual. */
export interface ModelFacts {
  /** The type whose code this one shares; nothing else is said then. */
  readonly as?: string
  /** Channels 2i and 2i + 1 turn together; as usual, channel i and i + n do. */
  readonly interleaved?: true
  /** No layer rotates: the model has other position embeddings, or none. */
  readonly still?: true
  /** Its files have keys of a rotation all the same, which its code does not read. */
  readonly idle?: true
  /** A model of so many layers has other position embeddings (Baichuan 13B: ALiBi). */
  readonly stillAtLayers?: number
  /** The rotation is said by a key of this name, and absent without it. */
  readonly onlyIf?: string
  /** Positions are those of an image or a sound: what to use instead of a text's reader. */
  readonly axial?: string
  /** The model turns by minus the angle. */
  readonly reversed?: true
  /** `rope_parameters` as the code fills them in: flat, or by kind of layer (null: no rotation). */
  readonly rope?: Readonly<Record<string, unknown>>
  /** The base that transformers filled in before version 5, where it was another. */
  readonly olderBase?: number
  /** Channels per head. */
  readonly headDim?: number
  /** The attention is so many times as wide as the model, and its heads with it. */
  readonly widens?: number
  /** Channels per head of the kinds of layers that differ. */
  readonly headDims?: Readonly<Record<string, number>>
  /** Channels that rotate, where the code counts them. */
  readonly rotaryDim?: number
  /** The code reads a share alone and not `rotary_dim`, which files have beside it. */
  readonly sharesOnly?: true
  /** Channels of q and k that rotate, and that do not, in models with latent attention. */
  readonly latent?: readonly [rotating: number, still: number]
  /** The last channels of a head rotate. */
  readonly tail?: true
  /** Kinds of layers that attend and do not rotate. */
  readonly stillKinds?: readonly string[]
  /** They rotate after all where `sliding_window` is null. */
  readonly stillWithWindow?: true
  /** Layers that attend to an image (`cross_attention_layers`) do not rotate. */
  readonly crosses?: true
  /** The kinds of a group of layers, which repeats. */
  readonly kinds?: readonly string[]
  /** One of so many layers does not rotate: the last of each group. */
  readonly stillEvery?: number
  /** The attention's scale is multiplied by g(factor, mscale_all_dim)^2. */
  readonly scalesSoftmax?: true
  /** YaRN's amplitude, which the code states. */
  readonly yarnAmplitude?: number
  /** Pairs per axis of positions: one after the other, in turn, or in Ernie's order. */
  readonly sections?: readonly number[]
  readonly order?: 'turns' | 'ernie'
  /** `rope_ratio` multiplies the base. */
  readonly ratio?: true
}

/** Facts, and the types that share them, separated by spaces. */
export type FactRow = readonly [facts: ModelFacts, types: string]
