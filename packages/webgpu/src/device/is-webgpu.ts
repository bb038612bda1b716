/**
 * Whether an object is what it was given for: it has all that this package uses of it. Anything may
 * come from a caller, and from what a caller's GPU and adapter give.
 */
import { deviceFacts } from './adapter-facts.js'

const DEVICE = [
  ...['createBuffer', 'createBindGroup', 'createBindGroupLayout', 'createPipelineLayout'],
  ...['createShaderModule', 'createComputePipeline', 'createComputePipelineAsync'],
  ...['createCommandEncoder', 'pushErrorScope', 'popErrorScope', 'destroy'],
]

/** The limits that calls are planned by. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupsPerDimension',
] as const

function has(value: unknown, methods: readonly (string | symbol)[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  return methods.every((name) => typeof Reflect.get(value, name) === 'function')
}

/** The answer; no where looking for it throws. */
function answer(look: () => boolean): boolean {
  try {
    return look()
  } catch {
    return false
  }
}

function isSize(value: unknown): boolean {
  return typeof value === 'number' && value > 0
}

/** True for a GPU: it can be asked for adapters, and for WGSL's features where it knows of them. */
export function isGpu(value: unknown): value is GPU {
  return answer(() => {
    if (!has(value, ['requestAdapter'])) return false
    const { wgslLanguageFeatures }: Partial<GPU> = value as GPU
    return wgslLanguageFeatures === undefined || has(wgslLanguageFeatures, ['has'])
  })
}

/** True for an adapter: it can be asked for devices. What it says of itself is read in a probe. */
export function isAdapter(value: unknown): value is GPUAdapter {
  return answer(() => has(value, ['requestDevice']))
}

/** True for a device. */
export function isDevice(value: unknown): value is GPUDevice {
  return answer(() => {
    if (!has(value, DEVICE)) return false
    const device = value as GPUDevice
    const { limits, queue, lost } = device
    if (!has(queue, ['submit', 'writeBuffer']) || !has(lost, ['then'])) return false
    if (!LIMITS.every((name) => isSize(limits[name]))) return false
    // Newer than the rest: browsers of 2024 lack it.
    if (!['number', 'undefined'].includes(typeof limits.maxImmediateSize)) return false
    deviceFacts(device)
    return true
  })
}
