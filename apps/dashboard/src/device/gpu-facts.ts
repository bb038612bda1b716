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

/** Who plays the GPU, in one sentence. */
export function adapterSentence(status: BackendStatus): string {
  const found = `A GPU of this device (${adapterName(status)}): its speed is that of its shaders.`
  return softwareSentence(status) ?? found
}

/** The facts about the adapter, as many as there will be while it is not known yet. */
export function gpuFacts(status: BackendStatus | null): readonly Fact[] {
  const fact = (name: string, tell: (facts: BackendStatus['facts']) => string): Fact => {
    return { name, value: status === null ? 'looking …' : tell(status.facts) }
  }
  return [
    fact('Adapter', () => (status === null ? '' : adapterName(status))),
    fact('Vendor', ({ vendor }) => text(vendor) || 'not said'),
    fact('Shaders with float16', ({ shaderF16 }) => yesNo(shaderF16)),
    fact('Timestamps', ({ timestampQuery }) => yesNo(timestampQuery)),
    fact('Largest binding', ({ maxStorageBufferBindingSize }) => {
      const most = Number(maxStorageBufferBindingSize)
      return Number.isFinite(most) ? `${Math.round(most / 2 ** 20)} MiB` : 'not said'
    }),
  ]
}

function yesNo(value: unknown): string {
  return value === true ? 'yes' : 'no'
}
