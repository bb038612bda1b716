/**
 * One counter on the GPU: shaders add to it, and the caller can read it.
 */
import { backendFailed } from '../errors.js'
import { MAP_READ, USAGE } from '../webgpu-constants.js'
import type { Context } from './context.js'

/** A counter of 32 bits. */
export class StatusWord {
  readonly buffer: GPUBuffer
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
    const usage = USAGE.STORAGE | USAGE.COPY_SRC | USAGE.COPY_DST
    this.buffer = context.device.createBuffer({ label: '@rope/webgpu status', size: 4, usage })
  }

  /** Its value after everything that has been submitted so far. */
  async read(): Promise<number> {
    const { device, results } = this.#context
    const result = results.borrow(4)
    try {
      const encoder = device.createCommandEncoder({ label: '@rope/webgpu status' })
      encoder.copyBufferToBuffer(this.buffer, 0, result, 0, 4)
      device.queue.submit([encoder.finish()])
      await result.mapAsync(MAP_READ, 0, 4)
      const [value = 0] = new Uint32Array(result.getMappedRange(0, 4))
      result.unmap()
      results.giveBack(result)
      return value
    } catch (error) {
      results.discard(result)
      this.#context.checkAlive()
      throw backendFailed('reading the status', error)
    }
  }

  /** Sets it to 0, in the order of the queue. */
  reset(): void {
    this.#context.device.queue.writeBuffer(this.buffer, 0, new Uint32Array(1))
  }

  dispose(): void {
    this.buffer.destroy()
  }
}
