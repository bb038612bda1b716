/**
 * The few bytes of Protocol Buffers that an ONNX file needs: varints, and fields with a length.
 * Wire format: https://protobuf.dev/programming-guides/encoding/
 */

/** A piece of a message: bytes, ready to be joined with its neighbours. */
export type Piece = Uint8Array

/** A field with a number, such as an enum or an int64. Negative numbers are not needed here. */
export function numberField(field: number, value: number): Piece {
  return join([varint(field * 8), varint(value)])
}

/** A field with text; plain ASCII only. */
export function textField(field: number, text: string): Piece {
  return bytesField(field, encodeAscii(text))
}

/** A field with a message inside. */
export function messageField(field: number, pieces: readonly Piece[]): Piece {
  return bytesField(field, join(pieces))
}

/** A field with raw bytes. */
export function bytesField(field: number, bytes: Uint8Array): Piece {
  return join([varint(field * 8 + 2), varint(bytes.length), bytes])
}

/** One after the other. */
export function join(pieces: readonly Piece[]): Piece {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** Seven bits per byte, the lowest first; the high bit says that more follow. */
function varint(value: number): Piece {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return Uint8Array.from(bytes)
}

function encodeAscii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 127)
}
