/**
 * What the WebGPU backend found out about the adapter, in words.
 */
import type { Fact } from '../parts/facts.js'
import type { BackendStatus } from './messages.js'

/** The name of a backend on the GPU. */
export const GPU_BACKEND = 'webgpu'

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A name of the adapter, the most telling that it has. */
function adapterName({ facts }: BackendStatus): string {
  const names = ['description', 'device', 'architecture', 'vendor'].map((key) => text(facts[key]))
  return names.find((name) => name !== '') ?? 'an adapter without a name'
}

/** In one plain sentence, when software plays the GPU; null when a GPU does. */
export function softwareSentence(status: BackendStatus): string | null {
  if (status.facts.isSoftware !== true) return null
  return `Software plays the GPU here (${adapterName(status)}): its results are right, and its speed says nothing about a real GPU.`
}

/** The facts about the adapter. */
export function gpuFacts(status: BackendStatus): readonly Fact[] {
  const yesNo = (value: unknown): string => (value === true ? 'yes' : 'no')
  const { facts } = status
  const most = Number(facts.maxStorageBufferBindingSize)
  return [
    { name: 'Adapter', value: adapterName(status) },
    { name: 'Vendor', value: text(facts.vendor) || 'not said' },
    { name: 'Shaders with float16', value: yesNo(facts.shaderF16) },
    { name: 'Timestamps', value: yesNo(facts.timestampQuery) },
    {
      name: 'Largest binding',
      value: Number.isFinite(most) ? `${Math.round(most / 2 ** 20)} MiB` : 'not said',
    },
  ]
}
