/**
 * What a user may say about the device, and the checks on it.
 */

import { checkKeys, checkRecord, reject, rejectBecause, show } from '@rope/core/backend'
import { isAdapter, isDevice, isGpu } from './device/is-webgpu.js'
import type { CheckedOptions } from './device/open-device.js'
import type { AdapterHandle, DeviceHandle, GpuHandle } from './handles.js'

/** Where the device comes from. Everything may be left out. */
export interface WebGpuOptions {
  /** The device to work on. It stays its owner's: `dispose` does not destroy it. */
  readonly device?: DeviceHandle | undefined
  /** The adapter to make a device of, when no device is given. */
  readonly adapter?: AdapterHandle | undefined
  /**
   * The GPU to ask for an adapter, and for WGSL's language features. `navigator.gpu` when absent,
   * and in Node without one the npm package `webgpu`, where it is installed.
   */
  readonly gpu?: GpuHandle | undefined
  /** Which adapter to prefer on a machine with several; `high-performance` when absent. */
  readonly powerPreference?: 'low-power' | 'high-performance' | undefined
}

const KEYS: readonly string[] = ['device', 'adapter', 'gpu', 'powerPreference']

const POWER: readonly unknown[] = ['low-power', 'high-performance', undefined]

function check(value: unknown, field: string, kind: string, is: (value: unknown) => boolean): void {
  if (value === undefined || is(value)) return
  reject('INVALID_OPTION', field, value, `a ${kind}, or nothing`)
}

/**
 * Checks what a user has passed.
 *
 * @throws RopeError INVALID_OPTION naming the option
 */
export function checkOptions(options: WebGpuOptions): CheckedOptions {
  const given = checkRecord(options, 'options', `{ ${KEYS.join(', ')} }`)
  checkKeys(given, 'options', KEYS)
  const { device, adapter, gpu, powerPreference } = given as WebGpuOptions
  check(device, 'device', 'GPUDevice', isDevice)
  check(adapter, 'adapter', 'GPUAdapter', isAdapter)
  check(gpu, 'gpu', 'GPU', isGpu)
  if (!POWER.includes(powerPreference)) {
    rejectBecause(
      'INVALID_OPTION',
      'powerPreference',
      `is ${show(powerPreference)}; accepted: low-power, high-performance`,
    )
  }
  return {
    device,
    adapter,
    gpu,
    powerPreference: powerPreference ?? 'high-performance',
  }
}
