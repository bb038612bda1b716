/**
 * The yardstick: a kernel that copies 16 bytes per load and store and does nothing else. A rotation
 * moves as many bytes, so its share of this rate says what is left to gain.
 */
import { planWorkgroups } from '../plan/grid.js'
import {
  type GpuBuffer,
  type GpuComputePass,
  type GpuComputePipeline,
  type GpuDevice,
  type GpuObject,
  STAGE_COMPUTE,
} from '../webgpu-types.js'

const VECTOR_BYTES = 16

/** Copies with one vector per invocation, or with several, all loads before the stores. */
function copyShader(vectors: number): string {
  const each = (line: (i: number) => string): string =>
    Array.from({ length: vectors }, (_, i) => `  ${line(i)}`).join('\n')
  return `@group(0) @binding(0) var<storage, read> source: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> destination: array<vec4u>;

@compute @workgroup_size(64)
fn copy(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = (group.y * groups.x + group.x) * ${64 * vectors}u + lane;
${each((i) => `let vector_${i} = source[at + ${64 * i}u];`)}
${each((i) => `if (at + ${64 * i}u < arrayLength(&destination)) { destination[at + ${64 * i}u] = vector_${i}; }`)}
}
`
}

/** A copy kernel on a device. */
export class CopyKernel {
  readonly vectors: number
  readonly #device: GpuDevice
  readonly #layout: GpuObject
  readonly #pipeline: GpuComputePipeline
  readonly #groups = new WeakMap<GpuBuffer, GpuObject>()

  /** @param vectors per invocation */
  constructor(device: GpuDevice, vectors: number) {
    this.vectors = vectors
    this.#device = device
    this.#layout = device.createBindGroupLayout({
      entries: (['read-only-storage', 'storage'] as const).map((type, binding) => ({
        binding,
        visibility: STAGE_COMPUTE,
        buffer: { type },
      })),
    })
    this.#pipeline = device.createComputePipeline({
      layout: device.createPipelineLayout({ bindGroupLayouts: [this.#layout] }),
      compute: {
        module: device.createShaderModule({ code: copyShader(vectors) }),
        entryPoint: 'copy',
      },
    })
  }

  /** Encodes a copy of a whole buffer into another of the same size, its partner for good. */
  encode(pass: GpuComputePass, source: GpuBuffer, destination: GpuBuffer): void {
    const invocations = Math.ceil(source.size / VECTOR_BYTES / this.vectors)
    const { x, y } = planWorkgroups(
      invocations,
      this.#device.limits.maxComputeWorkgroupsPerDimension,
    )
    pass.setPipeline(this.#pipeline)
    pass.setBindGroup(0, this.#group(source, destination))
    pass.dispatchWorkgroups(x, y)
  }

  #group(source: GpuBuffer, destination: GpuBuffer): GpuObject {
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
