/**
 * The rope of a model's config, and what can be drawn of it. Loads the reader when it is asked for.
 */
import type { RopeConfig } from '@rope/core'

/** One pair of a head. */
export interface PairRow {
  readonly pair: number
  /** Tokens per turn; null for a pair that does not turn. */
  readonly wavelength: number | null
  /** The same under the plain schedule of the same base; null when the base is not known. */
  readonly plain: number | null
}

/** A rope, ready to be drawn. */
export interface ModelRope {
  readonly name: string
  readonly schedule: string
  /** Tokens the model was made for; null when the file does not say. */
  readonly context: number | null
  /** Radians per token, one per pair. */
  readonly frequencies: readonly number[]
  readonly pairs: readonly PairRow[]
  /** What the reader assumed, and what it found odd: one sentence each. */
  readonly assumptions: readonly string[]
  readonly warnings: readonly string[]
}

/** A rope, or why there is none. */
export type ReadModel =
  | { readonly ropes: readonly ModelRope[]; readonly problem: null }
  | { readonly ropes: null; readonly problem: string }

/** Characters of the longest config that is read. */
const LONGEST_CONFIG = 2 ** 20

/** Reads the text of a config.json; never rejects. */
export async function readModel(text: string): Promise<ReadModel> {
  if (text.length > LONGEST_CONFIG) {
    return { ropes: null, problem: 'the config is larger than a megabyte' }
  }
  try {
    return await ropesOf(JSON.parse(text))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { ropes: null, problem: error instanceof SyntaxError ? 'it is not JSON' : message }
  }
}

async function ropesOf(json: unknown): Promise<ReadModel> {
  const [{ huggingFaceProfiles }, core] = await Promise.all([
    import('@rope/core/huggingface'),
    import('@rope/core'),
  ])
  const context = contextOf(json)
  const ropes = huggingFaceProfiles(json).flatMap(({ name, config, assumptions, warnings }) =>
    config === null
      ? []
      : [{ name, context, assumptions, warnings, ...drawn(config, context, core) }],
  )
  if (ropes.length > 0) return { ropes, problem: null }
  return { ropes: null, problem: 'no layer of this model rotates' }
}

type Core = typeof import('@rope/core')

function drawn(
  config: RopeConfig,
  context: number | null,
  { computeFrequencies, resolveConfig }: Core,
): Pick<ModelRope, 'schedule' | 'frequencies' | 'pairs'> {
  const { schedule, headDim, rotaryDim, pairing } = config
  const frequencies = [...computeFrequencies(config, context ?? undefined).inverseFrequencies]
  const base = 'base' in schedule && typeof schedule.base === 'number' ? schedule.base : null
  const plain =
    base === null
      ? null
      : computeFrequencies(
          resolveConfig({ headDim, rotaryDim, pairing, schedule: { type: 'default', base } }),
        ).inverseFrequencies
  return {
    schedule: schedule.type,
    frequencies,
    pairs: frequencies.map((frequency, pair) => ({
      pair,
      wavelength: wavelengthOf(frequency),
      plain: wavelengthOf(plain?.[pair] ?? 0),
    })),
  }
}

function wavelengthOf(frequency: number): number | null {
  return frequency === 0 ? null : (2 * Math.PI) / frequency
}

function contextOf(json: unknown): number | null {
  const record = json as {
    readonly max_position_embeddings?: unknown
    readonly text_config?: unknown
  }
  const { max_position_embeddings: length, text_config: inner } = record
  if (typeof length === 'number' && length > 0 && Number.isFinite(length)) return length
  return typeof inner === 'object' && inner !== null ? contextOf(inner) : null
}
