/**
 * A small memory for exact values that cost far more than a look-up. It forgets everything when it
 * is full, so a long run stays small; a forgotten value is computed again and is the same.
 */

/** Answers `compute()`, from memory when `key` was asked before. */
export type Recall<Value> = (key: string, compute: () => Value) => Value

/** A memory of at most `limit` values. */
export function boundedCache<Value>(limit: number): Recall<Value> {
  const known = new Map<string, Value>()
  return (key, compute) => {
    const found = known.get(key)
    if (found !== undefined) return found
    const value = compute()
    if (known.size >= limit) known.clear()
    known.set(key, value)
    return value
  }
}
