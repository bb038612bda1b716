/**
 * Times what a pass takes: on the GPU by timestamp queries, and on the wall until the queue is done.
 * Browsers round timestamps, to 100 microseconds as a rule, so a pass must last much longer.
 */
import {
  type GpuBuffer,
  type GpuComputePass,
  type GpuDevice,
  type GpuQuerySet,
  MAP_READ,
  USAGE,
} from '../webgpu-types.js'

/** What one pass took, in microseconds. */
export interface PassTime {
  /** Null when the device has no timestamps. */
  readonly gpu: number | null
  readonly wall: number
}

interface Clock {
  readonly now: () => number
}

function wallClock(): Clock {
  return (globalThis as unknown as { readonly performance: Clock }).performance
}

/** A clock on a device. */
export class GpuClock {
  readonly #device: GpuDevice
  readonly #queries: GpuQuerySet | null
  readonly #resolved: GpuBuffer
  readonly #result: GpuBuffer

  constructor(device: GpuDevice) {
    this.#device = device
    const has = device.features.has('timestamp-query')
    this.#queries = has ? device.createQuerySet({ type: 'timestamp', count: 2 }) : null
    const resolve = USAGE.QUERY_RESOLVE | USAGE.COPY_SRC
    this.#resolved = device.createBuffer({ size: 16, usage: resolve })
    this.#result = device.createBuffer({ size: 16, usage: USAGE.MAP_READ | USAGE.COPY_DST })
  }

  /** Times one pass, from its first to its last command. */
  async time(encode: (pass: GpuComputePass) => void): Promise<PassTime> {
    const started = wallClock().now()
    const encoder = this.#device.createCommandEncoder()
    const querySet = this.#queries
    const pass = encoder.beginComputePass(
      querySet === null
        ? {}
        : { timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } },
    )
    encode(pass)
    pass.end()
    if (querySet !== null) {
      encoder.resolveQuerySet(querySet, 0, 2, this.#resolved, 0)
      encoder.copyBufferToBuffer(this.#resolved, 0, this.#result, 0, 16)
    }
    this.#device.queue.submit([encoder.finish()])
    await this.#device.queue.onSubmittedWorkDone()
    const wall = (wallClock().now() - started) * 1000
    return { wall, gpu: querySet === null ? null : await this.#read() }
  }

  async #read(): Promise<number> {
    await this.#result.mapAsync(MAP_READ, 0, 16)
    const [begin = 0n, end = 0n] = new BigInt64Array(this.#result.getMappedRange(0, 16))
    this.#result.unmap()
    return Number(end - begin) / 1000
  }

  dispose(): void {
    this.#queries?.destroy()
    this.#resolved.destroy()
    this.#result.destroy()
  }
}
