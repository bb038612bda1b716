/**
 * Numbers as people read them. What is no number is refused.
 */
import { number } from '../readers.js'

/** A time in microseconds: `0.32 us`, `461 us`, `12.3 ms`, `1.47 s`. */
export function timeText(microseconds: number): string {
  if (number(microseconds, 'microseconds') < 10_000) return `${digits(microseconds)} us`
  const milliseconds = microseconds / 1000
  return milliseconds < 10_000 ? `${digits(milliseconds)} ms` : `${digits(milliseconds / 1000)} s`
}

/** Three significant digits, never an exponent: `0.32`, `45.7`, `461`, `1230`. */
export function digits(value: number): string {
  if (number(value, 'value') >= 100) return value.toFixed(0)
  if (value >= 10) return value.toFixed(1)
  return value >= 0.1 || value === 0 ? value.toFixed(2) : value.toPrecision(2)
}

/** A size in bytes in binary units: `48 KiB`, `2 MiB`, `23.5 GiB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = number(bytes, 'bytes')
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit] ?? ''}`
}
