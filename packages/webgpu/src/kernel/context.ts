/**
 * What every kernel of a backend shares: the device and what it can do, memory for uploads, and
 * whether it may still be used.
 */
import { RopeError } from '@rope/core'
import { deviceFacts } from '../device/adapter-facts.js'
import { BufferPool } from '../device/buffer-pool.js'
import type { OpenDevice } from '../device/open-device.js'
import { UploadRing } from '../device/upload-ring.js'
import { GPU_SPREAD, SOFTWARE_SPREAD, type Spread } from '../plan/grid.js'
import { USAGE } from '../webgpu-constants.js'

/** The shared part of a backend. */
export interface Context {
  readonly device: GPUDevice
  readonly immediates: boolean
  /** True when float16 may use the device's own conversions. */
  readonly nativeHalf: boolean
  /** How work is spread over invocations. */
  readonly spread: Spread
  /** Bytes of the largest storage binding. */
  readonly bindingLimit: number
  /** Workgroups of a dispatch in one dimension. */
  readonly workgroupLimit: number
  /** Rows of cos and sin of encoded calls. */
  readonly rows: UploadRing
  /** Numbers of plans, which do not change from call to call. */
  readonly shapes: UploadRing
  /** Numbers of encoded calls, where there are no immediates. */
  readonly calls: UploadRing
  /** Tensors of calls on typed arrays. */
  readonly tensors: BufferPool
  /** Where the results of such calls are read. */
  readonly results: BufferPool
  /** Throws DISPOSED after dispose, and BACKEND_FAILED when the device is lost. */
  checkAlive(): void
  /** True after dispose or when the device is lost. */
  isGone(): boolean
  dispose(): void
}

const KIB = 1024
const MIB = 1024 * KIB

/** Rows of about a thousand prefills of 100 tokens, or of 100,000 decode steps. */
const ROWS_BUDGET = 64 * MIB

/** Numbers of 16,384 calls, or plans. */
const NUMBERS_BUDGET = 4 * MIB

/** What calls on typed arrays keep for the next one. */
const POOL_BUDGET = 64 * MIB

/** The shared part of a backend on a device. */
export function createContext({ device, owned, immediates }: OpenDevice): Context {
  let disposed = false
  let lost: { readonly reason: string; readonly message: string } | undefined
  // Through a promise of our own: another's `then` may throw.
  Promise.resolve(device.lost).then(
    (info) => {
      lost = info
    },
    () => undefined,
  )
  const isSoftware = deviceFacts(device).isSoftware === true
  const hint = 'submit earlier, or keep a rotation with createRotation()'
  const rows = new UploadRing(
    device,
    'storage',
    `@rope/webgpu rows; ${hint}`,
    64 * KIB,
    ROWS_BUDGET,
  )
  const shapes = new UploadRing(
    device,
    'uniform',
    '@rope/webgpu shapes; submit earlier',
    16 * KIB,
    NUMBERS_BUDGET,
  )
  const calls = new UploadRing(
    device,
    'uniform',
    '@rope/webgpu calls; submit earlier',
    64 * KIB,
    NUMBERS_BUDGET,
  )
  const tensorUsage = USAGE.STORAGE | USAGE.COPY_DST | USAGE.COPY_SRC
  const tensors = new BufferPool(device, tensorUsage, '@rope/webgpu tensors', POOL_BUDGET)
  const results = new BufferPool(
    device,
    USAGE.MAP_READ | USAGE.COPY_DST,
    '@rope/webgpu results',
    POOL_BUDGET,
  )
  return {
    device,
    immediates,
    nativeHalf: device.features.has('shader-f16'),
    spread: isSoftware ? SOFTWARE_SPREAD : GPU_SPREAD,
    bindingLimit: device.limits.maxStorageBufferBindingSize,
    workgroupLimit: device.limits.maxComputeWorkgroupsPerDimension,
    rows,
    shapes,
    calls,
    tensors,
    results,
    checkAlive() {
      if (disposed) {
        throw new RopeError(
          'DISPOSED',
          'this webgpu backend has been disposed of; create a new one with createWebGpuBackend',
        )
      }
      if (lost === undefined) return
      throw new RopeError(
        'BACKEND_FAILED',
        `the GPU device was lost (${lost.reason || 'unknown'}: ${lost.message}); create a new backend with createWebGpuBackend`,
        { cause: lost },
      )
    },
    isGone: () => disposed || lost !== undefined,
    dispose() {
      if (disposed) return
      disposed = true
      for (const part of [rows, shapes, calls, tensors, results]) part.dispose()
      if (owned) device.destroy()
    },
  }
}
