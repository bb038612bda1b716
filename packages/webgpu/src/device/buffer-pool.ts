/**
 * Buffers for calls on typed arrays: borrowed for one call, given back when it has ended, and kept
 * for the next one up to a budget. Sizes are rounded up, so that calls of like sizes share them.
 */

const SMALLEST = 4096

/** The next power of two, or beyond a MiB the next MiB, so that large buffers waste little. */
function roundUp(bytes: number): number {
  const large = 1 << 20
  if (bytes > large) return Math.ceil(bytes / large) * large
  return Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(Math.max(1, bytes))))
}

/** Buffers of one usage. */
export class BufferPool {
  readonly #device: GPUDevice
  readonly #usage: number
  readonly #label: string
  readonly #budget: number
  readonly #borrowed = new Set<GPUBuffer>()
  #idle: GPUBuffer[] = []
  #idleBytes = 0
  #disposed = false

  /** @param budget bytes kept while nobody uses them */
  constructor(device: GPUDevice, usage: number, label: string, budget: number) {
    this.#device = device
    this.#usage = usage
    this.#label = label
    this.#budget = budget
  }

  /** A buffer of at least so many bytes; what it holds is arbitrary. */
  borrow(bytes: number): GPUBuffer {
    const size = Math.min(roundUp(bytes), Math.max(bytes, this.#device.limits.maxBufferSize))
    const at = this.#idle.findIndex((buffer) => buffer.size === size)
    const found = at === -1 ? this.#create(size) : this.#takeIdle(at)
    this.#borrowed.add(found)
    return found
  }

  #create(size: number): GPUBuffer {
    return this.#device.createBuffer({ label: this.#label, size, usage: this.#usage })
  }

  #takeIdle(at: number): GPUBuffer {
    const [buffer] = this.#idle.splice(at, 1) as [GPUBuffer]
    this.#idleBytes -= buffer.size
    return buffer
  }

  /** Takes a buffer back, in working order: the oldest idle ones go when there are too many. */
  giveBack(buffer: GPUBuffer): void {
    if (!this.#borrowed.delete(buffer)) return
    if (this.#disposed || buffer.size > this.#budget) {
      buffer.destroy()
      return
    }
    this.#idle.push(buffer)
    this.#idleBytes += buffer.size
    while (this.#idleBytes > this.#budget) this.#takeIdle(0).destroy()
  }

  /** Destroys a borrowed buffer, after a call that failed. */
  discard(buffer: GPUBuffer): void {
    if (this.#borrowed.delete(buffer)) buffer.destroy()
  }

  /** Destroys what is idle, and what is borrowed as soon as it comes back. */
  dispose(): void {
    this.#disposed = true
    while (this.#idle.length > 0) this.#takeIdle(0).destroy()
  }
}
