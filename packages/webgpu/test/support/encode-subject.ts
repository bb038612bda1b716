/**
 * A backend for the conformance suite whose kernels are encoded into a pass of the caller's on the
 * caller's buffers. Whole arrays go to the GPU, guard zones included, and come back as a whole: what
 * a shader writes beside its tensors is found out like anything else.
 */
import type { Backend, Elements, Kernel, Plan, View } from '@rope/core/backend'
import type { WebGpuBackend } from '../../src/backend.js'
import type { OperandMemory } from '../../src/kernel/arrangement.js'
import type { Context } from '../../src/kernel/context.js'
import { Launcher } from '../../src/kernel/launcher.js'
import { packRows } from '../../src/kernel/rows.js'
import { MAP_READ, USAGE } from '../../src/webgpu-constants.js'

/** Where arrays lie in their buffers, beyond what their memory says. */
export interface Placing {
  /** Bytes before the array's memory. */
  readonly lead: number
  /** Told after each call how many dispatches it was. */
  readonly onDispatches: (count: number) => void
}

/** The pass with its dispatches counted. */
function counted(pass: GPUComputePassEncoder): {
  readonly pass: GPUComputePassEncoder
  readonly count: () => number
} {
  let count = 0
  return {
    count: () => count,
    pass: {
      setPipeline: (pipeline) => pass.setPipeline(pipeline),
      setBindGroup: (index, group, offsets = []) => pass.setBindGroup(index, group, offsets),
      ...(pass.setImmediates === undefined
        ? {}
        : { setImmediates: (offset, data) => pass.setImmediates?.(offset, data) }),
      dispatchWorkgroups(x, y) {
        count += 1
        pass.dispatchWorkgroups(x, y)
      },
      end: () => pass.end(),
    } as GPUComputePassEncoder,
  }
}

const USAGES = USAGE.STORAGE | USAGE.COPY_DST | USAGE.COPY_SRC

/** One ArrayBuffer on the GPU. */
interface Mirror {
  readonly memory: ArrayBufferLike
  readonly buffer: GPUBuffer
  readonly bytes: number
}

function createMirror({ device }: Context, memory: ArrayBufferLike, lead: number): Mirror {
  const bytes = Math.ceil((lead + memory.byteLength) / 4) * 4 + 4
  const buffer = device.createBuffer({ size: bytes, usage: USAGES })
  const copy = new Uint8Array(bytes)
  copy.set(new Uint8Array(memory), lead)
  device.queue.writeBuffer(buffer, 0, copy)
  return { memory, buffer, bytes }
}

async function readMirror(
  { device }: Context,
  { memory, buffer, bytes }: Mirror,
  lead: number,
): Promise<void> {
  const result = device.createBuffer({ size: bytes, usage: USAGE.MAP_READ | USAGE.COPY_DST })
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(buffer, 0, result, 0, bytes)
  device.queue.submit([encoder.finish()])
  await result.mapAsync(MAP_READ)
  const mapped = new Uint8Array(result.getMappedRange())
  new Uint8Array(memory).set(mapped.subarray(lead, lead + memory.byteLength))
  const outside = [...mapped.subarray(0, lead), ...mapped.subarray(lead + memory.byteLength)]
  result.unmap()
  result.destroy()
  buffer.destroy()
  if (outside.some((byte) => byte !== 0)) throw new Error('bytes outside the memory were written')
}

function createKernel(context: Context, plan: Plan, { lead, onDispatches }: Placing): Kernel {
  const launcher = new Launcher(context, plan, null)
  const bytes = plan.dtype === 'float32' ? 4 : 2
  return {
    async run({ views, rotation }) {
      context.checkAlive()
      const mirrors = new Map<ArrayBufferLike, Mirror>()
      const place = (
        elements: Elements,
        offset: number,
      ): { readonly buffer: GPUBuffer; readonly at: number } => {
        const known = mirrors.get(elements.buffer)
        const mirror = known ?? createMirror(context, elements.buffer, lead)
        mirrors.set(elements.buffer, mirror)
        return { buffer: mirror.buffer, at: (lead + elements.byteOffset) / bytes + offset }
      }
      const memory = views.map((view: View): OperandMemory => {
        const source = place(view.source, view.sourceOffset)
        const target = place(view.target, view.targetOffset)
        return {
          sourceBuffer: source.buffer,
          source: source.at,
          targetBuffer: target.buffer,
          target: target.at,
        }
      })
      const { device } = context
      const encoder = device.createCommandEncoder()
      const { pass, count } = counted(encoder.beginComputePass())
      const rows = { ...context.rows.upload(packRows(rotation)), batchStride: rotation.batchStride }
      launcher.encode(pass, memory, rows, null)
      pass.end()
      onDispatches(count())
      device.queue.submit([encoder.finish()])
      for (const mirror of mirrors.values()) await readMirror(context, mirror, lead)
    },
  }
}

/** A backend that encodes, claiming what `backend` claims. */
export function createEncodingBackend(
  backend: WebGpuBackend,
  context: Context,
  placing: Placing,
): Backend {
  return {
    specVersion: 1,
    name: 'webgpu encoded',
    device: 'gpu',
    capabilities: backend.capabilities,
    supports: (plan) => backend.supports(plan),
    compile(plan) {
      backend.compile(plan)
      return createKernel(context, plan, placing)
    },
    dispose: () => undefined,
  }
}
