/**
 * The copy kernel as a contender: as many bytes read and written as by a rotation in place, over as
 * much memory, by the widest loads that the device likes best.
 */
import type { BufferHandle, PassHandle } from '@rope/webgpu'
import type { Opened } from '../contenders/opened.js'
import { movedBytes, type RotationCase } from '../matrix/rotation-case.js'
import { COPY_WIDTHS, CopyKernel } from './copy-kernel.js'
import { createBuffer, readBuffer } from './device.js'
import { placeCount, type Stage, timeCalls } from './rotation-call.js'

interface Place {
  readonly source: BufferHandle
  readonly destination: BufferHandle
}

/** Milliseconds that the widths are tried for. */
const TRIAL = 5

/** Prepares the copy of a case's bytes. */
export async function openCopy(stage: Stage, rotation: RotationCase): Promise<Opened> {
  const { device } = stage
  const bytes = movedBytes(rotation) / 2
  const places = Array.from(
    { length: placeCount(bytes, stage.footprint) / 2 },
    (): Place => ({
      source: patterned(stage, bytes),
      destination: createBuffer(device, 'storage', bytes),
    }),
  )
  const encoderOf =
    (kernel: CopyKernel) =>
    (pass: PassHandle, call: number): void => {
      const { source, destination } = places[call % places.length] as Place
      kernel.encode(pass, source, destination)
    }
  const kernels = COPY_WIDTHS.map((vectors) => new CopyKernel(device, vectors))
  const encode = encoderOf(await fastest(stage, kernels, encoderOf))
  return {
    run: (count) => timeCalls(stage, count, encode),
    async check() {
      const { source, destination } = places[0] as Place
      device.queue.writeBuffer(destination, 0, new Uint32Array(bytes / 4))
      await timeCalls(stage, 1, encode)
      return firstDifference(
        await readBuffer(device, source),
        await readBuffer(device, destination),
      )
    },
    close() {
      for (const place of places) for (const buffer of Object.values(place)) buffer.destroy()
    },
  }
}

function patterned({ device }: Stage, bytes: number): BufferHandle {
  const buffer = createBuffer(device, 'storage', bytes)
  // Finite numbers, all different: what they are is nothing to a copy.
  const words = Uint32Array.from({ length: bytes / 4 }, (_, i) => 0x3f000000 + (i & 0xffffff))
  device.queue.writeBuffer(buffer, 0, words)
  return buffer
}

function firstDifference(source: ArrayBuffer, destination: ArrayBuffer): string | null {
  const words = new Uint32Array(destination)
  const at = new Uint32Array(source).findIndex((word, i) => word !== words[i])
  return at === -1 ? null : `word ${at} was not copied`
}

/** The kernel that copies most in a short time. */
async function fastest(
  stage: Stage,
  kernels: readonly CopyKernel[],
  encoderOf: (kernel: CopyKernel) => (pass: PassHandle, call: number) => void,
): Promise<CopyKernel> {
  const { clock, step = 0 } = stage.stopwatch
  const enough = Math.max(TRIAL, 100 * step)
  let best = { kernel: kernels[0] as CopyKernel, time: Number.POSITIVE_INFINITY }
  // Each twice: the first to run would pay for a GPU that was asleep.
  for (const kernel of [...kernels, ...kernels]) {
    for (let count = 1; ; count *= 2) {
      const start = clock()
      await timeCalls(stage, count, encoderOf(kernel))
      const elapsed = clock() - start
      if (elapsed < enough && count < 1 << 16) continue
      if (elapsed / count < best.time) best = { kernel, time: elapsed / count }
      break
    }
  }
  return best.kernel
}
