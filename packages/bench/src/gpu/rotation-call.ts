/**
 * The backend as a contender on the GPU: a prepared kernel, encoded again and again into one pass,
 * over tensors that the caches do not hold. The rows of cos and sin are uploaded once, as for the
 * layers of a model.
 */
import { bytesPerElement } from '@rope/core/backend'
import type { BufferHandle, DeviceHandle, PassHandle, WebGpuBackend } from '@rope/webgpu'
import { fillInput, operandLength, tensorShape } from '../contenders/input.js'
import type { Opened } from '../contenders/opened.js'
import { checkRotation, type Rotated } from '../contenders/oracle.js'
import { shapeConfig } from '../matrix/model-shape.js'
import { firstPosition, type RotationCase } from '../matrix/rotation-case.js'
import { createBuffer, readBuffer } from './device.js'
import type { Stopwatch } from './stopwatch.js'

/** What the contenders of one group share. */
export interface Stage {
  readonly backend: WebGpuBackend
  readonly device: DeviceHandle
  readonly stopwatch: Stopwatch
  /** Bytes that calls go through in turn, well beyond the GPU's caches. */
  readonly footprint: number
}

/** Calls in a pass; a longer run is several passes, so that memory for encoded calls stays small. */
const CALLS_PER_PASS = 2048

/** At most so many places; beyond them a call is so small that its memory stays in the caches. */
const MOST_PLACES = 64

/** How many places there are for calls that touch so many bytes: an even number. */
export function placeCount(bytes: number, footprint: number): number {
  return Math.min(MOST_PLACES, 2 * Math.max(1, Math.ceil(footprint / bytes / 2)))
}

/** Times `count` calls, encoded into as few passes as can be. */
export function timeCalls(
  { device, stopwatch }: Stage,
  count: number,
  encode: (pass: PassHandle, call: number) => void,
): Promise<void> {
  return stopwatch.time(() => {
    for (let first = 0; first < count; first += CALLS_PER_PASS) {
      const encoder = device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      const end = Math.min(count, first + CALLS_PER_PASS)
      for (let call = first; call < end; call++) encode(pass, call)
      pass.end()
      device.queue.submit([encoder.finish()])
    }
  })
}

/** q and k of a case, filled with the input. */
export function inputOf(rotation: RotationCase): Rotated {
  const array = (operand: 0 | 1): Rotated[0] => {
    const Kind = rotation.dtype === 'float32' ? Float32Array : Uint16Array
    const elements = new Kind(operandLength(rotation, operand))
    fillInput(rotation, operand, elements)
    return elements
  }
  return [array(0), array(1)]
}

/** Elements in a buffer of their own. */
export function upload(device: DeviceHandle, elements: Rotated[0]): BufferHandle {
  const buffer = createBuffer(device, 'storage', elements.byteLength)
  device.queue.writeBuffer(buffer, 0, elements as typeof elements & ArrayBufferView<ArrayBuffer>)
  return buffer
}

/** The elements of a buffer. */
export async function download(
  device: DeviceHandle,
  rotation: RotationCase,
  buffer: BufferHandle,
): Promise<Rotated[0]> {
  const bytes = await readBuffer(device, buffer)
  return rotation.dtype === 'float32' ? new Float32Array(bytes) : new Uint16Array(bytes)
}

interface Place {
  readonly q: BufferHandle
  readonly k: BufferHandle
}

/** Prepares the backend for a case in place. */
export async function openRotation(stage: Stage, rotation: RotationCase): Promise<Opened> {
  const { backend, device } = stage
  const { dtype, layout } = rotation
  const kernel = await backend.prepare(shapeConfig(rotation.shape, rotation.pairing), {
    layout,
    q: { shape: tensorShape(rotation, 0), dtype },
    k: { shape: tensorShape(rotation, 1), dtype },
  })
  const rows = kernel.createRotation(firstPosition(rotation))
  const bytes = (operandLength(rotation, 0) + operandLength(rotation, 1)) * bytesPerElement(dtype)
  const [q, k] = inputOf(rotation)
  const places = Array.from(
    { length: placeCount(bytes, stage.footprint) },
    (): Place => ({ q: upload(device, q), k: upload(device, k) }),
  )
  const encode = (pass: PassHandle, call: number): void => {
    const place = places[call % places.length] as Place
    kernel.encode(pass, { q: { buffer: place.q }, k: { buffer: place.k }, rotation: rows })
  }
  return {
    run: (count) => timeCalls(stage, count, encode),
    async check() {
      await timeCalls(stage, 1, encode)
      const place = places[0] as Place
      const result: Rotated = [
        await download(device, rotation, place.q),
        await download(device, rotation, place.k),
      ]
      return checkRotation(rotation, result, 'bound')
    },
    close() {
      rows.destroy()
      kernel.dispose()
      for (const place of places) for (const buffer of [place.q, place.k]) buffer.destroy()
    },
  }
}
