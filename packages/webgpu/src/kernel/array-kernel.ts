/**
 * The kernel of the backend contract: typed arrays in and out. Everything happens in buffers of our
 * own, and results are copied to the caller's arrays at the very end: whatever fails before leaves
 * them as they were.
 */

import { RopeError } from '@rope/core'
import {
  checkMemory,
  type Elements,
  type Kernel,
  type KernelCall,
  type Plan,
  type View,
} from '@rope/core/backend'
import { backendFailed, type CaughtErrors, scoped } from '../errors.js'
import { MAP_READ } from '../webgpu-constants.js'
import type { OperandMemory } from './arrangement.js'
import type { Context } from './context.js'
import { Launcher } from './launcher.js'
import { packRows } from './rows.js'
import { copyTensor, paddedBytes, uploadElements } from './transfer.js'

/** A stretch of GPU memory for the span of a tensor. */
interface Region {
  readonly buffer: number
  readonly byteOffset: number
  readonly elements: number
  /** The lowest element of the span, relative to the tensor's first. */
  readonly low: number
}

/** Where everything of a call lies; the same for every call of a plan. */
interface Staging {
  readonly bufferBytes: readonly number[]
  readonly sources: readonly Region[]
  readonly targets: readonly Region[]
  readonly resultBytes: number
}

const ALIGNMENT = 256

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}

/** Puts all spans into one buffer, or each into its own where they are too large together. */
function planStaging(plan: Plan, limit: number): Staging {
  const bytes = plan.dtype === 'float32' ? 4 : 2
  const spans = [
    ...plan.operands.map(({ sourceSpan }) => sourceSpan),
    ...(plan.inPlace ? [] : plan.operands.map(({ targetSpan }) => targetSpan)),
  ].map(({ low, high }) => ({ low, elements: high - low + 1 }))
  const sizes = spans.map(({ elements }) => align(paddedBytes(elements, bytes)))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const together = total <= limit
  let end = 0
  const regions = spans.map(({ low, elements }, i): Region => {
    const byteOffset = together ? end : 0
    end += sizes[i] as number
    return { buffer: together ? 0 : i, byteOffset, elements, low }
  })
  const count = plan.operands.length
  const targets = plan.inPlace ? regions : regions.slice(count)
  return {
    bufferBytes: together ? [total] : sizes,
    sources: regions.slice(0, count),
    targets,
    resultBytes: targets.reduce(
      (sum, { elements }) => sum + align(paddedBytes(elements, bytes)),
      0,
    ),
  }
}

function isEmpty({ batch, tokens, operands }: Plan): boolean {
  return batch === 0 || tokens === 0 || operands.every(({ heads }) => heads === 0)
}

/** The memory of a call on the GPU, borrowed for its time. */
interface Borrowed {
  readonly tensors: readonly GPUBuffer[]
  readonly result: GPUBuffer
}

class ArrayKernel implements Kernel {
  readonly #context: Context
  readonly #plan: Plan
  readonly #launcher: Launcher
  readonly #staging: Staging
  readonly #bytes: 2 | 4
  #prepared = false

  constructor(context: Context, plan: Plan) {
    this.#context = context
    this.#plan = plan
    this.#launcher = new Launcher(context, plan, null)
    const { maxBufferSize } = context.device.limits
    this.#staging = planStaging(plan, Math.min(maxBufferSize, context.bindingLimit))
    this.#bytes = plan.dtype === 'float32' ? 4 : 2
  }

  async run(call: KernelCall): Promise<void> {
    const context = this.#context
    context.checkAlive()
    if (isEmpty(this.#plan)) return
    const { result: borrowed, caught } = scoped(context.device, 'making buffers', () =>
      this.#borrow(),
    )
    try {
      const memory = this.#memory(borrowed)
      await this.#prepare(memory)
      context.checkAlive()
      await this.#rotate(call, borrowed, memory, caught)
    } catch (error) {
      this.#discard(borrowed)
      throw context.isGone() && !RopeError.isInstance(error)
        ? this.#goneError(error)
        : backendFailed('rotating', error)
    }
    this.#giveBack(borrowed)
  }

  /** Compiles before the first call; later ones on other buffers need the same shader. */
  async #prepare(memory: readonly OperandMemory[]): Promise<void> {
    if (this.#prepared) return
    await this.#launcher.prepare(memory)
    this.#prepared = true
  }

  /** What there is to say when the device went away during a call. */
  #goneError(error: unknown): unknown {
    try {
      this.#context.checkAlive()
      return error
    } catch (gone) {
      return gone
    }
  }

  #borrow(): Borrowed {
    const { tensors, results } = this.#context
    return {
      tensors: this.#staging.bufferBytes.map((bytes) => tensors.borrow(bytes)),
      result: results.borrow(this.#staging.resultBytes),
    }
  }

  #giveBack({ tensors, result }: Borrowed): void {
    for (const buffer of tensors) this.#context.tensors.giveBack(buffer)
    this.#context.results.giveBack(result)
  }

  #discard({ tensors, result }: Borrowed): void {
    for (const buffer of tensors) this.#context.tensors.discard(buffer)
    this.#context.results.discard(result)
  }

  /** Where the operands lie on the GPU. */
  #memory({ tensors }: Borrowed): readonly OperandMemory[] {
    const origin = ({ byteOffset, low }: Region): number => byteOffset / this.#bytes - low
    return this.#plan.operands.map((_, i) => {
      const source = this.#staging.sources[i] as Region
      const target = this.#staging.targets[i] as Region
      return {
        source: origin(source),
        sourceBuffer: tensors[source.buffer] as GPUBuffer,
        target: origin(target),
        targetBuffer: tensors[target.buffer] as GPUBuffer,
      }
    })
  }

  async #rotate(
    call: KernelCall,
    borrowed: Borrowed,
    memory: readonly OperandMemory[],
    borrowing: CaughtErrors,
  ): Promise<void> {
    const { views } = call
    const { device } = this.#context
    const { result } = borrowed
    // Or while the shader was compiled.
    checkMemory(views, this.#plan)
    const submitted = scoped(device, 'rotating', () => {
      this.#submit(call, borrowed, memory)
      return result.mapAsync(MAP_READ, 0, this.#staging.resultBytes)
    })
    // What a scope caught says more than that mapping failed.
    const mapped = await submitted.result.then(
      () => null,
      (error: unknown) => ({ error }),
    )
    await borrowing.check()
    await submitted.caught.check()
    if (mapped !== null) throw mapped.error
    this.#copyResults(views, result)
  }

  #submit(
    { views, rotation }: KernelCall,
    { tensors, result }: Borrowed,
    memory: readonly OperandMemory[],
  ): void {
    const { device, rows } = this.#context
    const { queue } = device
    this.#staging.sources.forEach(({ buffer, byteOffset, elements, low }, i) => {
      const view = views[i] as View
      const to = tensors[buffer] as GPUBuffer
      if (elements === 0) return
      uploadElements(queue, to, byteOffset, view.source, view.sourceOffset + low, elements)
    })
    const encoder = device.createCommandEncoder({ label: '@rope/webgpu run' })
    const pass = encoder.beginComputePass({ label: '@rope/webgpu run' })
    const uploaded = { ...rows.upload(packRows(rotation)), batchStride: rotation.batchStride }
    this.#launcher.encode(pass, memory, uploaded, null)
    pass.end()
    let at = 0
    for (const { buffer, byteOffset, elements } of this.#staging.targets) {
      const bytes = paddedBytes(elements, this.#bytes)
      if (bytes > 0)
        encoder.copyBufferToBuffer(tensors[buffer] as GPUBuffer, byteOffset, result, at, bytes)
      at += align(bytes)
    }
    queue.submit([encoder.finish()])
  }

  #copyResults(views: readonly View[], result: GPUBuffer): void {
    const mapped = result.getMappedRange(0, this.#staging.resultBytes)
    try {
      // Memory may have gone away while the GPU worked; then nothing at all is written.
      checkMemory(views, this.#plan)
      let at = 0
      this.#staging.targets.forEach(({ elements, low }, i) => {
        const { target, targetOffset } = views[i] as View
        const { heads, target: strides } = this.#plan.operands[i] as Plan['operands'][number]
        const Kind = this.#bytes === 4 ? Float32Array : Uint16Array
        const from: Elements = new Kind(mapped, at, elements)
        if (heads > 0) copyTensor(this.#plan, heads, strides, from, -low, target, targetOffset)
        at += align(paddedBytes(elements, this.#bytes))
      })
    } finally {
      result.unmap()
    }
  }
}

/** The kernel of a plan on typed arrays. */
export function createArrayKernel(context: Context, plan: Plan): Kernel {
  return new ArrayKernel(context, plan)
}
