/**
 * Pipelines of a device: each shader is compiled once, whoever asks for it, and kept as long as the
 * device lives.
 */
import { backendFailed } from '../errors.js'
import { callFields } from '../shader/call-fields.js'
import { extraBindings, generateShader } from '../shader/generate.js'
import { type ShaderSpec, specKey } from '../shader/spec.js'
import { STAGE_COMPUTE } from '../webgpu-constants.js'

/** A shader of a device, which can be compiled now or in the background. */
export interface Shader {
  readonly spec: ShaderSpec
  readonly bindGroupLayout: GPUBindGroupLayout
  /** Compiles in the background where that has not been done; rejects with BACKEND_FAILED. */
  prepare(): Promise<GPUComputePipeline>
  /** The pipeline, compiled at once if it must be. */
  pipeline(): GPUComputePipeline
}

function entriesOf(spec: ShaderSpec): readonly GPUBindGroupLayoutEntry[] {
  const extra = extraBindings(spec)
  const entry = (
    binding: number,
    type: GPUBufferBindingType,
    hasDynamicOffset = false,
  ): GPUBindGroupLayoutEntry => ({
    binding,
    visibility: STAGE_COMPUTE,
    buffer: { type, hasDynamicOffset },
  })
  return [
    entry(0, 'uniform'),
    entry(1, 'read-only-storage'),
    ...spec.bindings.map(({ written }, i) =>
      entry(i + 2, written ? 'storage' : 'read-only-storage'),
    ),
    ...(spec.positions === null
      ? []
      : [entry(extra.positions, 'read-only-storage'), entry(extra.status, 'storage')]),
    ...(spec.immediates ? [] : [entry(extra.call, 'uniform', true)]),
  ]
}

function createShader(device: GPUDevice, spec: ShaderSpec): Shader {
  const label = '@rope/webgpu'
  const bindGroupLayout = device.createBindGroupLayout({ label, entries: entriesOf(spec) })
  const immediateSize = 4 * callFields(spec).length
  const layout = device.createPipelineLayout({
    label,
    bindGroupLayouts: [bindGroupLayout],
    ...(spec.immediates ? { immediateSize } : {}),
  })
  const module = device.createShaderModule({ label, code: generateShader(spec) })
  const descriptor = { label, layout, compute: { module, entryPoint: 'rotate' } }
  let ready: GPUComputePipeline | undefined
  let pending: Promise<GPUComputePipeline> | undefined
  async function compile(): Promise<GPUComputePipeline> {
    try {
      ready ??= await device.createComputePipelineAsync(descriptor)
      return ready
    } catch (error) {
      pending = undefined
      throw backendFailed('compiling a shader', error)
    }
  }
  return {
    spec,
    bindGroupLayout,
    prepare() {
      pending ??= compile()
      return pending
    },
    pipeline() {
      ready ??= device.createComputePipeline(descriptor)
      return ready
    },
  }
}

const SHADERS = new WeakMap<GPUDevice, Map<string, Shader>>()

/** The shader of a spec on a device. */
export function shaderOf(device: GPUDevice, spec: ShaderSpec): Shader {
  const shaders = SHADERS.get(device) ?? new Map<string, Shader>()
  SHADERS.set(device, shaders)
  const key = specKey(spec)
  const known = shaders.get(key)
  if (known !== undefined) return known
  const shader = createShader(device, spec)
  shaders.set(key, shader)
  return shader
}
