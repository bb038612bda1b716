/**
 * Memory that goes away: how it is made and how it is lost. The types of the compiler's library do
 * not know resizable buffers yet.
 */

/** Resizable as the language has it since 2024. */
export interface Resizable extends ArrayBuffer {
  resize(bytes: number): void
}

/** A buffer that may be resized up to twice its size. */
export function resizableBuffer(bytes: number): Resizable {
  const Kind = ArrayBuffer as unknown as new (bytes: number, options: object) => Resizable
  return new Kind(bytes, { maxByteLength: 2 * bytes })
}

/** A shared buffer that may grow up to twice its size. */
export function growableBuffer(bytes: number): SharedArrayBuffer & { grow(bytes: number): void } {
  const Kind = SharedArrayBuffer as unknown as new (
    bytes: number,
    options: object,
  ) => SharedArrayBuffer & { grow(bytes: number): void }
  return new Kind(bytes, { maxByteLength: 2 * bytes })
}

/** Transfers a buffer away. */
export function detach(buffer: ArrayBufferLike): void {
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] })
}

/** A way in which memory goes away. */
export interface Loss {
  make(bytes: number): ArrayBuffer
  lose(buffer: ArrayBuffer): void
}

/** Ways in which memory goes away, by name. */
export const LOSSES: Readonly<Record<string, Loss>> = {
  'detached, ordinary': { make: (bytes) => new ArrayBuffer(bytes), lose: detach },
  'detached, resizable': { make: resizableBuffer, lose: detach },
  'shrunk by one byte': {
    make: resizableBuffer,
    lose: (buffer) => (buffer as Resizable).resize(buffer.byteLength - 1),
  },
  'shrunk to nothing': {
    make: resizableBuffer,
    lose: (buffer) => (buffer as Resizable).resize(0),
  },
}
