/**
 * Text from outside (file names, tensor names, messages) made safe for a terminal and a log:
 * one line, no control characters, of bounded length.
 */

/** Longest line `oneLine` returns, in characters. */
const LONGEST = 1200

// C0 and C1 controls, line and paragraph separators, and the marks that reorder text.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** `text` on one line: control characters become visible escapes, and the end of a long one is cut. */
export function oneLine(text: string): string {
  const safe = text.replace(UNSAFE, (character) => {
    if (character === '\n') return '\\n'
    if (character === '\t') return '\\t'
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return safe.length <= LONGEST ? safe : `${safe.slice(0, LONGEST)}... (cut)`
}

/** A name out of a file or a command line, quoted and made safe: `"model.layers.0"`. */
export function quoted(name: string): string {
  return `"${oneLine(name)}"`
}

/** `1 tensor`, `2 tensors`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}

/** Bytes in binary units, such as `15.6 GiB`. */
export function bytes(amount: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = amount
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`
}

/** A number in at most `digits` significant digits, without trailing zeros: `6.283`, `1e-7`. */
export function significant(value: number, digits: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value)
  return String(Number(value.toPrecision(digits)))
}
