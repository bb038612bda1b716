/**
 * Watches whoever works on a device: counts the compute passes and dispatches that are encoded, and
 * times every pass by timestamp queries. Nobody needs to know that he is watched, so that somebody
 * else's library is timed by the same clock as ours.
 */
import type { BufferHandle, DeviceHandle, EncoderHandle, PassHandle } from '@rope/webgpu'
import { createBuffer, MAP_READ } from './device.js'

type QuerySet = ReturnType<DeviceHandle['createQuerySet']>

/** Queries of a set: WebGPU allows no more. Two for each pass. */
const QUERIES = 4096

interface Chunk {
  readonly querySet: QuerySet
  readonly resolved: BufferHandle
  readonly result: BufferHandle
  used: number
}

/** What was encoded while somebody was watched. */
export interface Watched {
  readonly passes: number
  readonly dispatches: number
  /** Nanoseconds of all passes, once the GPU is done; null when the device has no timestamps. */
  readonly nanoseconds: number | null
}

/** Puts a method in front of an object's own, and gives back what takes it away again. */
function overlay<Target extends object>(
  target: Target,
  name: keyof Target & string,
  value: unknown,
): () => void {
  const own = Object.getOwnPropertyDescriptor(target, name)
  Object.defineProperty(target, name, { configurable: true, writable: true, value })
  return () => {
    if (own === undefined) Reflect.deleteProperty(target, name)
    else Object.defineProperty(target, name, own)
  }
}

/** A watch on a device. */
export class PassWatch {
  readonly #device: DeviceHandle
  readonly #hasTimestamps: boolean
  readonly #chunks: Chunk[] = []
  #passes = 0
  #dispatches = 0
  #leave: (() => void) | null = null

  constructor(device: DeviceHandle) {
    this.#device = device
    this.#hasTimestamps = device.features.has('timestamp-query')
  }

  /** Watches encoders that are made from now on. */
  start(): void {
    this.#passes = 0
    this.#dispatches = 0
    for (const chunk of this.#chunks) chunk.used = 0
    const create = this.#device.createCommandEncoder.bind(this.#device)
    const watched: typeof create = (descriptor) => this.#watchEncoder(create(descriptor))
    this.#leave?.()
    this.#leave = overlay(this.#device, 'createCommandEncoder', watched)
  }

  /** Stops watching, and reads what the passes took. Everything must have been submitted. */
  async stop(): Promise<Watched> {
    this.#leave?.()
    this.#leave = null
    const counts = { passes: this.#passes, dispatches: this.#dispatches }
    return { ...counts, nanoseconds: this.#hasTimestamps ? await this.#read() : null }
  }

  #watchEncoder(encoder: EncoderHandle): EncoderHandle {
    const begin = encoder.beginComputePass.bind(encoder)
    const watched: typeof begin = (descriptor) => {
      this.#passes += 1
      return this.#watchPass(begin(this.#timed(descriptor)))
    }
    overlay(encoder, 'beginComputePass', watched)
    return encoder
  }

  #watchPass(pass: PassHandle): PassHandle {
    const dispatch = pass.dispatchWorkgroups.bind(pass)
    const watched: typeof dispatch = (...counts) => {
      this.#dispatches += 1
      dispatch(...counts)
    }
    overlay(pass, 'dispatchWorkgroups', watched)
    return pass
  }

  /** The pass with timestamps, unless it has some of its own. */
  #timed(descriptor: Parameters<EncoderHandle['beginComputePass']>[0]): typeof descriptor {
    if (!this.#hasTimestamps || descriptor?.timestampWrites !== undefined) return descriptor
    const chunk = this.#chunkWithRoom()
    const first = chunk.used
    chunk.used += 2
    return {
      ...descriptor,
      timestampWrites: {
        querySet: chunk.querySet,
        beginningOfPassWriteIndex: first,
        endOfPassWriteIndex: first + 1,
      },
    }
  }

  #chunkWithRoom(): Chunk {
    const known = this.#chunks.find(({ used }) => used < QUERIES)
    if (known !== undefined) return known
    const chunk = {
      querySet: this.#device.createQuerySet({ type: 'timestamp', count: QUERIES }),
      resolved: createBuffer(this.#device, 'queries', 8 * QUERIES),
      result: createBuffer(this.#device, 'result', 8 * QUERIES),
      used: 0,
    }
    this.#chunks.push(chunk)
    return chunk
  }

  async #read(): Promise<number> {
    const used = this.#chunks.filter((chunk) => chunk.used > 0)
    const encoder = this.#device.createCommandEncoder()
    for (const chunk of used) {
      const bytes = 8 * chunk.used
      encoder.resolveQuerySet(chunk.querySet, 0, chunk.used, chunk.resolved, 0)
      encoder.copyBufferToBuffer(chunk.resolved, 0, chunk.result, 0, bytes)
    }
    this.#device.queue.submit([encoder.finish()])
    const times = await Promise.all(used.map(readChunk))
    return times.reduce((sum, time) => sum + time, 0)
  }

  /** Frees the queries. */
  dispose(): void {
    this.#leave?.()
    for (const { querySet, resolved, result } of this.#chunks.splice(0)) {
      querySet.destroy()
      resolved.destroy()
      result.destroy()
    }
  }
}

async function readChunk({ result, used }: Chunk): Promise<number> {
  await result.mapAsync(MAP_READ, 0, 8 * used)
  const times = new BigInt64Array(result.getMappedRange(0, 8 * used))
  let sum = 0
  for (let at = 0; at < used; at += 2) {
    // A timestamp may be reset between the two; such a pass counts as nothing.
    sum += Math.max(0, Number((times[at + 1] ?? 0n) - (times[at] ?? 0n)))
  }
  result.unmap()
  return sum
}
