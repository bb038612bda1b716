/**
 * The yardstick: a kernel that copies 16 bytes per load and store and does nothing else. A rotation
 * moves as many bytes, so its share of this rate says what is left to gain.
 */
import type { BufferHandle, DeviceHandle, PassHandle } from '@rope/webgpu'
import { STAGE_COMPUTE } from './device.js'

type Pipeline = ReturnType<DeviceHandle['createComputePipeline']>
type BindGroup = ReturnType<DeviceHandle['createBindGroup']>
type Layout = ReturnType<DeviceHandle['createBindGroupLayout']>

const VECTOR_BYTES = 16
const WORKGROUP_SIZE = 64

/** Vectors that one invocation copies, all loads before the stores: GPUs differ in what they like. */
export const COPY_WIDTHS: readonly number[] = [1, 4]

/** The WGSL of a copy. */
function copyShader(vectors: number): string {
  const each = (line: (offset: string, i: number) => string): string =>
    Array.from({ length: vectors }, (_, i) => `  ${line(`at + ${WORKGROUP_SIZE * i}u`, i)}`).join(
      '\n',
    )
  return `@group(0) @binding(0) var<storage, read> source: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> destination: array<vec4u>;

@compute @workgroup_size(${WORKGROUP_SIZE})
fn copy(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = (group.y * groups.x + group.x) * ${WORKGROUP_SIZE * vectors}u + lane;
  let end = arrayLength(&destination);
${each((offset, i) => `let vector_${i} = source[min(${offset}, end - 1u)];`)}
${each((offset, i) => `if (${offset} < end) { destination[${offset}] = vector_${i}; }`)}
}
`
}

/** A copy kernel on a device. */
export class CopyKernel {
  readonly vectors: number
  readonly #device: DeviceHandle
  readonly #layout: Layout
  readonly #pipeline: Pipeline
  readonly #groups = new WeakMap<BufferHandle, BindGroup>()

  /** @param vectors per invocation */
  constructor(device: DeviceHandle, vectors: number) {
    this.vectors = vectors
    this.#device = device
    this.#layout = device.createBindGroupLayout({
      entries: (['read-only-storage', 'storage'] as const).map((type, binding) => ({
        binding,
        visibility: STAGE_COMPUTE,
        buffer: { type },
      })),
    })
    const module = device.createShaderModule({ code: copyShader(vectors) })
    this.#pipeline = device.createComputePipeline({
      layout: device.createPipelineLayout({ bindGroupLayouts: [this.#layout] }),
      compute: { module, entryPoint: 'copy' },
    })
  }

  /** Encodes a copy of a whole buffer into another of the same size, its partner for good. */
  encode(pass: PassHandle, source: BufferHandle, destination: BufferHandle): void {
    const perGroup = VECTOR_BYTES * this.vectors * WORKGROUP_SIZE
    const groups = Math.ceil(source.size / perGroup)
    const rows = Math.ceil(groups / this.#device.limits.maxComputeWorkgroupsPerDimension)
    pass.setPipeline(this.#pipeline)
    pass.setBindGroup(0, this.#group(source, destination))
    pass.dispatchWorkgroups(Math.ceil(groups / rows), rows)
  }

  #group(source: BufferHandle, destination: BufferHandle): BindGroup {
    const known = this.#groups.get(source)
    if (known !== undefined) return known
    const group = this.#device.createBindGroup({
      layout: this.#layout,
      entries: [source, destination].map((buffer, binding) => ({ binding, resource: { buffer } })),
    })
    this.#groups.set(source, group)
    return group
  }
}
