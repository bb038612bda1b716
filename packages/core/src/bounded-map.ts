/**
 * A map that stays small: what was used longest ago goes when it is full. Everything that the
 * library remembers and can make again (kernels, tables, exact values) is kept in one.
 */

/** A map of at most `limit` entries; values are never undefined. */
export class BoundedMap<Key, Value extends NonNullable<unknown>> {
  readonly #limit: number
  readonly #dropped: ((value: Value) => void) | undefined
  /** In the order of their last use. */
  readonly #entries = new Map<Key, Value>()

  /** @param dropped told of each value that goes because the map is full */
  constructor(limit: number, dropped?: (value: Value) => void) {
    this.#limit = limit
    this.#dropped = dropped
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  set(key: Key, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    for (const [oldest, old] of this.#entries) {
      if (this.#entries.size <= this.#limit) return
      this.#entries.delete(oldest)
      this.#dropped?.(old)
    }
  }

  /** The value of `key`, made and remembered when there is none. */
  recall(key: Key, make: () => Value): Value {
    const known = this.get(key)
    if (known !== undefined) return known
    const made = make()
    this.set(key, made)
    return made
  }

  delete(key: Key): void {
    this.#entries.delete(key)
  }

  values(): Iterable<Value> {
    return this.#entries.values()
  }

  clear(): void {
    this.#entries.clear()
  }
}
