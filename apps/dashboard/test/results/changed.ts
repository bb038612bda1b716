/**
 * Documents that differ from another in one place: what a reader and its schema have to agree about.
 */

/** Every document that differs from this one in one place. */
export function* changed(value: unknown): Generator<unknown> {
  for (const other of [null, 'x', '', -1, 0.5, true, [], {}]) yield other
  if (typeof value !== 'object' || value === null) return
  for (const key of Object.keys(value)) {
    const inner = (value as Record<string, unknown>)[key]
    const put = (part: unknown): unknown =>
      Array.isArray(value) ? Object.assign([...value], { [key]: part }) : { ...value, [key]: part }
    for (const part of changed(inner)) yield put(part)
    if (Array.isArray(value)) continue
    const { [key]: _, ...without } = value as Record<string, unknown>
    yield without
  }
  if (!Array.isArray(value)) yield { ...value, surprise: 1 }
}
