/**
 * Numbers as people read them.
 */

/** A time with its unit and three digits: `0.42 us`, `1.30 ms`. */
export function showMicroseconds(microseconds: number): string {
  if (microseconds >= 999_500) return `${digits(microseconds / 1e6)} s`
  return microseconds >= 999.5 ? `${digits(microseconds / 1000)} ms` : `${digits(microseconds)} us`
}

/** Bytes with a binary unit. */
export function showBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const
  const unit = Math.max(0, units.filter((_, i) => bytes >= 1024 ** i).length - 1)
  const value = bytes / 1024 ** unit
  return `${unit === 0 ? value : digits(value)} ${units[unit]}`
}

/** Three digits, of which at most two behind the point. */
function digits(value: number): string {
  if (value >= 99.95) return value.toFixed(0)
  return value.toFixed(value >= 9.995 ? 1 : 2)
}
