/**
 * The part of a GGUF file that is about RoPE, and typed access to it. Numbers in GGUF metadata are
 * float32: they are read as the shortest decimal that rounds to them, which is what was written.
 */
import { show } from '../../check.js'
import { RopeError } from '../../errors.js'
import { MOST_LAYERS } from '../../limits.js'

/** A value of GGUF metadata. */
export type GgufValue =
  | number
  | bigint
  | boolean
  | string
  | readonly (number | bigint | boolean | string)[]

/** Metadata and factor tensors of a GGUF file, as far as RoPE needs them. */
export interface GgufRope {
  /** Keys with their architecture, such as `llama.rope.freq_base`; others are not looked at. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** Divisors of the frequencies by tensor name: `rope_freqs.weight`, `rope_factors_long.weight`. */
  readonly tensors?: Readonly<Record<string, Float32Array>>
}

/** The tensors that divide frequencies, without `.weight` and a block's prefix. */
export const FACTOR_TENSORS = ['rope_freqs', 'rope_factors_short', 'rope_factors_long'] as const

/** Throws INVALID_CONFIG for a key of a GGUF file. */
export function failGguf(field: string, message: string): never {
  throw new RopeError('INVALID_CONFIG', `GGUF: ${field} ${message}`, { field })
}

/** The shortest decimal number that rounds to the same float32. */
export function shortestFloat32(value: number): number {
  const single = Math.fround(value)
  if (!Number.isFinite(single)) return single
  for (let digits = 1; digits < 9; digits++) {
    const decimal = Number(single.toPrecision(digits))
    if (Math.fround(decimal) === single) return decimal
  }
  return single
}

/** Longer than the name of any architecture, so that messages stay short. */
const LONGEST_NAME = 80

/** Typed access to the keys of one architecture. */
export class GgufKeys {
  readonly architecture: string
  readonly #metadata: Readonly<Record<string, unknown>>

  constructor(metadata: Readonly<Record<string, unknown>>) {
    const architecture = metadata['general.architecture']
    if (typeof architecture !== 'string' || architecture === '') {
      const what = (architecture ?? null) === null ? 'missing' : show(architecture)
      failGguf('general.architecture', `is ${what}; accepted: a name such as "llama"`)
    }
    if (architecture.length > LONGEST_NAME) {
      failGguf('general.architecture', `has ${architecture.length} characters; give a short name`)
    }
    this.architecture = architecture
    this.#metadata = metadata
  }

  /** The raw value of `{architecture}.{key}`. */
  raw(key: string): unknown {
    const name = `${this.architecture}.${key}`
    const value = Object.hasOwn(this.#metadata, name) ? this.#metadata[name] : undefined
    return typeof value === 'bigint' ? Number(value) : (value ?? undefined)
  }

  /** A float32 of at least 0 as its shortest decimal, or undefined. */
  float(key: string): number | undefined {
    const value = this.raw(key)
    if (value === undefined) return undefined
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) {
      return shortestFloat32(value)
    }
    return this.#fail(key, value, 'a finite number of at least 0')
  }

  /** A whole number above 0, or undefined; a list of equal ones counts as one. */
  count(key: string, isList = false): number | undefined {
    const raw = this.raw(key)
    const value =
      isList && Array.isArray(raw) ? Math.max(...this.#numbers(raw.slice(0, MOST_LAYERS))) : raw
    if (value === undefined) return undefined
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
    return this.#fail(key, raw, 'a whole number above 0')
  }

  /** A text, or undefined. */
  text(key: string): string | undefined {
    const value = this.raw(key)
    if (value === undefined || typeof value === 'string') return value
    return this.#fail(key, value, 'a text')
  }

  /** A list of numbers, or undefined; booleans are 1 and 0. */
  list(key: string): readonly number[] | undefined {
    const value = this.raw(key)
    if (value === undefined) return undefined
    if (Array.isArray(value) && value.length <= MOST_LAYERS) return this.#numbers(value)
    return this.#fail(key, value, `a list of at most ${MOST_LAYERS} numbers`)
  }

  /** A list with one entry per layer; undefined where the key is absent or holds one value for all. */
  layers(key: string): readonly number[] | undefined {
    if (!Array.isArray(this.raw(key))) return undefined
    const list = this.list(key) ?? []
    const count = this.count('block_count')
    if (count === undefined || list.length === count) return list
    const field = `${this.architecture}.${key}`
    return failGguf(field, `has ${list.length} entries; accepted: ${count}, one per layer`)
  }

  /** Numbers, bigints and booleans as numbers; NaN, which no key accepts, for all else. */
  #numbers(list: readonly unknown[]): readonly number[] {
    return list.map((item) =>
      typeof item === 'boolean' || typeof item === 'bigint' || typeof item === 'number'
        ? Number(item)
        : Number.NaN,
    )
  }

  /** Keys about RoPE that are none of `known`. */
  unread(known: readonly string[]): readonly string[] {
    const prefix = `${this.architecture}.`
    return Object.keys(this.#metadata)
      .filter((name) => name.startsWith(prefix) && name.includes('.rope.'))
      .filter((name) => !known.includes(name.slice(prefix.length)))
  }

  #fail(key: string, value: unknown, accepted: string): never {
    return failGguf(`${this.architecture}.${key}`, `is ${show(value)}; accepted: ${accepted}`)
  }
}
