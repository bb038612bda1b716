/**
 * Two ways to time work on a GPU, as clocks of the harness. The GPU's own moves on by what the
 * passes took, and only when somebody works; its smallest step is measured, since browsers round
 * timestamps as they please (to 0.1 milliseconds as a rule). The wall's goes on until the queue is empty.
 */
import type { DeviceHandle } from '@rope/webgpu'
import { type Clock, performanceClock } from '../machine/clock.js'
import { createBuffer, MAP_READ } from './device.js'
import { PassWatch } from './pass-watch.js'

/** A clock, and the way to make it move. */
export interface Stopwatch {
  readonly kind: 'gpu' | 'wall'
  readonly clock: Clock
  /** The clock's smallest step in milliseconds; undefined where the harness can watch it move. */
  readonly step: number | undefined
  /** Times work that encodes and submits: when the promise resolves the GPU has done it. */
  time(work: () => void | Promise<void>): Promise<void>
  dispose(): void
}

/** The wall's clock. */
export function wallStopwatch(device: DeviceHandle): Stopwatch {
  return {
    kind: 'wall',
    clock: performanceClock(),
    step: undefined,
    async time(work) {
      await work()
      await device.queue.onSubmittedWorkDone()
    },
    dispose: () => undefined,
  }
}

/** The GPU's clock; null when the device has no timestamps, or they stand still. */
export async function gpuStopwatch(device: DeviceHandle): Promise<Stopwatch | null> {
  if (!device.features.has('timestamp-query')) return null
  const nanoseconds = greatestStep(await readTimestamps(device))
  if (nanoseconds === 0) return null
  const watch = new PassWatch(device)
  let elapsed = 0
  return {
    kind: 'gpu',
    clock: () => elapsed,
    step: nanoseconds / 1e6,
    async time(work) {
      watch.start()
      await work()
      elapsed += ((await watch.stop()).nanoseconds ?? 0) / 1e6
    },
    dispose: () => watch.dispose(),
  }
}

/** The largest number that divides all distances, in nanoseconds: what timestamps are rounded to. */
export function greatestStep(timestamps: readonly bigint[]): number {
  const [first = 0n, ...others] = timestamps
  const distances = others.map((time) => (time > first ? time - first : first - time))
  return Number(distances.reduce(greatestCommonDivisor, 0n))
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b)
}

/** Submissions, and passes in each, whose timestamps show what they are rounded to. */
const SUBMISSIONS = 5
const PASSES = 16

async function readTimestamps(device: DeviceHandle): Promise<readonly bigint[]> {
  const count = 2 * PASSES
  const querySet = device.createQuerySet({ type: 'timestamp', count })
  const resolved = createBuffer(device, 'queries', 8 * count)
  const result = createBuffer(device, 'result', 8 * count)
  const timestamps: bigint[] = []
  for (let submission = 0; submission < SUBMISSIONS; submission++) {
    const encoder = device.createCommandEncoder()
    for (let pass = 0; pass < PASSES; pass++) {
      const writes = { beginningOfPassWriteIndex: 2 * pass, endOfPassWriteIndex: 2 * pass + 1 }
      encoder.beginComputePass({ timestampWrites: { querySet, ...writes } }).end()
    }
    encoder.resolveQuerySet(querySet, 0, count, resolved, 0)
    encoder.copyBufferToBuffer(resolved, 0, result, 0, 8 * count)
    device.queue.submit([encoder.finish()])
    await result.mapAsync(MAP_READ)
    timestamps.push(...new BigInt64Array(result.getMappedRange()))
    result.unmap()
  }
  querySet.destroy()
  resolved.destroy()
  result.destroy()
  // A query that was never written is 0.
  return timestamps.filter((time) => time !== 0n)
}
