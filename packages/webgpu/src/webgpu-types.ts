/**
 * The part of WebGPU that this package uses, as structural types: no declarations from elsewhere
 * are needed, and a stand-in for tests is a plain object. Names and meanings are those of the
 * WebGPU specification; handles.ts says how users' own types become these.
 */

/** A GPUBuffer. */
export interface GpuBuffer {
  readonly size: number
  readonly usage: number
  readonly mapState: string
  readonly label: string
  mapAsync(mode: number, offset?: number, size?: number): Promise<unknown>
  getMappedRange(offset?: number, size?: number): ArrayBuffer
  unmap(): void
  destroy(): void
}

/** How a buffer is made. */
export interface GpuBufferDescriptor {
  readonly label?: string
  readonly size: number
  readonly usage: number
  readonly mappedAtCreation?: boolean
}

/** An object of which nothing is used but its identity. */
export interface GpuObject {
  readonly label: string
}

/** A part of a buffer as a bind group wants it. */
export interface GpuBufferBinding {
  readonly buffer: GpuBuffer
  readonly offset?: number
  readonly size?: number
}

/** What a binding of a layout is. */
export interface GpuBindGroupLayoutEntry {
  readonly binding: number
  readonly visibility: number
  readonly buffer: {
    readonly type: 'uniform' | 'storage' | 'read-only-storage'
    readonly hasDynamicOffset?: boolean
    readonly minBindingSize?: number
  }
}

/** A GPUComputePipeline. */
export interface GpuComputePipeline extends GpuObject {}

/** How a compute pipeline is made. */
export interface GpuComputePipelineDescriptor {
  readonly label?: string
  readonly layout: GpuObject
  readonly compute: { readonly module: GpuObject; readonly entryPoint: string }
}

/** A GPUComputePassEncoder: an open pass. */
export interface GpuComputePass {
  setPipeline(pipeline: GpuComputePipeline): void
  setBindGroup(index: number, group: GpuObject, dynamicOffsets?: Iterable<number>): void
  /** Where the language feature `immediate_address_space` exists. */
  setImmediates?(offset: number, data: Uint32Array<ArrayBuffer>): void
  dispatchWorkgroups(x: number, y?: number, z?: number): void
  end(): void
}

/** A GPUCommandEncoder. */
export interface GpuCommandEncoder {
  beginComputePass(descriptor?: {
    readonly label?: string
    readonly timestampWrites?: {
      readonly querySet: GpuQuerySet
      readonly beginningOfPassWriteIndex: number
      readonly endOfPassWriteIndex: number
    }
  }): GpuComputePass
  copyBufferToBuffer(
    source: GpuBuffer,
    sourceOffset: number,
    destination: GpuBuffer,
    destinationOffset: number,
    size: number,
  ): void
  clearBuffer(buffer: GpuBuffer, offset?: number, size?: number): void
  resolveQuerySet(
    querySet: GpuQuerySet,
    firstQuery: number,
    queryCount: number,
    destination: GpuBuffer,
    destinationOffset: number,
  ): void
  finish(): GpuObject
}

/** A GPUQuerySet. */
export interface GpuQuerySet extends GpuObject {
  destroy(): void
}

/** A GPUQueue. */
export interface GpuQueue {
  submit(commands: readonly GpuObject[]): void
  writeBuffer(
    buffer: GpuBuffer,
    bufferOffset: number,
    data: ArrayBufferView<ArrayBuffer>,
    dataOffset?: number,
    size?: number,
  ): void
  onSubmittedWorkDone(): Promise<unknown>
}

/** The limits that matter here. */
export interface GpuLimits {
  readonly maxBufferSize: number
  readonly maxStorageBufferBindingSize: number
  readonly maxStorageBuffersPerShaderStage: number
  readonly maxComputeWorkgroupsPerDimension: number
  readonly minStorageBufferOffsetAlignment: number
  readonly minUniformBufferOffsetAlignment: number
  /** Bytes of immediates; where there are any. */
  readonly maxImmediateSize?: number
}

/** An error that a scope caught. */
export interface GpuError {
  readonly message: string
}

/** A GPUDevice. */
export interface GpuDevice {
  readonly label: string
  /** Newer than the rest; browsers of 2024 lack it. */
  readonly adapterInfo?: GpuAdapterInfo
  readonly features: { has(name: string): boolean; [Symbol.iterator](): Iterator<string> }
  readonly limits: GpuLimits
  readonly queue: GpuQueue
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>
  createBuffer(descriptor: GpuBufferDescriptor): GpuBuffer
  createShaderModule(descriptor: { readonly label?: string; readonly code: string }): GpuObject
  createBindGroupLayout(descriptor: {
    readonly label?: string
    readonly entries: readonly GpuBindGroupLayoutEntry[]
  }): GpuObject
  createPipelineLayout(descriptor: {
    readonly label?: string
    readonly bindGroupLayouts: readonly GpuObject[]
    readonly immediateSize?: number
  }): GpuObject
  createComputePipeline(descriptor: GpuComputePipelineDescriptor): GpuComputePipeline
  createComputePipelineAsync(descriptor: GpuComputePipelineDescriptor): Promise<GpuComputePipeline>
  createBindGroup(descriptor: {
    readonly label?: string
    readonly layout: GpuObject
    readonly entries: readonly { readonly binding: number; readonly resource: GpuBufferBinding }[]
  }): GpuObject
  createCommandEncoder(descriptor?: { readonly label?: string }): GpuCommandEncoder
  createQuerySet(descriptor: {
    readonly label?: string
    readonly type: 'timestamp'
    readonly count: number
  }): GpuQuerySet
  pushErrorScope(filter: 'validation' | 'out-of-memory' | 'internal'): void
  popErrorScope(): Promise<GpuError | null>
  destroy(): void
}

/** What an adapter says about itself. */
export interface GpuAdapterInfo {
  readonly vendor: string
  readonly architecture: string
  readonly device: string
  readonly description: string
  readonly isFallbackAdapter?: boolean
}

/** A GPUAdapter. */
export interface GpuAdapter {
  readonly info: GpuAdapterInfo
  readonly features: { has(name: string): boolean; [Symbol.iterator](): Iterator<string> }
  readonly limits: GpuLimits
  requestDevice(descriptor?: {
    readonly label?: string
    readonly requiredFeatures?: readonly string[]
    readonly requiredLimits?: Readonly<Record<string, number>>
  }): Promise<GpuDevice>
}

/** A GPU: `navigator.gpu`, or what the npm package `webgpu` creates. */
export interface Gpu {
  readonly wgslLanguageFeatures?: { has(name: string): boolean }
  requestAdapter(options?: {
    readonly powerPreference?: 'low-power' | 'high-performance'
    readonly forceFallbackAdapter?: boolean
  }): Promise<GpuAdapter | null>
}

/** GPUBufferUsage, which does not exist as a global everywhere. */
export const USAGE = {
  MAP_READ: 0x1,
  COPY_SRC: 0x4,
  COPY_DST: 0x8,
  UNIFORM: 0x40,
  STORAGE: 0x80,
  QUERY_RESOLVE: 0x200,
} as const

/** GPUMapMode.READ. */
export const MAP_READ = 1

/** GPUShaderStage.COMPUTE. */
export const STAGE_COMPUTE = 4
