/**
 * What an adapter is: its name, its features and limits, and whether it is software pretending.
 */
import type { Probe } from '@rope/core/backend'
import type { GpuAdapter, GpuAdapterInfo, GpuDevice } from '../webgpu-types.js'

/** Names under which software rasterisers introduce themselves. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b|software/i

/** True when the adapter runs on the CPU. */
export function isSoftwareAdapter(info: GpuAdapterInfo): boolean {
  const { vendor, architecture, device, description } = info
  if (info.isFallbackAdapter === true) return true
  return SOFTWARE.test([vendor, architecture, device, description].join(' '))
}

/** The limits that decide how large a call may be. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupsPerDimension',
] as const

const UNKNOWN: GpuAdapterInfo = { vendor: '', architecture: '', device: '', description: '' }

/** What a device says about the adapter it was made of. */
export function deviceFacts({ adapterInfo, features, limits }: GpuDevice): Probe['facts'] {
  return adapterFacts({ info: adapterInfo ?? UNKNOWN, features, limits })
}

/** An adapter as facts for a probe. */
export function adapterFacts({
  info,
  features,
  limits,
}: Pick<GpuAdapter, 'info' | 'features' | 'limits'>): Probe['facts'] {
  return {
    vendor: info.vendor,
    architecture: info.architecture,
    device: info.device,
    description: info.description,
    isSoftware: isSoftwareAdapter(info),
    shaderF16: features.has('shader-f16'),
    timestampQuery: features.has('timestamp-query'),
    features: [...features].sort().join(', '),
    ...Object.fromEntries(LIMITS.map((name) => [name, limits[name]])),
  }
}
