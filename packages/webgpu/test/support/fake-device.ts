/**
 * A stand-in for a GPU device that keeps books: what is created, destroyed, written and encoded.
 * Buffers have memory and copies work, but shaders do nothing. Faults are injected by name.
 */
import { USAGE } from '../../src/webgpu-constants.js'

/** A dispatch with all that was set for it. */
export interface FakeDispatch {
  readonly workgroups: readonly [number, number]
  readonly code: string
  readonly entries: readonly {
    readonly binding: number
    readonly resource: {
      readonly buffer: FakeBuffer
      readonly offset?: number
      readonly size?: number
    }
  }[]
  readonly dynamicOffsets: readonly number[]
  readonly immediates: readonly number[]
}

export interface FakeBuffer extends GPUBuffer {
  readonly bytes: Uint8Array
  readonly destroyed: boolean
}

/** Where a fault strikes. */
export type Fault = 'createBuffer' | 'createComputePipeline' | 'submit' | 'mapAsync'

export interface FakeGpu {
  readonly device: GPUDevice
  readonly adapter: GPUAdapter
  readonly gpu: GPU
  /** Buffers that have not been destroyed. */
  readonly alive: Set<FakeBuffer>
  readonly counts: Record<string, number>
  readonly dispatches: FakeDispatch[]
  /** Makes an operation fail from now on, in the way WebGPU reports it. */
  fail(fault: Fault, error: GPUError & { readonly filter: string }): void
  heal(): void
  lose(reason: string, message: string): void
}

interface Options {
  readonly features?: readonly string[]
  readonly limits?: Partial<GPUDevice['limits']>
  readonly immediates?: boolean
  readonly description?: string
}

const LIMITS: Partial<GPUDevice['limits']> = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupsPerDimension: 65535,
  minStorageBufferOffsetAlignment: 256,
  minUniformBufferOffsetAlignment: 256,
  maxImmediateSize: 64,
}

type Recorded = Record<string, unknown>

export function createFakeGpu(options: Options = {}): FakeGpu {
  const alive = new Set<FakeBuffer>()
  const counts: Record<string, number> = {}
  const dispatches: FakeDispatch[] = []
  const scopes: { filter: string; error: GPUError | null }[] = []
  let fault: { at: Fault; error: GPUError & { readonly filter: string } } | null = null
  let lose: (info: { reason: string; message: string }) => void = () => undefined
  let isLost = false
  let submitFailed = false
  const lost = new Promise<{ reason: string; message: string }>((resolve) => {
    lose = resolve
  })
  const count = (name: string): void => {
    counts[name] = (counts[name] ?? 0) + 1
  }
  /** True when the operation fails: its error goes to the innermost scope that wants it. */
  const strikes = (at: Fault): boolean => {
    if (fault?.at !== at) return false
    const { error } = fault
    const scope = [...scopes].reverse().find(({ filter }) => filter === error.filter)
    if (scope !== undefined) scope.error ??= error
    return true
  }

  function createBuffer(descriptor: { size: number; usage: number; label?: string }): FakeBuffer {
    count('createBuffer')
    strikes('createBuffer')
    let destroyed = false
    let mapState: GPUBufferMapState = 'unmapped'
    const buffer: FakeBuffer = {
      __brand: 'GPUBuffer',
      size: descriptor.size,
      usage: descriptor.usage,
      label: descriptor.label ?? '',
      bytes: new Uint8Array(descriptor.size),
      get destroyed() {
        return destroyed
      },
      get mapState() {
        return mapState
      },
      async mapAsync() {
        count('mapAsync')
        await Promise.resolve()
        if (isLost) throw new Error('the device is lost')
        if (strikes('mapAsync') || submitFailed) throw new Error('mapping failed')
        if (destroyed) throw new Error('mapped a destroyed buffer')
        mapState = 'mapped'
      },
      getMappedRange(offset = 0, size = descriptor.size - offset) {
        return buffer.bytes.buffer.slice(offset, offset + size) as ArrayBuffer
      },
      unmap() {
        mapState = 'unmapped'
      },
      destroy() {
        if (destroyed) return
        destroyed = true
        count('destroyBuffer')
        alive.delete(buffer)
      },
    }
    alive.add(buffer)
    return buffer
  }

  const check = (buffer: GPUBuffer): FakeBuffer => {
    const fake = buffer as FakeBuffer
    if (fake.destroyed) throw new Error(`used after destroy: ${fake.label}`)
    return fake
  }

  function beginComputePass(commands: (() => void)[]): Recorded {
    count('beginComputePass')
    let pipeline: { code: string } = { code: '' }
    let group: FakeDispatch['entries'] = []
    let dynamicOffsets: number[] = []
    let immediates: number[] = []
    return {
      setPipeline(next: { code: string }) {
        pipeline = next
      },
      setBindGroup(
        _index: number,
        next: { entries: FakeDispatch['entries'] },
        offsets: Iterable<number> = [],
      ) {
        group = next.entries
        dynamicOffsets = [...offsets]
      },
      setImmediates(_offset: number, data: Uint32Array) {
        immediates = [...data]
      },
      dispatchWorkgroups(x: number, y = 1) {
        const { code } = pipeline
        dispatches.push({ workgroups: [x, y], code, entries: group, dynamicOffsets, immediates })
        const used = group
        commands.push(() => used.forEach(({ resource }) => check(resource.buffer)))
      },
      end() {
        count('endPass')
      },
    }
  }

  function createCommandEncoder(): Recorded {
    count('createCommandEncoder')
    const commands: (() => void)[] = []
    return {
      beginComputePass: () => beginComputePass(commands),
      copyBufferToBuffer(
        from: GPUBuffer,
        fromAt: number,
        to: GPUBuffer,
        toAt: number,
        size: number,
      ) {
        commands.push(() =>
          check(to).bytes.set(check(from).bytes.subarray(fromAt, fromAt + size), toAt),
        )
      },
      finish: () => ({ label: '', commands }),
    }
  }

  const pipelineOf = ({ compute }: { compute: { module: { code: string } } }): Recorded => {
    count('createComputePipeline')
    return { label: '', code: compute.module.code }
  }

  const device = {
    label: 'fake',
    adapterInfo: {
      vendor: 'fake',
      architecture: '',
      device: '',
      description: options.description ?? 'fake GPU',
    },
    features: new Set(options.features ?? []),
    limits: { ...LIMITS, ...options.limits },
    lost,
    queue: {
      submit(list: readonly { commands: readonly (() => void)[] }[]) {
        count('submit')
        submitFailed = strikes('submit')
        if (submitFailed) return
        for (const { commands } of list) for (const command of commands) command()
      },
      writeBuffer(
        buffer: GPUBuffer,
        at: number,
        data: ArrayBufferView,
        first = 0,
        length?: number,
      ) {
        count('writeBuffer')
        const size = (data as unknown as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1
        const bytes = length === undefined ? data.byteLength - first * size : length * size
        if (bytes % 4 !== 0) throw new Error(`writeBuffer of ${bytes} bytes`)
        const from = new Uint8Array(
          data.buffer as ArrayBuffer,
          data.byteOffset + first * size,
          bytes,
        )
        check(buffer).bytes.set(from, at)
      },
      async onSubmittedWorkDone() {
        count('onSubmittedWorkDone')
      },
    },
    createBuffer,
    createShaderModule: ({ code }: { code: string }) => ({ label: '', code }),
    createBindGroupLayout: () => ({ label: '' }),
    createPipelineLayout: () => ({ label: '' }),
    createComputePipeline: pipelineOf,
    async createComputePipelineAsync(descriptor: Parameters<typeof pipelineOf>[0]) {
      await Promise.resolve()
      if (fault?.at === 'createComputePipeline') throw new Error(fault.error.message)
      return pipelineOf(descriptor)
    },
    createBindGroup(descriptor: { entries: FakeDispatch['entries'] }) {
      count('createBindGroup')
      return { label: '', entries: descriptor.entries }
    },
    createCommandEncoder,
    createQuerySet: () => ({ label: '', destroy: () => undefined }),
    pushErrorScope(filter: string) {
      scopes.push({ filter, error: null })
    },
    async popErrorScope() {
      return scopes.pop()?.error ?? null
    },
    destroy() {
      count('destroyDevice')
    },
  } as unknown as GPUDevice

  const adapter = {
    info: (device as { adapterInfo?: object }).adapterInfo,
    features: new Set(options.features ?? []),
    limits: device.limits,
    requestDevice: async () => device,
  } as unknown as GPUAdapter

  const languageFeatures = options.immediates === false ? [] : ['immediate_address_space']
  return {
    device,
    adapter,
    gpu: {
      wgslLanguageFeatures: new Set(languageFeatures),
      requestAdapter: async () => adapter,
    } as unknown as GPU,
    alive,
    counts,
    dispatches,
    fail(at, error) {
      fault = { at, error }
    },
    heal() {
      fault = null
    },
    lose(reason, message) {
      isLost = true
      lose({ reason, message })
    },
  }
}

/** A storage buffer of the fake device, as a user would create it. */
export function storage(fake: FakeGpu, size: number): FakeBuffer {
  const usage = USAGE.STORAGE | USAGE.COPY_DST | USAGE.COPY_SRC
  return fake.device.createBuffer({ size, usage }) as FakeBuffer
}
