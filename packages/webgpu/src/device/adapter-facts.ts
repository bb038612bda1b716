/**
 * What an adapter is: its name, its features and limits, and whether it is software pretending.
 */
import type { Probe } from '@rope/core/backend'

/** Names under which software rasterisers introduce themselves. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b|software/i

/** What an adapter says of itself; software of 2024 does not say yet whether it is a fallback. */
type Info = Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'> &
  Partial<Pick<GPUAdapterInfo, 'isFallbackAdapter'>>

/** True when the adapter runs on the CPU. */
function isSoftwareAdapter(info: Info): boolean {
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

const UNKNOWN: Info = { vendor: '', architecture: '', device: '', description: '' }

/** What a device says about the adapter it was made of. */
export function deviceFacts(device: GPUDevice): Probe['facts'] {
  const { features, limits } = device
  // Newer than the rest: browsers of 2024 lack it.
  const { adapterInfo }: Partial<Pick<GPUDevice, 'adapterInfo'>> = device
  return adapterFacts({ info: adapterInfo ?? UNKNOWN, features, limits })
}

/** An adapter as facts for a probe. */
export function adapterFacts({
  info,
  features,
  limits,
}: Pick<GPUAdapter, 'features' | 'limits'> & { readonly info: Info }): Probe['facts'] {
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
