/**
 * How recorded files hold arrays: as base64 of little-endian bytes, and inputs as a formula that
 * the scripts of tooling/golden share. Read here without any host's help, so that it runs anywhere.
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The bytes of a base64 text. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replace(/=+$/, '')
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4))
  let bits = 0
  let held = 0
  let at = 0
  for (const digit of digits) {
    bits = ((bits << 6) | ALPHABET.indexOf(digit)) & 0xffff
    held += 6
    if (held < 8) continue
    held -= 8
    bytes[at++] = bits >> held
  }
  return bytes
}

/** Float32 numbers, whatever this machine's byte order is. */
export function float32OfBase64(text: string): Float32Array<ArrayBuffer> {
  const bytes = bytesOfBase64(text)
  const view = new DataView(bytes.buffer)
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true))
}

/** The bits of bfloat16 numbers. */
export function bfloat16OfBase64(text: string): Uint16Array<ArrayBuffer> {
  const bytes = bytesOfBase64(text)
  const view = new DataView(bytes.buffer)
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(2 * i, true))
}

/**
 * The inputs of the recordings: a linear congruential generator, its upper 24 bits spread over
 * [-2, 2). All of them are float32 numbers.
 */
export function recordedNumbers(count: number, seed: number): Float32Array<ArrayBuffer> {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) / 2 ** 22 - 2
  })
}
