/**
 * Calls on GPU buffers. They are made where the buffers live, by the GPU backend on the caller's
 * device; nothing is copied to the CPU, and nobody else can finish them. What a call looks like is
 * prepared once and found again by its shape.
 */

import type { RopeConfig } from '@rope/core'
import { BoundedMap, type Plan } from '@rope/core/backend'
import type { EncoderHandle, GpuCall, GpuCallShape, GpuKernel, WebGpuBackend } from '@rope/webgpu'
import { type Dispatcher, quarantine } from '../dispatch/dispatcher.js'
import { evidenceOf, isCallersMistake } from '../dispatch/failure.js'
import type { Member } from '../members/member.js'
import { type EncodeTarget, type GpuInput, type GpuTensorInput, noGpu } from './gpu-input.js'

/** A device as far as it is used here. */
interface DeviceLike {
  createCommandEncoder(): EncoderHandle & { finish(): object }
  readonly queue: {
    submit(commands: readonly object[]): void
    onSubmittedWorkDone(): Promise<unknown>
  }
}

type GpuBackend = Pick<WebGpuBackend, 'gpuDevice' | 'prepareSync'>

/** A member that works on GPU buffers. */
interface GpuMember {
  readonly member: Member
  readonly backend: GpuBackend
}

/** More kinds of calls than a model makes. */
const KEPT_KERNELS = 64

/** What a call looks like, without its buffers: calls of equal keys share a kernel. */
function keyOf({ q, k, out, inverse, table }: GpuInput): string {
  const looks = (tensor: GpuTensorInput | undefined): unknown => {
    if (tensor === undefined) return null
    const { shape, layout, strides, dtype } = tensor
    return [shape, layout, strides, dtype]
  }
  return JSON.stringify([
    looks(q),
    looks(k),
    looks(out?.q),
    looks(out?.k),
    out !== undefined,
    inverse,
    table,
  ])
}

function isGpuBackend(backend: object | null): backend is GpuBackend {
  return backend !== null && 'prepareSync' in backend && 'gpuDevice' in backend
}

/** Makes calls on GPU buffers for one config. */
export class GpuFront {
  readonly #dispatcher: Dispatcher
  readonly #config: RopeConfig
  readonly #layout: GpuCallShape['layout']
  readonly #kernels = new BoundedMap<string, GpuKernel>(KEPT_KERNELS, (kernel) => kernel.dispose())
  /** Told the plan of each call. */
  readonly #onCall: (plan: Plan) => void

  constructor(
    dispatcher: Dispatcher,
    config: RopeConfig,
    layout: GpuCallShape['layout'],
    onCall: (plan: Plan) => void,
  ) {
    this.#dispatcher = dispatcher
    this.#config = config
    this.#layout = layout
    this.#onCall = onCall
  }

  /** Encodes a call; see AutoRope.encode. */
  encode(target: EncodeTarget, input: GpuInput): void {
    this.#encodeOn(this.#member(), target, input)
  }

  /** Encodes a call into commands of its own, submits them and waits until they are done. */
  async run(input: GpuInput): Promise<void> {
    const found = this.#member()
    const device = found.backend.gpuDevice as unknown as DeviceLike
    const encoder = device.createCommandEncoder()
    this.#encodeOn(found, encoder, input)
    device.queue.submit([encoder.finish()])
    await device.queue.onSubmittedWorkDone()
  }

  /** Frees what was prepared. */
  dispose(): void {
    for (const kernel of this.#kernels.values()) kernel.dispose()
    this.#kernels.clear()
  }

  #member(): GpuMember {
    for (const member of this.#dispatcher.members) {
      const { backend, device } = member
      if (device === 'gpu' && isGpuBackend(backend)) return { member, backend }
    }
    throw noGpu(this.#dispatcher)
  }

  #encodeOn({ member, backend }: GpuMember, target: EncodeTarget, input: GpuInput): void {
    try {
      const kernel = this.#kernel(backend, input)
      const { q, k, out, positions } = input
      kernel.encode(target, { q, k, positions, ...(out === undefined ? {} : { out }) } as GpuCall)
      this.#onCall(kernel.plan)
    } catch (error) {
      if (!isCallersMistake(error)) quarantine(this.#dispatcher, member, evidenceOf(error))
      throw error
    }
  }

  #kernel(backend: GpuBackend, input: GpuInput): GpuKernel {
    return this.#kernels.recall(keyOf(input), () => {
      const { q, k, out, inverse, table } = input
      return backend.prepareSync(this.#config, { q, k, out, inverse, table, layout: this.#layout })
    })
  }
}
