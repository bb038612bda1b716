/**
 * From options to a device: the caller's own, or one made of the best adapter with the limits and
 * features that rotating can use.
 */
import { RopeError } from '@rope/core'
import { messageOf } from '../errors.js'
import { type FoundGpu, findGpu, isNode, navigatorGpu } from './find-gpu.js'
import { isAdapter, isDevice } from './is-webgpu.js'

/** The options as this package uses them. */
export interface CheckedOptions {
  readonly device: GPUDevice | undefined
  readonly adapter: GPUAdapter | undefined
  readonly gpu: GPU | undefined
  readonly powerPreference: 'low-power' | 'high-performance'
}

/** A device, and what cannot be asked of it. */
export interface OpenDevice {
  readonly device: GPUDevice
  /** True when it was made here and is destroyed with the backend. */
  readonly owned: boolean
  /** True when WGSL has `var<immediate>` and the device has room for them. */
  readonly immediates: boolean
}

/** An adapter and the GPU it belongs to, where that is known. */
export interface FoundAdapter {
  readonly adapter: GPUAdapter
  readonly gpu: GPU | undefined
  readonly source: string
}

/** Bytes of immediates that a dispatch may need. */
const IMMEDIATE_BYTES = 32

/** True when `gpu` knows the language feature and a device of these limits has the room. */
export function hasImmediates(gpu: GPU | undefined, limits: GPUDevice['limits']): boolean {
  if (gpu?.wgslLanguageFeatures?.has('immediate_address_space') !== true) return false
  const { GPUComputePassEncoder: Pass } = globalThis as {
    readonly GPUComputePassEncoder?: { readonly prototype: object }
  }
  if (Pass !== undefined && !('setImmediates' in Pass.prototype)) return false
  return (limits.maxImmediateSize ?? 0) >= IMMEDIATE_BYTES
}

function nameOf(source: FoundGpu['source']): string {
  return source === 'given' ? 'the given gpu' : source
}

/** What there is to say where a GPU has no adapter: of browsers in a browser, of drivers elsewhere. */
function noAdapterReason(source: FoundGpu['source']): string {
  const fix = isNode()
    ? 'install a graphics driver (on Linux a Vulkan loader and driver, such as libvulkan1 and the driver of the card)'
    : "turn on hardware acceleration in the browser's settings, update the browser and the graphics driver, or use another browser; browsers block drivers that they know to fail"
  return `${nameOf(source)} offers no adapter; ${fix}`
}

/**
 * The adapter to use.
 *
 * @throws RopeError UNAVAILABLE, saying what to do
 */
export async function findAdapter(options: CheckedOptions): Promise<FoundAdapter> {
  if (options.adapter !== undefined) {
    return { adapter: options.adapter, gpu: options.gpu ?? navigatorGpu(), source: 'given' }
  }
  const { gpu, source } = await findGpu(options.gpu)
  const adapter = await requestAdapter({ gpu, source }, options.powerPreference)
  if (adapter === null) throw new RopeError('UNAVAILABLE', noAdapterReason(source))
  return { adapter, gpu, source }
}

async function requestAdapter(
  { gpu, source }: FoundGpu,
  powerPreference: CheckedOptions['powerPreference'],
): Promise<GPUAdapter | null> {
  try {
    const adapter = await gpu.requestAdapter({ powerPreference })
    if (adapter === null || isAdapter(adapter)) return adapter
    throw new TypeError('what it gave is no GPUAdapter')
  } catch (cause) {
    const message = `${nameOf(source)} gave no adapter: ${messageOf(cause)}`
    throw new RopeError('UNAVAILABLE', message, { cause })
  }
}

/** The features worth having, of those that the adapter has. */
const FEATURES = ['shader-f16', 'timestamp-query'] as const

const RAISED = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
] as const

/**
 * Keeps the GPU as long as its device is in use. The objects of the npm package `webgpu` do not: when
 * the one that `create` returned is collected, the next use of its devices ends the process.
 */
const GPUS_OF_DEVICE = new WeakMap<GPUDevice, Set<GPU>>()

function keepGpu(device: GPUDevice, gpu: GPU | undefined): void {
  if (gpu === undefined) return
  // Whoever names another one must not make us drop the one that matters.
  GPUS_OF_DEVICE.set(device, (GPUS_OF_DEVICE.get(device) ?? new Set()).add(gpu))
}

async function requestDevice({ adapter }: FoundAdapter): Promise<GPUDevice> {
  try {
    const { features, limits } = adapter
    const requiredLimits: Record<string, number> = {}
    for (const name of RAISED) requiredLimits[name] = limits[name]
    if (limits.maxImmediateSize !== undefined)
      requiredLimits.maxImmediateSize = limits.maxImmediateSize
    const device = await adapter.requestDevice({
      label: '@rope/webgpu',
      requiredFeatures: FEATURES.filter((name) => features.has(name)),
      requiredLimits,
    })
    if (isDevice(device)) return device
    throw new TypeError('what it gave is no GPUDevice')
  } catch (error) {
    throw new RopeError('UNAVAILABLE', `the adapter gave no device: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

/**
 * The device to use.
 *
 * @throws RopeError UNAVAILABLE, saying what to do
 */
export async function openDevice(options: CheckedOptions): Promise<OpenDevice> {
  if (options.device !== undefined) {
    const { device } = options
    const gpu = options.gpu ?? navigatorGpu()
    keepGpu(device, gpu)
    return { device, owned: false, immediates: hasImmediates(gpu, device.limits) }
  }
  const found = await findAdapter(options)
  const device = await requestDevice(found)
  keepGpu(device, found.gpu)
  return { device, owned: true, immediates: hasImmediates(found.gpu, device.limits) }
}
