/**
 * Whether WebGPU can be used here, and what with.
 */
import type { Probe } from '@rope/core/backend'
import { adapterFacts, deviceFacts } from './device/adapter-facts.js'
import { navigatorGpu } from './device/find-gpu.js'
import { findAdapter, hasImmediates } from './device/open-device.js'
import { messageOf } from './errors.js'
import { checkOptions, type WebGpuOptions } from './options.js'

/**
 * Looks for an adapter, makes no device and never throws. The facts name the adapter, its features
 * and limits, and say with `isSoftware` whether it is a GPU at all.
 *
 * @param options as for createWebGpuBackend; a given device is taken as it is
 *
 * @example
 * ```ts
 * const { available, reason, facts } = await probeWebGpu()
 * console.log(available ? facts.description : reason)
 * ```
 */
export async function probeWebGpu(options: WebGpuOptions = {}): Promise<Probe> {
  try {
    const checked = checkOptions(options)
    const { device } = checked
    if (device !== undefined) {
      const immediates = hasImmediates(checked.gpu ?? navigatorGpu(), device.limits)
      return { available: true, facts: { source: 'given', ...deviceFacts(device), immediates } }
    }
    const { adapter, gpu, source } = await findAdapter(checked)
    const immediates = hasImmediates(gpu, adapter.limits)
    return { available: true, facts: { source, ...adapterFacts(adapter), immediates } }
  } catch (error) {
    return { available: false, reason: messageOf(error), facts: {} }
  }
}
