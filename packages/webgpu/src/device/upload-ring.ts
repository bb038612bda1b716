/**
 * Small data on its way to the GPU: rows of cos and sin, numbers of a call. Every upload gets memory
 * of its own, in chunks, because commands that were encoded but not yet submitted still need what
 * was uploaded for them, and nobody tells when they are submitted. When the chunks grow past a
 * budget the oldest one is destroyed: harmless to commands that were submitted, and for commands
 * that were not an error of the device that names the chunk, never wrong numbers.
 */
import { USAGE } from '../webgpu-constants.js'

/** Where an upload lies. */
export interface Uploaded {
  readonly buffer: GPUBuffer
  readonly byteOffset: number
}

interface Chunk {
  readonly buffer: GPUBuffer
  used: number
}

/** Bytes between uploads: what dynamic offsets of uniforms demand at most. */
const ALIGNMENT = 256

/** Memory for uploads of one kind. */
export class UploadRing {
  readonly #device: GPUDevice
  readonly #usage: number
  readonly #label: string
  readonly #chunkBytes: number
  readonly #budget: number
  readonly #alive = new Set<GPUBuffer>()
  #chunks: Chunk[] = []
  #bytes = 0

  /**
   * @param kind what the uploads are bound as
   * @param label names the chunks in messages of the device
   * @param chunkBytes size of a chunk that holds many small uploads
   * @param budget bytes of all chunks together, beside the newest
   */
  constructor(
    device: GPUDevice,
    kind: 'uniform' | 'storage',
    label: string,
    chunkBytes: number,
    budget: number,
  ) {
    this.#device = device
    this.#usage = USAGE.COPY_DST | (kind === 'uniform' ? USAGE.UNIFORM : USAGE.STORAGE)
    this.#label = label
    this.#chunkBytes = chunkBytes
    this.#budget = budget
  }

  /** Copies data to the GPU, in the order of the queue: before whatever is submitted after this. */
  upload(data: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>): Uploaded {
    const place = this.#allocate(data.byteLength)
    this.#device.queue.writeBuffer(place.buffer, place.byteOffset, data)
    return place
  }

  /** True as long as an upload has not been destroyed. */
  holds({ buffer }: Uploaded): boolean {
    return this.#alive.has(buffer)
  }

  #allocate(bytes: number): Uploaded {
    const needed = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
    let chunk = this.#chunks.at(-1)
    if (chunk === undefined || chunk.used + needed > chunk.buffer.size) {
      chunk = this.#addChunk(Math.max(needed, this.#chunkBytes))
    }
    const byteOffset = chunk.used
    chunk.used += needed
    return { buffer: chunk.buffer, byteOffset }
  }

  #addChunk(size: number): Chunk {
    const buffer = this.#device.createBuffer({ label: this.#label, size, usage: this.#usage })
    const chunk = { buffer, used: 0 }
    while (this.#chunks.length > 0 && this.#bytes > this.#budget) this.#dropOldest()
    this.#chunks.push(chunk)
    this.#alive.add(buffer)
    this.#bytes += size
    return chunk
  }

  #dropOldest(): void {
    const oldest = this.#chunks.shift()
    if (oldest === undefined) return
    this.#bytes -= oldest.buffer.size
    this.#alive.delete(oldest.buffer)
    oldest.buffer.destroy()
  }

  /** Destroys everything. */
  dispose(): void {
    while (this.#chunks.length > 0) this.#dropOldest()
  }
}
